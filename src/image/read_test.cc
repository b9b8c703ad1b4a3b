#include "image/read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/compression.h"
#include "base/file.h"
#include "base/process.h"
#include "image/documents.h"
#include "image/layout.h"
#include "image/test_image.h"
#include "layer/tar_writer.h"

namespace debone::image {
namespace {

using base::Exit;
namespace fs = std::filesystem;

std::string tar_of(const std::map<std::string, std::string>& files) {
  std::string tar;
  for (const auto& [name, content] : files) {
    base::TarEntry entry;
    entry.name = name;
    tar += layer::tar_header(entry, content.size());
    tar += content;
    tar += layer::tar_padding(content.size());
  }
  return tar + std::string(layer::tar_end());
}

std::string sample_tar() {
  const auto image = sample_image();
  std::string bytes;
  for (const auto& part : image.layers[0]->parts) bytes += part;
  return base::decompress(bytes, base::Compression::gzip, 1U << 20U);
}

void run(const std::vector<std::string>& argv) {
  const auto done = base::run_and_capture(argv, 1U << 20U);
  EXPECT_EQ(done.status, 0) << done.err;
}

class Read : public testing::Test {
 protected:
  // Writes a layout whose blobs a test may then spoil.
  void SetUp() override { written = write_layout(layout, {{"php-fpm:latest", {sample_image()}}}).at(0); }
  fs::path blob(const base::Digest& digest) const { return layout / Layout::blob_path(digest); }
  static base::Digest config_digest() { return base::Digest::of(config_text(sample_image())); }
  static base::Digest layer_digest() { return sample_image().layers[0]->digest; }

  std::string trust_error(const std::function<void()>& fn) const {
    return error_of(fn, Exit::trust, temporary.path().string());
  }
  std::string usage_error(const std::function<void()>& fn) const {
    return error_of(fn, Exit::usage, temporary.path().string());
  }
  // Whatever the form, it is the sample.
  static void expect_sample(const fs::path& path) {
    const auto image = StoredImage::open(path, "");
    EXPECT_EQ(image.config().entrypoint, sample_image().config.entrypoint);
    const auto tree = file_system(image);
    const auto expected = sample_tree();
    ASSERT_EQ(tree.nodes().size(), expected.nodes().size());
    for (const auto& [where, node] : expected.nodes()) {
      SCOPED_TRACE(where.absolute());
      const auto* read = tree.find(where);
      ASSERT_NE(read, nullptr);
      EXPECT_EQ(read->type, node.type);
      EXPECT_EQ(read->mode, node.mode);
      EXPECT_EQ(read->uid, node.uid);
      EXPECT_EQ(read->gid, node.gid);
      EXPECT_EQ(read->mtime, node.mtime);
      EXPECT_EQ(read->link_target, node.link_target);
      EXPECT_EQ(read->content.bytes(), node.content.bytes());
      EXPECT_EQ(read->hard_link_group != 0, node.hard_link_group != 0);
    }
  }

  base::TempDir temporary{"read_test"};
  fs::path layout = temporary.path() / "layout";
  fs::path archive = temporary.path() / "image.tar";
  Written written;
};

TEST_F(Read, ALayoutFolder) {
  expect_sample(layout);
  const auto image = StoredImage::open(layout, "amd64");
  EXPECT_EQ(image.manifest_digest(), written.digest);
  EXPECT_EQ(image.annotations(), sample_image().annotations);
  ASSERT_EQ(image.layers().size(), 1U);
  EXPECT_EQ(image.layers()[0].digest, layer_digest());
  EXPECT_EQ(image.layers()[0].diff_id, sample_image().layers[0]->diff_id);
  EXPECT_EQ(image.layers()[0].media_type, layer::gzip_layer_type);
  EXPECT_EQ(image.layer_tar(0), sample_tar());
}

TEST_F(Read, ALayoutTarAlsoCompressed) {
  run({"tar", "-C", layout.string(), "-cf", archive.string(), "."});
  expect_sample(archive);
  run({"gzip", archive.string()});
  expect_sample(archive.string() + ".gz");
}

TEST_F(Read, ItsOwnDockerArchive) {
  write_docker_archive(archive, {{"php-fpm", {sample_image()}}});
  expect_sample(archive);
}

TEST_F(Read, WhatSkopeoWrites) {
  run({"skopeo", "copy", "-q", "oci:" + layout.string() + ":php-fpm:latest",
       "docker-archive:" + archive.string() + ":x:y"});
  expect_sample(archive);
  const auto oci = temporary.path() / "oci.tar";
  run({"skopeo", "copy", "-q", "oci:" + layout.string() + ":php-fpm:latest", "oci-archive:" + oci.string()});
  expect_sample(oci);
  const auto recompressed = temporary.path() / "zstd";
  run({"skopeo", "copy", "-q", "--dest-compress-format=zstd", "--dest-compress",
       "oci:" + layout.string() + ":php-fpm:latest", "oci:" + recompressed.string() + ":x"});
  expect_sample(recompressed);
}

// docker save before 25: HEX.json, HEX/layer.tar, and a link where a layer stands twice.
TEST_F(Read, DockersOldArchive) {
  auto image = sample_image();
  image.layers.push_back(image.layers[0]);
  const auto config = config_text(image);
  const auto hex = base::Digest::of(config).hex();
  base::TarEntry link;
  link.name = "twice/layer.tar";
  link.type = base::TarType::symlink;
  link.link_target = "../once/layer.tar";
  base::write_file_atomically(
      archive,
      layer::tar_header(link, 0) +
          tar_of({{hex + ".json", config},
                  {"once/layer.tar", sample_tar()},
                  {"manifest.json", R"([{"Config":")" + hex +
                                        R"(.json","RepoTags":null,"Layers":["once/layer.tar","twice/layer.tar"]}])"}}));
  expect_sample(archive);
  EXPECT_EQ(StoredImage::open(archive, "").manifest_digest().hex(), hex);

  base::write_file_atomically(
      archive,
      tar_of({{hex + ".json", config + " "}, {"manifest.json", R"([{"Config":")" + hex + R"(.json","Layers":[]}])"}}));
  EXPECT_EQ(trust_error([&] { StoredImage::open(archive, ""); }), "error: PATH/image.tar: '" + hex +
                                                                      ".json' is damaged: its bytes have the digest " +
                                                                      base::Digest::of(config + " ").oci() + "\n");
}

TEST_F(Read, NothingThere) {
  EXPECT_EQ(usage_error([&] { StoredImage::open(temporary.path() / "none", ""); }),
            "error: PATH/none: no such file or folder\n"
            "  hint: name an image's folder or archive\n");
}

TEST_F(Read, NoImage) {
  const auto text =
      ": this is neither an OCI image layout nor a docker archive\n"
      "  hint: `debone build`, `skopeo copy` and `docker save` write images\n";
  fs::create_directory(temporary.path() / "empty");
  EXPECT_EQ(usage_error([&] { StoredImage::open(temporary.path() / "empty", ""); }),
            std::string("error: PATH/empty") + text);
  base::write_file_atomically(archive, tar_of({{"a", "b"}}));
  EXPECT_EQ(usage_error([&] { StoredImage::open(archive, ""); }), std::string("error: PATH/image.tar") + text);
  base::write_file_atomically(archive, "just a text");
  EXPECT_EQ(trust_error([&] { StoredImage::open(archive, ""); }),
            "error: PATH/image.tar: malformed tar archive: it is cut short\n");
}

TEST_F(Read, AMissingBlob) {
  fs::remove(blob(config_digest()));
  EXPECT_EQ(trust_error([&] { StoredImage::open(layout, ""); }),
            "error: PATH/layout: blob " + config_digest().oci() + " is missing\n");
}

TEST_F(Read, AMissingLayerIsNoticedWhenItIsRead) {
  fs::remove(blob(layer_digest()));
  const auto image = StoredImage::open(layout, "");
  EXPECT_EQ(trust_error([&] { file_system(image); }), "error: PATH/layout: blob " + layer_digest().oci() +
                                                          " is missing\n"
                                                          "  while reading layer 1 of 1\n");
}

TEST_F(Read, ABlobWithAnotherDigest) {
  base::write_file_atomically(blob(written.digest), "{}");
  EXPECT_EQ(trust_error([&] { StoredImage::open(layout, ""); }), "error: PATH/layout: blob " + written.digest.oci() +
                                                                     " is damaged: its bytes have the digest " +
                                                                     base::Digest::of("{}").oci() + "\n");
}

TEST_F(Read, ALayerThatIsNotWhatTheConfigSays) {
  auto image = sample_image();
  auto layer = *image.layers[0];
  const auto real = layer.diff_id;
  layer.diff_id = base::Digest::of("another");
  image.layers[0] = std::make_shared<const layer::Layer>(layer);
  write_layout(layout, {{"x", {image}}});
  EXPECT_EQ(trust_error([&] { StoredImage::open(layout, "").layer_tar(0); }),
            "error: PATH/layout: layer " + layer_digest().oci() + " decompresses to the digest " + real.oci() +
                ", the config says " + base::Digest::of("another").oci() + "\n");
}

TEST_F(Read, ALayerOfAnotherSizeThanTheManifestSays) {
  auto image = sample_image();
  auto layer = *image.layers[0];
  const auto size = layer.size++;
  image.layers[0] = std::make_shared<const layer::Layer>(layer);
  write_layout(layout, {{"x", {image}}});
  EXPECT_EQ(trust_error([&] { StoredImage::open(layout, "").layer_tar(0); }),
            "error: PATH/layout: layer " + layer_digest().oci() + " has " + std::to_string(size) +
                " bytes, the manifest says " + std::to_string(size + 1) + "\n");
}

TEST_F(Read, ALayerThatIsNotCompressedAsItsTypeSays) {
  auto image = sample_image();
  auto layer = *image.layers[0];
  layer.parts = {"no gzip"};
  layer.digest = base::Digest::of("no gzip");
  layer.size = 7;
  image.layers[0] = std::make_shared<const layer::Layer>(layer);
  write_layout(layout, {{"x", {image}}});
  EXPECT_EQ(trust_error([&] { StoredImage::open(layout, "").layer_tar(0); }),
            "error: PATH/layout: " + base::Digest::of("no gzip").oci() + ": the gzip data is damaged or cut short\n");
}

TEST_F(Read, MoreLayersThanTheConfigNames) {
  const auto config = config_text(sample_image());
  auto image = sample_image();
  image.layers.push_back(image.layers[0]);
  const auto manifest =
      manifest_text(image, Descriptor{std::string(config_type), base::Digest::of(config), config.size(), {}, {}});
  const auto digest = base::Digest::of(manifest);
  base::write_file_atomically(blob(digest), manifest);
  base::write_file_atomically(
      layout / "index.json", index_text({Descriptor{std::string(manifest_type), digest, manifest.size(), {}, {}}}, {}));
  EXPECT_EQ(trust_error([&] { StoredImage::open(layout, ""); }),
            "error: PATH/layout: the config names 1 layers, the manifest 2\n");
}

TEST_F(Read, MalformedDocuments) {
  const auto with_index = [&](std::string_view text) {
    base::write_file_atomically(layout / "index.json", text);
    return trust_error([&] { StoredImage::open(layout, ""); });
  };
  const std::string place = "error: PATH/layout: index.json: ";
  EXPECT_EQ(with_index("{"), place + "not valid JSON at byte 2\n");
  EXPECT_EQ(with_index("[]"), place + "not a JSON object\n");
  EXPECT_EQ(with_index(R"({"manifests":{}})"), place + "'manifests' is not a list of objects\n");
  EXPECT_EQ(with_index(R"({"manifests":[{"mediaType":1,"digest":""}]})"), place + "'mediaType' is not a string\n");
  EXPECT_EQ(with_index(R"({"manifests":[{"digest":"sha256:../../etc/passwd"}]})"),
            place + "'digest' is no SHA-256 digest: 'sha256:../../etc/passwd'\n");
  EXPECT_EQ(with_index(R"({"manifests":[{"digest":"sha512:00"}]})"),
            place + "'digest' is no SHA-256 digest: 'sha512:00'\n");
  EXPECT_EQ(with_index(std::string((4U << 20U) + 1, ' ')),
            "error: PATH/layout: 'index.json' is larger than the 4194304 bytes allowed\n");
}

TEST_F(Read, AnIndexWithoutImages) {
  base::write_file_atomically(layout / "index.json", R"({"manifests":[]})");
  EXPECT_EQ(usage_error([&] { StoredImage::open(layout, ""); }), "error: PATH/layout: it holds no image\n");
}

TEST_F(Read, IndexesWithinIndexesEnd) {
  // Five levels deep; each is the one below it, named in an index.
  std::string text = R"({"manifests":[]})";
  for (int i = 0; i < 6; ++i) {
    const auto digest = base::Digest::of(text);
    base::write_file_atomically(blob(digest), text);
    text = index_text({Descriptor{std::string(index_type), digest, text.size(), {}, {}}}, {});
  }
  base::write_file_atomically(layout / "index.json", text);
  EXPECT_THAT(trust_error([&] { StoredImage::open(layout, ""); }),
              testing::EndsWith(": indexes are nested too deeply\n"));
}

TEST_F(Read, AnotherArchitectureTellsWhatIsThere) {
  EXPECT_EQ(usage_error([&] { StoredImage::open(layout, "riscv64"); }),
            "error: PATH/layout: it holds no image for riscv64\n"
            "  hint: it holds amd64\n");
  auto arm = sample_image(sample_tree(), "arm");
  arm.config.variant = "v7";
  auto old = sample_image(sample_tree(), "arm");
  old.config.variant = "v5";
  write_layout(layout, {{"x", {sample_image(), old, arm}}});
  EXPECT_EQ(usage_error([&] { StoredImage::open(layout, "arm64"); }),
            "error: PATH/layout: it holds no image for arm64\n"
            "  hint: it holds amd64, arm/v5, arm/v7\n");
  EXPECT_EQ(StoredImage::open(layout, "arm").config().variant, "v7");
  EXPECT_EQ(StoredImage::open(layout, "arm/v5").config().variant, "v5");
}

TEST_F(Read, TheOnlyImageIsTakenWhateverTheMachine) {
  write_layout(layout, {{"x", {sample_image(sample_tree(), "s390x")}}});
  EXPECT_EQ(StoredImage::open(layout, "").config().architecture, "s390x");
}

TEST_F(Read, OfSeveralImagesTheNamedOne) {
  auto other = sample_image();
  other.config.user = "other";
  const auto second = temporary.path() / "second";
  write_layout(second, {{"other", {other}}});
  run({"skopeo", "copy", "-q", "oci:" + second.string() + ":other", "oci:" + layout.string() + ":other"});
  EXPECT_EQ(usage_error([&] { StoredImage::open(layout, ""); }),
            "error: PATH/layout: it holds several images for amd64\n"
            "  hint: name one as PATH:NAME; it holds other, php-fpm:latest\n");
  EXPECT_EQ(StoredImage::open(layout.string() + ":other", "").config().user, "other");
  EXPECT_EQ(StoredImage::open(layout.string() + ":php-fpm:latest", "").config().user, "www-data");
  EXPECT_EQ(usage_error([&] { StoredImage::open(layout.string() + ":third", ""); }),
            "error: PATH/layout: no image here is called 'third'\n"
            "  hint: it holds other, php-fpm:latest\n");
}

TEST_F(Read, AnArchiveThatNamesAFileOutsideItself) {
  base::write_file_atomically(archive, tar_of({{"../index.json", "{}"}}));
  EXPECT_EQ(trust_error([&] { StoredImage::open(archive, ""); }),
            "error: PATH/image.tar: the archive's entry '../index.json' leads out of it\n");
}

TEST_F(Read, AManifestThatNamesAFileThatIsNotThere) {
  base::write_file_atomically(archive, tar_of({{"manifest.json", R"([{"Config":"../../etc/passwd","Layers":[]}])"}}));
  EXPECT_EQ(trust_error([&] { StoredImage::open(archive, ""); }),
            "error: PATH/image.tar: '../../etc/passwd' is missing\n");
}

// /bin is a link to usr/bin, and a whiteout in it removes what stands there.
TEST_F(Read, AWhiteoutBelowALink) {
  auto image = sample_image();
  tree::Tree upper;
  upper.put_file(path_of("bin/.wh.su"), "", 0644, 0, "");
  image.layers.push_back(std::make_shared<const layer::Layer>(layer::pack(upper, 1)));
  write_layout(layout, {{"x", {image}}});
  const auto files = file_system(StoredImage::open(layout, ""));
  EXPECT_EQ(files.find(path_of("usr/bin/su")), nullptr);
  EXPECT_NE(files.find(path_of("usr/bin/php")), nullptr);
}

}  // namespace
}  // namespace debone::image
