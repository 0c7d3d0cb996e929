#pragma once
// XML: text made safe for an element or an attribute of XML 1.0. It writes no elements.

#include <string>
#include <string_view>

namespace retouch::render {

/// For the text of an element: newlines and tabs stay. What XML cannot hold (control characters,
/// invalid UTF-8, U+FFFE and U+FFFF) is written as escape() does.
[[nodiscard]] std::string xml_text(std::string_view text);

/// For an attribute in double quotes: newlines and tabs become references, or they would be read as
/// spaces.
[[nodiscard]] std::string xml_attribute(std::string_view text);

} // namespace retouch::render
