// Answers: Glance writes errors as HTML, or as JSON with markup inside; Keystone as JSON one level
// deeper; proxies before them as any HTML. All end as one short line.

#include "catalog/glance/answer.hpp"

#include "base/text.hpp"
#include "model/json_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace retouch::catalog {

namespace {

constexpr std::size_t k_longest_message = 300;
constexpr std::size_t k_longest_request_id = 80;
constexpr std::size_t k_most_names = 20;
constexpr std::size_t k_longest_name = 100;
constexpr model::JsonBounds k_answer_bounds = {
    .bytes = std::size_t{16} * 1024 * 1024, .depth = 32, .values = 500'000, .keys = 1000};
constexpr model::JsonBounds k_error_bounds = {
    .bytes = std::size_t{64} * 1024, .depth = 8, .values = 1000, .keys = 100};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> k_entities = {{
    {"&lt;", "<"},
    {"&gt;", ">"},
    {"&quot;", "\""},
    {"&#x27;", "'"},
    {"&#39;", "'"},
    {"&nbsp;", " "},
    {"&amp;", "&"}, // last, so that nothing is decoded twice
}};

/// Cuts what stands from `start` to the end of `end`, once.
void cut(std::string &text, std::string_view start, std::string_view end) {
    const auto from = text.find(start);
    const auto to = from == std::string::npos ? from : text.find(end, from);
    if (to != std::string::npos)
        text.erase(from, to + end.size() - from);
}

std::string without_tags(const std::string &html) {
    std::string text;
    bool inside = false;
    for (const char c : html) {
        if (c == '<')
            inside = true;
        else if (!inside)
            text += c;
        if (c == '>' && inside) {
            inside = false;
            text += ' ';
        }
    }
    return text;
}

std::string text_of_html(std::string html) {
    cut(html, "<head", "</head>");
    cut(html, "<h1", "</h1>");
    std::string text = without_tags(html);
    for (const auto &[entity, character] : k_entities)
        base::replace_all(text, entity, character);
    return text;
}

std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (!blank)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    return std::string(base::trim(line));
}

/// At most `bound` bytes, cut before a character, not in it.
std::string bounded(std::string text, std::size_t bound) {
    if (text.size() <= bound)
        return text;
    return text.substr(0, base::character_start(text, bound)) + "...";
}

std::string message_in(const Json &body) {
    const Json &inner = part_at(body, "error");
    std::string message = text_at(inner.is_object() ? inner : body, "message");
    for (const char *tag : {"<br />", "<br/>", "<br>"})
        base::replace_all(message, tag, " ");
    return message;
}

/// Bytes of an image that came instead of an answer, for one, are none.
bool is_text(std::string_view body) {
    return body.find('\0') == std::string_view::npos && !base::invalid_utf8(body);
}

/// Without the beginning of a character whose end is missing.
std::string_view whole_characters(std::string_view text) {
    std::size_t end = text.size();
    while (end > 0 && text.size() - end < 3 &&
           (static_cast<unsigned char>(text[end - 1]) & 0xC0U) == 0x80U)
        --end;
    if (end > 0 && static_cast<unsigned char>(text[end - 1]) >= 0xC0U && base::invalid_utf8(text))
        text.remove_suffix(text.size() - (end - 1));
    return text;
}

/// The body of an error as one line; empty when it says nothing.
std::string message_of(const HttpResponse &response) {
    const std::string body(whole_characters(response.body));
    if (response.status < 300 || !is_text(body))
        return "";
    std::string message;
    try {
        message = message_in(model::parse_guarded(body, k_error_bounds, "", ""));
    } catch (const Error &) {
        message = text_of_html(body);
    }
    message = one_line(message);
    while (message.ends_with('.') || message.ends_with(' '))
        message.pop_back();
    return message;
}

const char *words_of(int status) {
    switch (status) {
    case 400:
        return "the request was not understood";
    case 401:
        return "the login was not accepted";
    case 403:
        return "it is forbidden";
    case 404:
        return "there is no such thing";
    case 409:
        return "it is in conflict with the current state";
    case 410:
        return "it is gone";
    case 413:
        return "a limit is exceeded";
    case 429:
        return "there are too many requests";
    case 502:
    case 503:
    case 504:
        return "the service is not available";
    default:
        break;
    }
    if (status >= 300 && status < 400)
        return "the service is elsewhere";
    return status >= 500 ? "the service failed" : "the answer was not expected";
}

ErrorKind kind_of(int status) {
    switch (status) {
    case 401:
    case 403:
        return ErrorKind::not_authorised;
    case 413:
        return ErrorKind::refused;
    case 429:
    case 502:
    case 503:
    case 504:
        return ErrorKind::temporary;
    default:
        return status >= 400 ? ErrorKind::failed : ErrorKind::unavailable;
    }
}

std::string request_id(const HttpResponse &response) {
    for (const char *name : {"x-openstack-request-id", "x-compute-request-id"})
        if (const std::string id = response.header(name); !id.empty())
            return bounded(base::escape(id), k_longest_request_id);
    return "";
}

} // namespace

std::string shown_names(const std::vector<std::string> &names) {
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), k_most_names); ++i)
        list += (i == 0 ? "" : ", ") + bounded(base::escape(names[i]), k_longest_name);
    return names.size() > k_most_names
               ? list + fmt::format(", and {} more", names.size() - k_most_names)
               : list;
}

const Json &part_at(const Json &object, const char *key) {
    static const Json nothing;
    if (!object.is_object())
        return nothing;
    const auto found = object.find(key);
    return found != object.end() && found->is_structured() ? *found : nothing;
}

std::string text_at(const Json &object, const char *key) {
    if (!object.is_object())
        return "";
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void clean(Json &value, const base::SecretFilter &secrets) {
    if (value.is_string() && secrets.is_in(value.get_ref<const std::string &>()))
        value = base::k_instead_of_secret;
    if (value.is_object())
        for (auto member = value.begin(); member != value.end();) {
            if (secrets.is_in(member.key()))
                member = value.erase(member);
            else
                ++member;
        }
    if (value.is_structured())
        for (Json &inner : value)
            clean(inner, secrets);
}

Json answer_json(const HttpResponse &response, const std::string &doing,
                 const base::SecretFilter &secrets) {
    const auto refuse = [&](const std::string &message) {
        return ApiError(ErrorKind::unavailable, message,
                        "is this the address of the right service?", {.status = response.status});
    };
    try {
        Json answer = model::parse_guarded(response.body, k_answer_bounds,
                                           fmt::format("cannot {}: the answer", doing), "");
        if (secrets.is_in(response.body))
            clean(answer, secrets);
        return answer;
    } catch (const Error &error) {
        const auto message = secrets.message(error.what());
        throw refuse(message.value_or(
            fmt::format("cannot {}: the answer is not of the expected form", doing)));
    }
}

std::string said_in(const HttpResponse &response, const base::SecretFilter &secrets) {
    std::string message = message_of(response);
    if (message.empty())
        message = words_of(response.status);
    if (const std::string target = response.header("location");
        !target.empty() && response.status >= 300 && response.status < 400)
        message += " at " + target;
    const auto shown = secrets.message(message);
    return shown ? bounded(base::escape(*shown), k_longest_message)
                 : fmt::format("{}; what the service said holds a secret and is not shown",
                               words_of(response.status));
}

ApiError strange_answer(const std::string &doing) {
    return {ErrorKind::unavailable,
            fmt::format("cannot {}: the answer was not expected", doing),
            "is this the address of the right service?",
            {}};
}

ApiError refusal(const HttpResponse &response, const std::string &doing, std::string hint,
                 const base::SecretFilter &secrets) {
    const std::string id = secrets.message(request_id(response)).value_or("");
    const std::string said = said_in(response, secrets);
    return {kind_of(response.status),
            fmt::format("cannot {}: {} (HTTP {}{}{})", doing, said, response.status,
                        id.empty() ? "" : ", request ", id),
            std::move(hint),
            {.status = response.status, .request_id = id, .said = said}};
}

} // namespace retouch::catalog
