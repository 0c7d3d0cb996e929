#pragma once
// FakeServer: an HTTP server on 127.0.0.1 whose answers a test makes up, and which remembers what
// it was asked. It speaks just enough HTTP/1.1 for one client at a time; connections are kept.

#include "base/file.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace retouch::test {

struct SeenRequest {
    std::string method;
    std::string target;                         ///< path and query as sent
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;

    /// The target without its query.
    [[nodiscard]] std::string path() const { return target.substr(0, target.find('?')); }

    /// "GET /v2/images"
    [[nodiscard]] std::string route() const { return method + ' ' + path(); }
};

struct Reply {
    int status = 200;
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    bool lost = false;    ///< the connection is closed instead of an answer
    bool endless = false; ///< the body comes again and again until the client goes away
    std::chrono::milliseconds pause{0}; ///< before each repetition of an endless body
    std::size_t missing = 0; ///< so many bytes more are promised than sent, then it is closed
};

class FakeServer {
  public:
    /// Called in the server's thread for each request.
    using Handler = std::function<Reply(const SeenRequest &)>;

    explicit FakeServer(Handler handler);
    ~FakeServer();
    FakeServer(const FakeServer &) = delete;
    FakeServer &operator=(const FakeServer &) = delete;

    /// "http://127.0.0.1:PORT"
    [[nodiscard]] std::string url() const;

    [[nodiscard]] std::vector<SeenRequest> requests() const;

    /// Connections that were ever made.
    [[nodiscard]] std::size_t connections() const;

  private:
    void serve();
    void accept_one();
    bool answer(int fd);
    bool send_reply(int fd, const Reply &reply);

    Handler handler_;
    base::UniqueFd listener_;
    base::UniqueFd wake_;
    int port_ = 0;
    std::atomic<bool> ending_ = false;
    std::vector<base::UniqueFd> open_;
    mutable std::mutex mutex_;
    std::vector<SeenRequest> requests_;
    std::size_t connections_ = 0;
    std::thread thread_;
};

/// A port of 127.0.0.1 on which nobody listens.
[[nodiscard]] int free_port();

} // namespace retouch::test
