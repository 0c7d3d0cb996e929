#pragma once
// Documents: plans and reports in the form the user asked for, ready to be written to a stream.

#include "retouch/error.hpp"
#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <filesystem>
#include <string>

namespace retouch {

/// `format` is text, json or markdown. `another` came before it in the same stream: text and
/// markdown get an empty line between, JSON documents simply follow each other.
[[nodiscard]] std::string shown_plan(const Plan &plan, const std::string &format, bool colour,
                                     bool another);
[[nodiscard]] std::string shown_report(const Report &report, const std::string &format, bool colour,
                                       bool another);

/// The error with the recipe's path before its message, for commands that go on with the next one.
[[nodiscard]] Error about_recipe(const Error &error, const std::filesystem::path &recipe);

} // namespace retouch
