#pragma once
// HttpExchange: one request and what becomes of it, as the state behind libcurl's callbacks. This
// and http.cpp are the only parts that know libcurl's handles.

#include "catalog/http/http.hpp"
#include "catalog/http/http_failure.hpp"
#include "catalog/http/libcurl.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string_view>

namespace retouch::catalog {

class HttpExchange {
  public:
    /// Sets `easy` up, forgetting what it was set to. Everything given must outlive this.
    HttpExchange(CURL *easy, const HttpRequest &request, const TlsSettings &tls);

    /// Leaves no pointer to this in `easy`.
    ~HttpExchange();
    HttpExchange(const HttpExchange &) = delete;
    HttpExchange &operator=(const HttpExchange &) = delete;

    /// See Http::send().
    HttpResponse run();

  private:
    struct FreeHeaders {
        void operator()(curl_slist *list) const { curl_slist_free_all(list); }
    };

    void set_connection(const TlsSettings &tls);
    void set_time_limit();
    void set_headers();
    void append_header(const std::string &line);
    void set_body();
    void set_callbacks();

    static std::size_t on_header(const char *data, std::size_t, std::size_t size, void *self);
    static std::size_t on_body(const char *data, std::size_t, std::size_t size, void *self);
    static std::size_t on_read(char *buffer, std::size_t, std::size_t size, void *self);
    static int on_tick(void *self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

    /// Runs `work` and returns its result; keeps what it throws and returns `failed`.
    template<class Result, class Work>
    Result guarded(Result failed, Work &&work) noexcept;

    bool take_header(std::string_view line);
    bool take_body(std::string_view bytes);
    std::size_t give(std::span<char> buffer);
    void tell(std::size_t count, std::uint64_t total);
    [[nodiscard]] bool is_for_its_message() const;
    [[nodiscard]] int status() const;
    [[nodiscard]] std::uint64_t expected_size() const;
    [[nodiscard]] HttpFailure failure(CURLcode code) const;

    CURL *easy_;
    const HttpRequest &request_;
    std::array<char, CURL_ERROR_SIZE> text_{};
    std::unique_ptr<curl_slist, FreeHeaders> headers_;
    HttpResponse response_;
    std::exception_ptr thrown_;
    std::uint64_t moved_ = 0;
    std::size_t header_bytes_ = 0;
    std::size_t header_lines_ = 0;
    std::string too_large_; ///< what the answer has more of than is read; empty: nothing
    bool enough_ = false;   ///< of an answer that is read for its message
};

} // namespace retouch::catalog
