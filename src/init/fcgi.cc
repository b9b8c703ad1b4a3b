#include "init/fcgi.h"

#include "init/failure.h"
#include "init/probe.h"
#include "init/text.h"

namespace debone::init {
namespace {

// Record types of the specification, section 8.
constexpr unsigned char begin_request = 1;
constexpr unsigned char end_request = 3;
constexpr unsigned char params = 4;
constexpr unsigned char standard_input = 5;
constexpr unsigned char standard_output = 6;
constexpr std::size_t header_size = 8;
constexpr std::size_t largest_answer = 65536;

std::string record(unsigned char type, std::string_view content) {
  std::string bytes{'\1', static_cast<char>(type), '\0', '\1'};
  bytes += static_cast<char>(content.size() >> 8U);
  bytes += static_cast<char>(content.size() & 255U);
  bytes += std::string(2, '\0');
  bytes += content;
  return bytes;
}

// Names and values are under 128 bytes here.
std::string pair_of(std::string_view name, std::string_view value) {
  return cat(static_cast<char>(name.size()), static_cast<char>(value.size()), name, value);
}

}  // namespace

std::string fcgi_request(const std::string& path) {
  if (path.size() > 127 || !path.starts_with('/')) throw Failure{cat("'", path, "' is no path of a ping page")};
  const std::string responder{'\0', '\1', '\0', '\0', '\0', '\0', '\0', '\0'};
  const auto variables =
      cat(pair_of("GATEWAY_INTERFACE", "CGI/1.1"), pair_of("SERVER_PROTOCOL", "HTTP/1.1"),
          pair_of("REQUEST_METHOD", "GET"), pair_of("SCRIPT_NAME", path), pair_of("SCRIPT_FILENAME", path),
          pair_of("REQUEST_URI", path), pair_of("QUERY_STRING", ""));
  return cat(record(begin_request, responder), record(params, variables), record(params, ""),
             record(standard_input, ""));
}

std::optional<std::string> fcgi_answer(std::string_view bytes) {
  std::string answer;
  while (bytes.size() >= header_size) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    const std::size_t content = byte(4) * 256U + byte(5);
    const std::size_t whole = header_size + content + byte(6);
    if (byte(0) != 1 || bytes.size() < whole) return std::nullopt;
    if (byte(1) == end_request) return answer;
    if (byte(1) == standard_output) answer += bytes.substr(header_size, content);
    bytes.remove_prefix(whole);
  }
  return std::nullopt;
}

std::string judge_ping(std::string_view answer) {
  // CGI: header lines, an empty one, the body. Without a Status it is 200.
  const auto end = answer.find("\r\n\r\n");
  if (end == std::string_view::npos) return "the answer has no header";
  const auto body = answer.substr(end + 4);
  for (const auto line : split(answer.substr(0, end), '\n')) {
    if (line.starts_with("Status: ") && !line.starts_with("Status: 200")) {
      const auto status = line.substr(8);
      return cat("status ", status.substr(0, status.find('\r')));
    }
  }
  return body.starts_with("pong") ? "" : "the answer is not 'pong'";
}

std::string probe_fcgi(const Target& target, const std::string& path, Duration limit) {
  const auto deadline = Clock::now() + limit;
  try {
    const auto connection = connect_to(target, deadline);
    send_all(connection.get(), fcgi_request(path), deadline);
    std::string bytes;
    for (;;) {
      const auto piece = receive(connection.get(), deadline);
      bytes += piece;
      if (const auto answer = fcgi_answer(bytes)) return judge_ping(*answer);
      if (piece.empty() || bytes.size() > largest_answer) return "the answer is no FastCGI";
    }
  } catch (const Failure& failure) {
    return failure.message;
  }
}

}  // namespace debone::init
