// XML: escape() already takes every control character XML refuses; what is left are the five
// characters of markup, two noncharacters, and white space in attributes.

#include "render/machine/xml.hpp"

#include "base/text.hpp"

namespace retouch::render {

namespace {

/// U+FFFE and U+FFFF are valid UTF-8 and forbidden in XML.
std::string without_noncharacters(std::string text) {
    for (const auto &[bytes, words] :
         {std::pair("\xEF\xBF\xBE", "\\u{fffe}"), std::pair("\xEF\xBF\xBF", "\\u{ffff}")})
        for (auto at = text.find(bytes); at != std::string::npos; at = text.find(bytes, at))
            text.replace(at, 3, words);
    return text;
}

std::string marked_up(std::string_view text, bool attribute) {
    std::string out;
    for (const char character : without_noncharacters(base::escape(text, true))) {
        switch (character) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\n':
            out += attribute ? "&#10;" : "\n";
            break;
        case '\t':
            out += attribute ? "&#9;" : "\t";
            break;
        default:
            out += character;
        }
    }
    return out;
}

} // namespace

std::string xml_text(std::string_view text) {
    return marked_up(text, false);
}

std::string xml_attribute(std::string_view text) {
    return marked_up(text, true);
}

} // namespace retouch::render
