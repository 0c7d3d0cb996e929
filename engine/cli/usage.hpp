#pragma once
// Usage: what is wrong with a command line, in our words, with the nearest right word as the hint.

#include "retouch/error.hpp"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace retouch::cli {

/// The command that was named, or the root when none was.
[[nodiscard]] const CLI::App &selected_command(const CLI::App &app);

/// Throws Error: usage when a word with one dash is meant as a long option, as other programs write
/// them (-output=FILE): CLI11 would take its rest for the value of a short one.
void refuse_long_words_with_one_dash(const CLI::App &app,
                                     const std::vector<std::string> &arguments);

/// CLI11's finding as an Error of kind usage. Requires: `app` has just refused its arguments.
[[nodiscard]] Error usage_error(const CLI::App &app, const CLI::ParseError &error);

/// The words of an option that takes one of a few, empty for any other.
[[nodiscard]] std::vector<std::string> choices_of(const CLI::Option &option);

/// Empty when `word` is among `choices`, else what is wrong with it.
[[nodiscard]] std::string not_a_choice(const std::string &word,
                                       const std::vector<std::string> &choices);

} // namespace retouch::cli
