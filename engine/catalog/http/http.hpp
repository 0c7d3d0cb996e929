#pragma once
// Http: one HTTP(S) exchange after the other, through libcurl, over connections that are kept.
// It bounds answers and waiting and reacts to interruption. It repeats nothing, follows no
// redirection and gives statuses no meaning.

#include "retouch/store.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace retouch::catalog {

struct TlsSettings {
    bool verify = true;
    std::filesystem::path cacert = {}; ///< empty: the system's
    std::filesystem::path cert = {};   ///< our own, where the server asks for one
    std::filesystem::path key = {};

    bool operator==(const TlsSettings &) const = default;
};

struct HttpRequest {
    std::string doing = {}; ///< for messages, after "cannot": "list the images"
    std::string method = "GET";
    std::string url = {}; ///< http or https, already encoded
    /// May carry secrets; no error quotes them.
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};
    /// Sent instead of `body`, with its size announced.
    ByteReader *source = nullptr;
    /// Receives the body of a 200 answer instead of HttpResponse::body. It may throw.
    std::function<void(std::string_view)> sink = {};
    /// Told of what `source` gave or `sink` got.
    WorkProgress progress = {};
    /// Called about once a second while it lasts; what it throws ends it.
    std::function<void()> watch = {};
    /// Receiving it twice does no harm, as with GET and HEAD.
    bool repeatable = false;
    /// For the whole exchange; with `source` or `sink` for how long next to nothing may move.
    std::chrono::seconds time_limit{120};
    /// With `source` or `sink`, for the whole exchange.
    std::chrono::seconds transfer_limit{24 * 3600};
    /// Largest body of an answer, `sink` aside. Of what is only read for its message, an error's
    /// and any that is not the 200 a sink waits for, the beginning is enough.
    std::size_t bound = std::size_t{4} * 1024 * 1024;
};

struct HttpResponse {
    int status = 0;
    std::map<std::string, std::string> headers; ///< names in lower case; of repeated ones the last
    std::string body;

    /// The value of a header, given in lower case; empty when absent.
    [[nodiscard]] std::string header(const std::string &name) const;
};

/// For one thread at a time.
class Http {
  public:
    explicit Http(TlsSettings tls);
    ~Http();
    Http(Http &&) noexcept;
    Http &operator=(Http &&) noexcept;

    /// Any status is an answer. Throws ApiError when there is none, saying why and whether the
    /// request can have been received; Error: interrupted for a signal or when `progress` returns
    /// false; and what `source` or `sink` threw.
    [[nodiscard]] HttpResponse send(const HttpRequest &request);

  private:
    struct Handle;

    TlsSettings tls_;
    std::unique_ptr<Handle> handle_;
};

/// Percent-encodes one segment of a path or one value of a query.
[[nodiscard]] std::string url_encode(std::string_view text);

} // namespace retouch::catalog
