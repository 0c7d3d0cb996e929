#pragma once
// Printable: what may reach a terminal, judged byte by byte, independently of escape().

#include <string>

namespace retouch {

/// No control character but newline and tab, no bidi control.
inline bool is_printable(const std::string &text) {
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f)
            return false;
    }
    return text.find("\xe2\x80\xae") == std::string::npos;
}

/// The text with the sequences of Style taken out.
inline std::string without_colour(std::string text) {
    for (auto start = text.find('\x1b'); start != std::string::npos; start = text.find('\x1b'))
        text.erase(start, text.find('m', start) - start + 1);
    return text;
}

} // namespace retouch
