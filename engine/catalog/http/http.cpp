// Http: the handle of libcurl that is kept, with its connections, from one exchange to the next.

#include "catalog/http/http.hpp"

#include "base/interrupt.hpp"
#include "catalog/http/http_exchange.hpp"
#include "catalog/http/libcurl.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <cctype>
#include <new>

namespace retouch::catalog {

namespace {

/// libcurl wants to be initialised once in a process, before its first use.
void start_curl() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK)
        throw Error(ErrorKind::unavailable,
                    fmt::format("cannot start libcurl: {}", curl_easy_strerror(code)));
}

} // namespace

struct Http::Handle {
    struct Free {
        void operator()(CURL *handle) const { curl_easy_cleanup(handle); }
    };

    std::unique_ptr<CURL, Free> easy;
};

Http::Http(TlsSettings tls) : tls_(std::move(tls)), handle_(std::make_unique<Handle>()) {
    start_curl();
    handle_->easy.reset(curl_easy_init());
    if (!handle_->easy)
        throw std::bad_alloc();
}

Http::~Http() = default;
Http::Http(Http &&) noexcept = default;
Http &Http::operator=(Http &&) noexcept = default;

HttpResponse Http::send(const HttpRequest &request) {
    base::check_interrupt();
    return HttpExchange(handle_->easy.get(), request, tls_).run();
}

std::string HttpResponse::header(const std::string &name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

std::string url_encode(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 &&
            (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos))
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", byte);
    }
    return encoded;
}

} // namespace retouch::catalog
