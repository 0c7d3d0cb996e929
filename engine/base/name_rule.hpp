#pragma once
// Name rule: which texts people may choose as the name of an image, a property or a tag. Such names
// are read in lists, used as file names by scripts and compared by eye. Names that exist already,
// in somebody's cloud, are not judged.

#include <optional>
#include <string>
#include <string_view>

namespace retouch::base {

/// Why `text` cannot be chosen as a name, as the rest of a sentence about it: "may not begin with
/// a blank"; nullopt when it can. Refused are characters that a terminal obeys, that reorder text
/// or that nobody sees, blanks at the ends, and '.' or '..' as a part of a path. Length and
/// emptiness are the caller's business, as are bytes that are not UTF-8.
[[nodiscard]] std::optional<std::string> why_no_name(std::string_view text);

/// True for what os-release may have as ID: small letters, digits, '.', '_' and '-'.
[[nodiscard]] bool is_system_name(std::string_view text);

} // namespace retouch::base
