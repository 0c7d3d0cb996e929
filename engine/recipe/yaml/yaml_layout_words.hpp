#pragma once
// Layout words: the findings of the layout check whose wording depends on the line or that are made
// in several places. Only words; whether they apply is decided by the layout check.

#include "recipe/yaml/yaml_scan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace retouch::recipe {

[[nodiscard]] RefusedYaml finding_at(std::size_t offset, std::string message,
                                     std::string hint = {});

/// The key that was probably meant by a line of text where a key is expected.
[[nodiscard]] std::string_view probable_key(std::string_view text, std::size_t start);

/// A line of text where a key is expected; shows the key that was probably meant.
[[nodiscard]] RefusedYaml key_without_colon(std::string_view text, std::size_t start);

[[nodiscard]] RefusedYaml continued_text(std::size_t start);

[[nodiscard]] RefusedYaml no_entry(std::size_t start);

[[nodiscard]] RefusedYaml indented_too_deep(std::size_t start);

/// `columns` are those at which the line could have stood.
[[nodiscard]] RefusedYaml indentation_fits_nothing(std::size_t start,
                                                   const std::vector<std::size_t> &columns);

} // namespace retouch::recipe
