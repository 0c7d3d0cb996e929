// Http: libcurl's easy interface, wrapped so that nothing of it is seen outside. Callbacks are
// called from C, so what they throw is kept and thrown when libcurl has returned.
// A change goes over a connection of its own: libcurl silently repeats a request when a kept
// connection turns out to be dead, which only reading requests can bear.

#include "catalog/glance/http.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "catalog/glance/http_failure.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>
#include <exception>
#include <new>
#include <span>

namespace retouch {

namespace {

constexpr long k_connect_seconds = 15;
constexpr long k_transfer_buffer = 1024L * 1024;
constexpr std::size_t k_header_bound = std::size_t{256} * 1024;

struct FreeHeaders {
    void operator()(curl_slist *list) const { curl_slist_free_all(list); }
};

struct FreeEasy {
    void operator()(CURL *easy) const { curl_easy_cleanup(easy); }
};

using Headers = std::unique_ptr<curl_slist, FreeHeaders>;

/// libcurl wants to be initialised once in a process, before its first use.
void start_curl() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK)
        throw Error(ErrorKind::unavailable,
                    fmt::format("cannot start libcurl: {}", curl_easy_strerror(code)));
}

void append(Headers &headers, const std::string &line) {
    curl_slist *longer = curl_slist_append(headers.get(), line.c_str());
    if (longer == nullptr)
        throw std::bad_alloc();
    static_cast<void>(headers.release());
    headers.reset(longer);
}

template<class Value>
void set(CURL *easy, CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy, option, value);
    if (code != CURLE_OK)
        throw Error(ErrorKind::unavailable,
                    fmt::format("libcurl refuses an option: {}", curl_easy_strerror(code)));
}

Error cancelled() {
    return interrupt_due() ? interrupt_error() : Error(ErrorKind::interrupted, "cancelled");
}

/// One request and what becomes of it: the state behind libcurl's callbacks.
class Exchange {
  public:
    Exchange(CURL *easy, const HttpRequest &request, const TlsSettings &tls)
        : easy_(easy), request_(request) {
        curl_easy_reset(easy_);
        set_connection(tls);
        set_headers();
        set_body();
        set_callbacks();
    }

    HttpResponse run() {
        const CURLcode code = curl_easy_perform(easy_);
        if (thrown_)
            std::rethrow_exception(thrown_);
        if (too_large_)
            throw ApiError(ErrorKind::unavailable,
                           fmt::format("cannot {}: {} answers with more than {}", request_.doing,
                                       server_of(request_.url), format_bytes(request_.bound)),
                           "is this the right address?",
                           {.status = status(), .outcome_unknown = !is_safe(request_)});
        if (code != CURLE_OK)
            throw no_answer(request_, failure(code));
        response_.status = status();
        return std::move(response_);
    }

  private:
    void set_connection(const TlsSettings &tls) {
        set(easy_, CURLOPT_URL, request_.url.c_str());
        set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
        set(easy_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
        set(easy_, CURLOPT_NOSIGNAL, 1L);
        set(easy_, CURLOPT_FRESH_CONNECT, is_safe(request_) ? 0L : 1L);
        set(easy_, CURLOPT_ERRORBUFFER, text_.data());
        set(easy_, CURLOPT_CONNECTTIMEOUT, k_connect_seconds);
        set_time_limit();
        set(easy_, CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
        set(easy_, CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L);
        set_path(CURLOPT_CAINFO, tls.cacert);
        set_path(CURLOPT_SSLCERT, tls.cert);
        set_path(CURLOPT_SSLKEY, tls.key);
    }

    void set_path(CURLoption option, const std::filesystem::path &path) {
        if (!path.empty())
            set(easy_, option, path.c_str());
    }

    void set_time_limit() {
        const long seconds = static_cast<long>(request_.time_limit.count());
        if (request_.source == nullptr && !request_.sink) {
            set(easy_, CURLOPT_TIMEOUT, seconds);
            return;
        }
        set(easy_, CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(easy_, CURLOPT_LOW_SPEED_TIME, seconds);
        set(easy_, CURLOPT_BUFFERSIZE, k_transfer_buffer);
        set(easy_, CURLOPT_UPLOAD_BUFFERSIZE, k_transfer_buffer);
    }

    void set_headers() {
        append(headers_, "Expect:");
        append(headers_, fmt::format("User-Agent: retouch/{}", k_version));
        for (const auto &[name, value] : request_.headers) {
            assert(value.find_first_of("\r\n") == std::string::npos);
            append(headers_, name + ": " + value);
        }
        set(easy_, CURLOPT_HTTPHEADER, headers_.get());
    }

    void set_body() {
        if (request_.source != nullptr) {
            set(easy_, CURLOPT_UPLOAD, 1L);
            set(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.source->size()));
        } else if (!request_.body.empty() || request_.method == "POST") {
            set(easy_, CURLOPT_POST, 1L);
            set(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
            set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        } else if (request_.method == "HEAD") {
            set(easy_, CURLOPT_NOBODY, 1L);
        }
        set(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }

    void set_callbacks() {
        set(easy_, CURLOPT_HEADERFUNCTION, &Exchange::on_header);
        set(easy_, CURLOPT_HEADERDATA, this);
        set(easy_, CURLOPT_WRITEFUNCTION, &Exchange::on_body);
        set(easy_, CURLOPT_WRITEDATA, this);
        set(easy_, CURLOPT_READFUNCTION, &Exchange::on_read);
        set(easy_, CURLOPT_READDATA, this);
        set(easy_, CURLOPT_NOPROGRESS, 0L);
        set(easy_, CURLOPT_XFERINFOFUNCTION, &Exchange::on_tick);
        set(easy_, CURLOPT_XFERINFODATA, this);
    }

    /// Runs `work` and returns its result; keeps what it throws and returns `failed`.
    template<class Result, class Work>
    Result guarded(Result failed, Work &&work) noexcept {
        try {
            return work();
        } catch (...) {
            thrown_ = std::current_exception();
            return failed;
        }
    }

    static std::size_t on_header(const char *data, std::size_t, std::size_t size, void *self) {
        auto *exchange = static_cast<Exchange *>(self);
        return exchange->guarded(std::size_t{0}, [&] {
            return exchange->take_header({data, size}) ? size : 0;
        });
    }

    static std::size_t on_body(const char *data, std::size_t, std::size_t size, void *self) {
        auto *exchange = static_cast<Exchange *>(self);
        return exchange->guarded(std::size_t{0}, [&] {
            return exchange->take_body({data, size}) ? size : 0;
        });
    }

    static std::size_t on_read(char *buffer, std::size_t, std::size_t size, void *self) {
        auto *exchange = static_cast<Exchange *>(self);
        return exchange->guarded(std::size_t{CURL_READFUNC_ABORT}, [&] {
            return exchange->give({buffer, size});
        });
    }

    static int on_tick(void *self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        auto *exchange = static_cast<Exchange *>(self);
        return exchange->guarded(1, [] {
            check_interrupt();
            return 0;
        });
    }

    bool take_header(std::string_view line) {
        header_bytes_ += line.size();
        if (header_bytes_ > k_header_bound) {
            too_large_ = true;
            return false;
        }
        if (line.starts_with("HTTP/")) // of the final answer or of one before it, as a 100
            response_.headers.clear();
        const auto colon = line.find(':');
        if (colon == std::string_view::npos)
            return true;
        std::string name(line.substr(0, colon));
        std::ranges::transform(name, name.begin(), [](unsigned char letter) {
            return static_cast<char>(std::tolower(letter));
        });
        response_.headers[name] = trim(line.substr(colon + 1));
        return true;
    }

    bool take_body(std::string_view bytes) {
        if (request_.sink && status() == 200) {
            request_.sink(bytes);
            tell(bytes.size(), expected_size());
            return true;
        }
        too_large_ = response_.body.size() + bytes.size() > request_.bound;
        if (too_large_)
            return false;
        response_.body += bytes;
        return true;
    }

    std::size_t give(std::span<char> buffer) {
        if (request_.source == nullptr)
            return 0;
        const std::size_t count = request_.source->read(moved_, buffer);
        tell(count, request_.source->size());
        return count;
    }

    void tell(std::size_t count, std::uint64_t total) {
        moved_ += count;
        if (request_.progress && !request_.progress(moved_, total))
            throw cancelled();
    }

    [[nodiscard]] int status() const {
        long status = 0;
        curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
        return static_cast<int>(status);
    }

    [[nodiscard]] std::uint64_t expected_size() const {
        curl_off_t size = 0;
        curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
        return size > 0 ? static_cast<std::uint64_t>(size) : 0;
    }

    [[nodiscard]] HttpFailure failure(CURLcode code) const {
        HttpFailure failure;
        failure.code = code;
        failure.text = text_.front() != '\0' ? text_.data() : curl_easy_strerror(code);
        curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &failure.system_code);
        long request_bytes = 0;
        curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &request_bytes);
        failure.sent = request_bytes > 0;
        failure.touched = request_.sink && moved_ > 0;
        return failure;
    }

    CURL *easy_;
    const HttpRequest &request_;
    std::array<char, CURL_ERROR_SIZE> text_{};
    Headers headers_;
    HttpResponse response_;
    std::exception_ptr thrown_;
    std::uint64_t moved_ = 0;
    std::size_t header_bytes_ = 0;
    bool too_large_ = false;
};

} // namespace

struct Http::Handle {
    std::unique_ptr<CURL, FreeEasy> easy;
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
    check_interrupt();
    return Exchange(handle_->easy.get(), request, tls_).run();
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

} // namespace retouch
