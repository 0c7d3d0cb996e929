#include "steps/users/ssh_key.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace retouch::steps {

namespace {

constexpr std::size_t k_shortest_body = 16;

/// The first word, up to a blank that is in no quotes; takes it off `text`.
std::string_view take_word(std::string_view &text) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        if (text[end] == '"' && (end == 0 || text[end - 1] != '\\'))
            quoted = !quoted;
        if (!quoted && (text[end] == ' ' || text[end] == '\t'))
            break;
    }
    const std::string_view word = text.substr(0, end);
    text = base::trim(text.substr(end));
    return word;
}

bool is_key_type(std::string_view word) {
    return word.starts_with("ssh-") || word.starts_with("ecdsa-sha2-") ||
           word.starts_with("sk-ssh-") || word.starts_with("sk-ecdsa-");
}

bool is_base64(std::string_view word) {
    return word.size() >= k_shortest_body && std::ranges::all_of(word, [](char each) {
               return base::is_alphanumeric(each) || each == '+' || each == '/' || each == '=';
           });
}

} // namespace

std::optional<SshKey> ssh_key(std::string_view line) {
    std::string_view rest = base::trim(line);
    if (rest.starts_with('#'))
        return std::nullopt;
    SshKey key;
    std::string_view word = take_word(rest);
    if (!is_key_type(word)) {
        key.options = word;
        word = take_word(rest);
    }
    key.type = word;
    key.body = take_word(rest);
    if (!is_key_type(key.type) || !is_base64(key.body))
        return std::nullopt;
    return key;
}

bool holds_key(std::string_view text, const SshKey &key) {
    return std::ranges::any_of(base::split_lines(text),
                               [&](const std::string &line) { return ssh_key(line) == key; });
}

} // namespace retouch::steps
