#include "base/compression.h"

#include <bzlib.h>
#include <fmt/format.h>
#include <libdeflate.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "base/error.h"

namespace debone::base {
namespace {

Error corrupt(std::string_view format) {
  return {Exit::trust, fmt::format("the {} data is damaged or cut short", format)};
}

// A growing output that refuses to exceed its limit.
class Output {
 public:
  explicit Output(std::uint64_t limit, std::size_t guess) : limit_(limit) {
    bytes_.resize(std::min<std::uint64_t>(limit, std::max<std::size_t>(guess, 1U << 12U)));
  }
  char* free_begin() { return bytes_.data() + used_; }
  // At least one byte of room, or a thrown Error once the limit is reached.
  std::size_t room() {
    if (used_ == bytes_.size()) {
      if (bytes_.size() >= limit_) throw too_large();
      bytes_.resize(std::min<std::uint64_t>(limit_, bytes_.size() * 2));
    }
    return bytes_.size() - used_;
  }
  // Room or none: decoders that have ended need none.
  std::size_t room_or_none() { return used_ == bytes_.size() && bytes_.size() >= limit_ ? 0 : room(); }
  void used(std::size_t count) { used_ += count; }
  Error too_large() const {
    return {Exit::trust, fmt::format("decompresses to more than the {} bytes allowed", limit_)};
  }
  std::string take() {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  std::uint64_t limit_;
  std::size_t used_ = 0;
  std::string bytes_;
};

// Most .debs and indexes grow four- to sixfold.
std::size_t guess_for(std::string_view bytes) { return bytes.size() * 5; }

struct FreeIndex {
  void operator()(lzma_index* index) const { lzma_index_end(index, nullptr); }
};

// What an xz stream says at its end that it holds, so that the output need not grow nor have room to spare; the guess
// where it says nothing, or more than an honest stream would.
std::size_t size_of_xz(std::string_view bytes) {
  const auto guess = guess_for(bytes);
  constexpr std::size_t ends = std::size_t{2} * LZMA_STREAM_HEADER_SIZE;
  if (bytes.size() < ends) return guess;
  const auto* end = reinterpret_cast<const std::uint8_t*>(bytes.data()) + bytes.size();
  lzma_stream_flags footer;
  if (lzma_stream_footer_decode(&footer, end - LZMA_STREAM_HEADER_SIZE) != LZMA_OK) return guess;
  if (footer.backward_size > bytes.size() - ends) return guess;
  const auto index_size = static_cast<std::size_t>(footer.backward_size);
  constexpr std::uint64_t memory = 16U << 20U;
  std::uint64_t allowed = memory;
  std::size_t at = 0;
  lzma_index* raw = nullptr;
  if (lzma_index_buffer_decode(&raw, &allowed, nullptr, end - LZMA_STREAM_HEADER_SIZE - index_size, &at, index_size) !=
      LZMA_OK) {
    return guess;
  }
  const std::unique_ptr<lzma_index, FreeIndex> index(raw);
  const auto size = lzma_index_uncompressed_size(index.get());
  constexpr std::size_t honest = 4;
  return size <= honest * guess ? static_cast<std::size_t>(size) + 1 : guess;  // one more shows the end
}

std::string from_xz(std::string_view bytes, std::uint64_t limit) {
  constexpr std::uint64_t memory = 256U << 20U;  // xz -9 needs 65 MiB
  lzma_stream stream = LZMA_STREAM_INIT;
  const std::unique_ptr<lzma_stream, decltype(&lzma_end)> closer(&stream, lzma_end);
  if (lzma_stream_decoder(&stream, memory, LZMA_CONCATENATED) != LZMA_OK) {
    throw Error(Exit::internal, "no memory for xz");
  }
  Output out(limit, size_of_xz(bytes));
  stream.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  stream.avail_in = bytes.size();
  for (;;) {
    // At the limit one byte of room more tells the end of the data from too much of it.
    std::uint8_t extra = 0;
    const auto room = out.room_or_none();
    stream.next_out = room > 0 ? reinterpret_cast<std::uint8_t*>(out.free_begin()) : &extra;
    stream.avail_out = room > 0 ? room : 1;
    const auto before = stream.avail_out;
    const auto status = lzma_code(&stream, LZMA_FINISH);
    const auto made = before - stream.avail_out;
    if (room == 0 && made > 0) throw out.too_large();
    out.used(made);
    if (status == LZMA_STREAM_END) return out.take();
    if (status == LZMA_MEMLIMIT_ERROR) {
      throw Error(Exit::trust, "the xz data asks for more than 256 MiB of memory");
    }
    if (status != LZMA_OK) throw corrupt("xz");
  }
}

std::string from_gzip(std::string_view bytes, std::uint64_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) throw Error(Exit::internal, "no memory for gzip");
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> closer(&stream, inflateEnd);
  Output out(limit, guess_for(bytes));
  auto* next = reinterpret_cast<const Bytef*>(bytes.data());
  std::size_t left = bytes.size();
  constexpr std::size_t most = std::numeric_limits<uInt>::max();
  for (;;) {
    std::uint8_t extra = 0;
    const auto room = std::min(out.room_or_none(), most);
    stream.next_in = const_cast<Bytef*>(next);
    stream.avail_in = static_cast<uInt>(std::min(left, most));
    stream.next_out = room > 0 ? reinterpret_cast<Bytef*>(out.free_begin()) : &extra;
    stream.avail_out = room > 0 ? static_cast<uInt>(room) : 1;
    const auto out_before = stream.avail_out;
    const auto in_before = stream.avail_in;
    const auto status = inflate(&stream, Z_NO_FLUSH);
    const auto made = out_before - stream.avail_out;
    const auto taken = in_before - stream.avail_in;
    if (room == 0 && made > 0) throw out.too_large();
    out.used(made);
    next += taken;
    left -= taken;
    if (status == Z_STREAM_END) {
      if (left == 0) return out.take();
      if (inflateReset(&stream) != Z_OK) throw corrupt("gzip");
      continue;
    }
    if (status != Z_OK || (made == 0 && taken == 0)) throw corrupt("gzip");
  }
}

std::string from_zstd(std::string_view bytes, std::uint64_t limit) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context) throw Error(Exit::internal, "no memory for zstd");
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 27);
  Output out(limit, guess_for(bytes));
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t status = 1;
  while (in.pos < in.size || status != 0) {
    char extra = 0;
    const auto room = out.room_or_none();
    ZSTD_outBuffer to{room > 0 ? out.free_begin() : &extra, room > 0 ? room : 1, 0};
    const auto in_before = in.pos;
    status = ZSTD_decompressStream(context.get(), &to, &in);
    if (ZSTD_isError(status) != 0U) throw corrupt("zstd");
    if (room == 0 && to.pos > 0) throw out.too_large();
    out.used(to.pos);
    if (to.pos == 0 && in.pos == in_before) throw corrupt("zstd");
  }
  return out.take();
}

std::string from_bzip2(std::string_view bytes, std::uint64_t limit) {
  if (bytes.empty()) throw corrupt("bzip2");
  Output out(limit, guess_for(bytes));
  while (!bytes.empty()) {
    bz_stream stream{};
    if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) throw Error(Exit::internal, "no memory for bzip2");
    const std::unique_ptr<bz_stream, decltype(&BZ2_bzDecompressEnd)> closer(&stream, BZ2_bzDecompressEnd);
    constexpr std::size_t most = std::numeric_limits<unsigned>::max();
    for (int status = BZ_OK; status != BZ_STREAM_END;) {
      char extra = 0;
      const auto room = std::min(out.room_or_none(), most);
      stream.next_in = const_cast<char*>(bytes.data());
      stream.avail_in = static_cast<unsigned>(std::min(bytes.size(), most));
      stream.next_out = room > 0 ? out.free_begin() : &extra;
      stream.avail_out = room > 0 ? static_cast<unsigned>(room) : 1;
      const auto out_before = stream.avail_out;
      const auto in_before = stream.avail_in;
      status = BZ2_bzDecompress(&stream);
      const auto made = out_before - stream.avail_out;
      const auto taken = in_before - stream.avail_in;
      if (status != BZ_OK && status != BZ_STREAM_END) throw corrupt("bzip2");
      if (room == 0 && made > 0) throw out.too_large();
      out.used(made);
      bytes.remove_prefix(taken);
      if (status == BZ_OK && made == 0 && taken == 0) throw corrupt("bzip2");
    }
  }
  return out.take();
}

}  // namespace

Compression compression_of_name(std::string_view name) {
  if (name.ends_with(".xz")) return Compression::xz;
  if (name.ends_with(".gz")) return Compression::gzip;
  if (name.ends_with(".zst")) return Compression::zstd;
  if (name.ends_with(".bz2")) return Compression::bzip2;
  return Compression::none;
}

Compression compression_of_bytes(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFD"
                        "7zXZ\0"sv)) {
    return Compression::xz;
  }
  if (bytes.starts_with("\x1F\x8B"sv)) return Compression::gzip;
  if (bytes.starts_with("\x28\xB5\x2F\xFD"sv)) return Compression::zstd;
  if (bytes.starts_with("BZh"sv)) return Compression::bzip2;
  return Compression::none;
}

std::string decompress(std::string_view bytes, Compression compression, std::uint64_t limit) {
  switch (compression) {
    case Compression::none:
      if (bytes.size() > limit) throw Output(limit, 0).too_large();
      return std::string(bytes);
    case Compression::gzip: return from_gzip(bytes, limit);
    case Compression::xz: return from_xz(bytes, limit);
    case Compression::zstd: return from_zstd(bytes, limit);
    case Compression::bzip2: return from_bzip2(bytes, limit);
  }
  throw Error(Exit::internal, "unknown compression");
}

std::string gzip(std::string_view bytes, int level) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(level), libdeflate_free_compressor);
  if (!compressor) throw Error(Exit::internal, "no memory for gzip");
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size()));
  return out;
}

}  // namespace debone::base
