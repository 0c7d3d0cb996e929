#include "guest/mount_words.hpp"

#include <algorithm>

namespace retouch::guest {

std::string unescape_mount_word(std::string_view word) {
    const auto octal = [](char digit) { return digit >= '0' && digit <= '7'; };
    std::string result;
    for (std::size_t at = 0; at < word.size(); ++at) {
        if (word[at] == '\\' && at + 3 < word.size() && octal(word[at + 1]) &&
            octal(word[at + 2]) && octal(word[at + 3])) {
            result += static_cast<char>((word[at + 1] - '0') * 64 + (word[at + 2] - '0') * 8 +
                                        (word[at + 3] - '0'));
            at += 3;
        } else {
            result += word[at];
        }
    }
    return result;
}

std::vector<std::string> split_words(std::string_view text, std::string_view separators) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = text.find_first_not_of(separators, at);
        if (start == std::string_view::npos)
            break;
        const std::size_t end = std::min(text.find_first_of(separators, start), text.size());
        parts.emplace_back(text.substr(start, end - start));
        at = end;
    }
    return parts;
}

} // namespace retouch::guest
