#include "guest/selinux/policy_words.hpp"

#include <algorithm>

namespace retouch::guest {

namespace {

constexpr std::string_view k_blanks = " \t\r\v\f";

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0;
         (at = line.find_first_not_of(k_blanks, at)) != std::string_view::npos;) {
        const std::size_t end = std::min(line.find_first_of(k_blanks, at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
    }
    if (!words.empty() && words.front().starts_with('#'))
        words.clear();
    return words;
}

} // namespace

std::vector<std::vector<std::string_view>> policy_lines(std::string_view text) {
    std::vector<std::vector<std::string_view>> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(words_of(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

} // namespace retouch::guest
