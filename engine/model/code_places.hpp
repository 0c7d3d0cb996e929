#pragma once

// Code places: where an image keeps what is run, and what says what is run. Fixed lists that no
// recipe and no plan can change. What tells code by its type or mode is code_change.hpp.

#include <string>

namespace retouch::model {

/// True for a path that is run, loaded or read as instructions because of its name or place.
[[nodiscard]] bool is_code_place(const std::string &path);

/// True for a directory below which such a place is or may be: whoever may write there can put
/// another in its stead. Not so only in trees of data, /var/log or /tmp, but above fixed places.
[[nodiscard]] bool leads_to_code_place(const std::string &path);

/// True for code that is made of other files on the spot and comes out with other bytes each time:
/// the linker's cache, compiled Python, initial RAM disks. All of them are code places.
[[nodiscard]] bool is_made_anew(const std::string &path);

} // namespace retouch::model
