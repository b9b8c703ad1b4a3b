// For tests: an HTTP server on loopback in this process, with the faults that a test wants.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/text.h"

namespace debone::archive::testing {

struct Request {
  std::string path;
  std::string range;  // the header's value, or empty
  std::string user_agent;
  std::string host;
  int connection = 0;  // which one it came by
};

// The bytes of an answer, head included, and what happens then.
struct Answer {
  std::string bytes;
  bool hang_up = false;
  std::chrono::milliseconds hold{0};  // how long nothing more comes
};
using Fault = std::function<Answer(const Request&, const std::string& body)>;

inline std::string head(int status, const std::string& headers) {
  return fmt::format("HTTP/1.1 {} Test\r\n{}\r\n", status, headers);
}
inline std::string with_length(std::size_t length) { return fmt::format("Content-Length: {}\r\n", length); }

inline Answer whole(const std::string& body) { return {head(200, with_length(body.size())) + body}; }
inline Answer part(const std::string& body, std::size_t from, std::size_t total) {
  return {head(206, with_length(body.size()) +
                        fmt::format("Content-Range: bytes {}-{}/{}\r\n", from, from + body.size() - 1, total)) +
          body};
}
inline Fault status(int code, const std::string& headers = {}) {
  return [=](const Request&, const std::string&) { return Answer{head(code, with_length(5) + headers) + "page\n"}; };
}
inline Fault redirect(const std::string& to) { return status(302, "Location: " + to + "\r\n"); }
// Promises the whole body, or what Range asks for, gives `bytes` of it and hangs up.
inline Fault cut(std::size_t bytes) {
  return [=](const Request& request, const std::string& body) {
    auto answer = whole(body);
    std::size_t from = 0;
    if (!request.range.empty()) {
      from = base::parse_decimal(request.range.substr(6, request.range.size() - 7)).value_or(0);
      answer = part(body.substr(from), from, body.size());
    }
    answer.bytes.resize(answer.bytes.size() - (body.size() - from) + bytes);
    answer.hang_up = true;
    return answer;
  };
}
inline Fault stall(std::size_t after) {
  return [=](const Request&, const std::string& body) {
    auto answer = whole(body);
    answer.bytes.resize(answer.bytes.size() - body.size() + after);
    answer.hold = std::chrono::seconds(20);
    answer.hang_up = true;
    return answer;
  };
}
inline Fault bytes_without_length(const std::string& bytes) {
  return [=](const Request&, const std::string&) { return Answer{head(200, "") + bytes, true}; };
}
inline Fault other(const std::string& bytes) {
  return [=](const Request&, const std::string&) { return whole(bytes); };
}
// The whole body though a part was asked for.
inline Answer ignore_range(const Request&, const std::string& body) { return whole(body); }
inline Answer hang_up(const Request&, const std::string&) { return {"", true}; }

class TestServer {
 public:
  TestServer() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
      std::abort();
    }
    url_ = fmt::format("http://127.0.0.1:{}", ::ntohs(address.sin_port));
    acceptor_ = std::thread([this] { accept_all(); });
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() {
    stopping_ = true;
    acceptor_.join();
    for (auto& connection : connections_) connection.join();
    ::close(listener_);
  }

  const std::string& url() const { return url_; }
  void put(const std::string& path, const std::string& body) {
    const std::scoped_lock lock(mutex_);
    files_[path] = body;
  }
  void remove(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    files_.erase(path);
  }
  // The next requests for `path` get these, one each; later ones the file.
  void next(const std::string& path, std::vector<Fault> faults) {
    const std::scoped_lock lock(mutex_);
    faults_[path].assign(faults.begin(), faults.end());
  }
  void always(const std::string& path, Fault fault) {
    const std::scoped_lock lock(mutex_);
    always_[path] = std::move(fault);
  }
  void heal() {
    const std::scoped_lock lock(mutex_);
    always_.clear();
    faults_.clear();
    requests_.clear();
  }
  std::vector<Request> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }
  std::vector<std::string> ranges(const std::string& path) const {
    std::vector<std::string> out;
    for (const auto& request : requests()) {
      if (request.path == path) out.push_back(request.range);
    }
    return out;
  }

 private:
  void accept_all() {
    int number = 0;
    while (!stopping_) {
      pollfd ready{listener_, POLLIN, 0};
      if (::poll(&ready, 1, 20) <= 0) continue;
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket >= 0) connections_.emplace_back([this, socket, number] { serve(socket, number); });
      ++number;
    }
  }

  void serve(int socket, int number) {
    std::string pending;
    for (bool open = true; open && !stopping_;) {
      const auto end = pending.find("\r\n\r\n");
      if (end == std::string::npos) {
        pollfd ready{socket, POLLIN, 0};
        if (::poll(&ready, 1, 20) <= 0) continue;
        char buffer[4096];
        const auto got = ::recv(socket, buffer, sizeof buffer, 0);
        if (got <= 0) break;
        pending.append(buffer, static_cast<std::size_t>(got));
        continue;
      }
      const auto answer = answer_to(parse(pending.substr(0, end), number));
      pending.erase(0, end + 4);
      open = send_all(socket, answer.bytes);
      for (auto left = answer.hold; open && left.count() > 0 && !stopping_; left -= std::chrono::milliseconds(10)) {
        pollfd gone{socket, POLLRDHUP, 0};
        if (::poll(&gone, 1, 10) > 0) break;
      }
      if (answer.hang_up) break;
    }
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
  }

  static Request parse(const std::string& text, int number) {
    Request request;
    request.connection = number;
    for (const auto line : base::split(text, '\n')) {
      const auto colon = line.find(": ");
      const auto name = base::lower(line.substr(0, colon));
      const auto value = colon == std::string_view::npos ? "" : std::string(base::trim(line.substr(colon + 2)));
      if (line.starts_with("GET ")) request.path = std::string(base::words(line)[1]);
      if (name == "range") request.range = value;
      if (name == "user-agent") request.user_agent = value;
      if (name == "host") request.host = value;
    }
    return request;
  }

  Answer answer_to(const Request& request) {
    const std::scoped_lock lock(mutex_);
    requests_.push_back(request);
    const auto file = files_.find(request.path);
    const auto body = file == files_.end() ? std::string() : file->second;
    if (auto& faults = faults_[request.path]; !faults.empty()) {
      const auto fault = faults.front();
      faults.pop_front();
      return fault(request, body);
    }
    if (const auto fault = always_.find(request.path); fault != always_.end()) return fault->second(request, body);
    if (file == files_.end()) return status(404)(request, body);
    if (request.range.empty()) return whole(body);
    const auto from = base::parse_decimal(request.range.substr(6, request.range.size() - 7)).value_or(0);
    if (from >= body.size()) return status(416)(request, body);
    return part(body.substr(from), from, body.size());
  }

  bool send_all(int socket, std::string_view bytes) const {
    while (!bytes.empty() && !stopping_) {
      const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  int listener_ = -1;
  std::string url_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> files_;
  std::map<std::string, std::deque<Fault>> faults_;
  std::map<std::string, Fault> always_;
  std::vector<Request> requests_;
  std::deque<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace debone::archive::testing
