// HttpExchange: callbacks are called from C, so what they throw is kept and thrown when libcurl has
// returned. A change goes over a connection of its own: libcurl silently repeats a request when a
// kept connection turns out to be dead, which only reading requests can bear.

#include "catalog/http/http_exchange.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>

namespace retouch::catalog {

namespace {

constexpr long k_connect_seconds = 15;
constexpr long k_transfer_buffer = 1024L * 1024;
constexpr std::size_t k_header_bound = std::size_t{128} * 1024;
constexpr std::size_t k_most_headers = 500;
constexpr std::size_t k_message_bound = std::size_t{64} * 1024;
constexpr long k_least_speed = 1024; ///< bytes in a second; below it nothing moves

template<class Value>
void set(CURL *easy, CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy, option, value);
    if (code != CURLE_OK)
        throw Error(ErrorKind::unavailable,
                    fmt::format("libcurl refuses an option: {}", curl_easy_strerror(code)));
}

void set_path(CURL *easy, CURLoption option, const std::filesystem::path &path) {
    if (!path.empty())
        set(easy, option, path.c_str());
}

Error cancelled() {
    return base::interrupt_due() ? base::interrupt_error()
                                 : Error(ErrorKind::interrupted, "cancelled");
}

HttpExchange *exchange_of(void *self) {
    return static_cast<HttpExchange *>(self);
}

} // namespace

HttpExchange::HttpExchange(CURL *easy, const HttpRequest &request, const TlsSettings &tls)
    : easy_(easy), request_(request) {
    curl_easy_reset(easy_);
    set_connection(tls);
    set_headers();
    set_body();
    set_callbacks();
}

HttpExchange::~HttpExchange() {
    curl_easy_reset(easy_);
}

HttpResponse HttpExchange::run() {
    const CURLcode code = curl_easy_perform(easy_);
    if (thrown_)
        std::rethrow_exception(thrown_);
    if (!too_large_.empty())
        throw ApiError(ErrorKind::unavailable,
                       fmt::format("cannot {}: {} answers with more than {}", request_.doing,
                                   server_of(request_.url), too_large_),
                       "is this the right address?",
                       {.status = status(), .outcome_unknown = !is_safe(request_)});
    if (code != CURLE_OK && !enough_)
        throw no_answer(request_, failure(code));
    response_.status = status();
    return std::move(response_);
}

void HttpExchange::set_connection(const TlsSettings &tls) {
    set(easy_, CURLOPT_URL, request_.url.c_str());
    set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(easy_, CURLOPT_NOSIGNAL, 1L);
    // A name that does not resolve is not waited for when the exchange ends before.
    set(easy_, CURLOPT_QUICK_EXIT, 1L);
    set(easy_, CURLOPT_FRESH_CONNECT, is_safe(request_) ? 0L : 1L);
    set(easy_, CURLOPT_ERRORBUFFER, text_.data());
    set(easy_, CURLOPT_CONNECTTIMEOUT, k_connect_seconds);
    set_time_limit();
    set(easy_, CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
    set(easy_, CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L);
    set_path(easy_, CURLOPT_CAINFO, tls.cacert);
    set_path(easy_, CURLOPT_SSLCERT, tls.cert);
    set_path(easy_, CURLOPT_SSLKEY, tls.key);
}

void HttpExchange::set_time_limit() {
    const long seconds = static_cast<long>(request_.time_limit.count());
    if (request_.source == nullptr && !request_.sink) {
        set(easy_, CURLOPT_TIMEOUT, seconds);
        return;
    }
    set(easy_, CURLOPT_TIMEOUT, static_cast<long>(request_.transfer_limit.count()));
    set(easy_, CURLOPT_LOW_SPEED_LIMIT, k_least_speed);
    set(easy_, CURLOPT_LOW_SPEED_TIME, seconds);
    set(easy_, CURLOPT_BUFFERSIZE, k_transfer_buffer);
    set(easy_, CURLOPT_UPLOAD_BUFFERSIZE, k_transfer_buffer);
}

void HttpExchange::set_headers() {
    append_header("Expect:");
    append_header(fmt::format("User-Agent: retouch/{}", base::k_version));
    for (const auto &[name, value] : request_.headers) {
        if (value.find_first_of("\r\n") != std::string::npos)
            throw Error(
                ErrorKind::refused,
                fmt::format("cannot {}: the value of {} holds a line end", request_.doing, name));
        append_header(fmt::format("{}: {}", name, value));
    }
    set(easy_, CURLOPT_HTTPHEADER, headers_.get());
}

void HttpExchange::append_header(const std::string &line) {
    curl_slist *longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr)
        throw std::bad_alloc();
    static_cast<void>(headers_.release());
    headers_.reset(longer);
}

void HttpExchange::set_body() {
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

void HttpExchange::set_callbacks() {
    set(easy_, CURLOPT_HEADERFUNCTION, &HttpExchange::on_header);
    set(easy_, CURLOPT_HEADERDATA, this);
    set(easy_, CURLOPT_WRITEFUNCTION, &HttpExchange::on_body);
    set(easy_, CURLOPT_WRITEDATA, this);
    set(easy_, CURLOPT_READFUNCTION, &HttpExchange::on_read);
    set(easy_, CURLOPT_READDATA, this);
    set(easy_, CURLOPT_NOPROGRESS, 0L);
    set(easy_, CURLOPT_XFERINFOFUNCTION, &HttpExchange::on_tick);
    set(easy_, CURLOPT_XFERINFODATA, this);
}

template<class Result, class Work>
Result HttpExchange::guarded(Result failed, Work &&work) noexcept {
    try {
        return work();
    } catch (...) {
        thrown_ = std::current_exception();
        return failed;
    }
}

std::size_t HttpExchange::on_header(const char *data, std::size_t, std::size_t size, void *self) {
    auto *exchange = exchange_of(self);
    return exchange->guarded(std::size_t{0}, [&] {
        return exchange->take_header({data, size}) ? size : 0;
    });
}

std::size_t HttpExchange::on_body(const char *data, std::size_t, std::size_t size, void *self) {
    auto *exchange = exchange_of(self);
    return exchange->guarded(std::size_t{0}, [&] {
        return exchange->take_body({data, size}) ? size : 0;
    });
}

std::size_t HttpExchange::on_read(char *buffer, std::size_t, std::size_t size, void *self) {
    auto *exchange = exchange_of(self);
    return exchange->guarded(std::size_t{CURL_READFUNC_ABORT}, [&] {
        return exchange->give({buffer, size});
    });
}

int HttpExchange::on_tick(void *self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto *exchange = exchange_of(self);
    return exchange->guarded(1, [&] {
        base::check_interrupt();
        if (exchange->request_.watch)
            exchange->request_.watch();
        return 0;
    });
}

bool HttpExchange::take_header(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > k_header_bound || ++header_lines_ > k_most_headers) {
        too_large_ = fmt::format("{} or {} lines of headers", base::format_bytes(k_header_bound),
                                 k_most_headers);
        return false;
    }
    if (line.starts_with("HTTP/")) // of the final answer or of one before it, as a 100
        response_.headers.clear();
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
        return true;
    response_.headers[base::small_letters(line.substr(0, colon))] =
        base::trim(line.substr(colon + 1));
    return true;
}

bool HttpExchange::take_body(std::string_view bytes) {
    if (request_.sink && status() == 200) {
        request_.sink(bytes);
        tell(bytes.size(), expected_size());
        return true;
    }
    if (is_for_its_message()) {
        response_.body += bytes.substr(0, k_message_bound - response_.body.size());
        enough_ = response_.body.size() == k_message_bound;
        return !enough_;
    }
    if (response_.body.size() + bytes.size() > request_.bound) {
        too_large_ = base::format_bytes(request_.bound);
        return false;
    }
    response_.body += bytes;
    return true;
}

bool HttpExchange::is_for_its_message() const {
    return request_.sink || status() < 200 || status() > 300; // 300: a list of versions
}

std::size_t HttpExchange::give(std::span<char> buffer) {
    if (request_.source == nullptr)
        return 0;
    const std::size_t count = request_.source->read(moved_, buffer);
    tell(count, request_.source->size());
    return count;
}

void HttpExchange::tell(std::size_t count, std::uint64_t total) {
    moved_ += count;
    if (request_.progress && !request_.progress(moved_, total))
        throw cancelled();
}

int HttpExchange::status() const {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
}

std::uint64_t HttpExchange::expected_size() const {
    curl_off_t size = 0;
    curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    return size > 0 ? static_cast<std::uint64_t>(size) : 0;
}

HttpFailure HttpExchange::failure(CURLcode code) const {
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

} // namespace retouch::catalog
