#include "guest/mount_words.hpp"

namespace retouch {

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

} // namespace retouch
