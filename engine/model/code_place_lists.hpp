#pragma once

// Code place lists: the data of code_places.hpp, by what reads the places. How paths are held
// against them is code_places.cpp's business.

#include <span>
#include <string_view>

namespace retouch::model {

/// Globs of absolute paths, as matches_path() reads them.
[[nodiscard]] std::span<const std::string_view> code_globs();

/// Globs of what lies below any directory `etc`: that of the image, of vendors below /usr, of a
/// service's own root.
[[nodiscard]] std::span<const std::string_view> code_globs_of_etc();

/// Names that any directory may hold: whole, by how they end, and by what a version or a way of
/// compressing follows.
[[nodiscard]] std::span<const std::string_view> code_names();
[[nodiscard]] std::span<const std::string_view> code_endings();
[[nodiscard]] std::span<const std::string_view> code_middles();

/// Globs of trees that hold data alone but for the places above, and in which directories of
/// others than root are usual.
[[nodiscard]] std::span<const std::string_view> data_globs();

/// Globs of code that is made of other files on the spot.
[[nodiscard]] std::span<const std::string_view> made_anew_globs();

} // namespace retouch::model
