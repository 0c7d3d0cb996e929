#pragma once
// Documents: plans and reports in the form the user asked for, ready to be written to a stream.

#include "cli/context.hpp"
#include "render/recipe_failure.hpp"
#include "retouch/drift.hpp"
#include "retouch/error.hpp"
#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <filesystem>
#include <string>

namespace retouch::cli {

/// A plan; `format` is text, json or markdown. `another` came before it in the same stream: text
/// and markdown get an empty line between, JSON documents simply follow each other.
[[nodiscard]] std::string shown_plan(const Plan &plan, const std::string &format, bool colour,
                                     bool another);

/// Where one of the documents of a call stands.
struct DocumentPlace {
    std::string format;
    bool colour = false;
    std::size_t recipes = 1; ///< of the call
    bool another = false;    ///< came before it
};

[[nodiscard]] std::string shown_report(const Report &report, const DocumentPlace &place);
[[nodiscard]] std::string shown_drift(const DriftReport &report, const DocumentPlace &place);

/// What stands where the document of a recipe would that has none; `kind` is "report" or "drift".
/// Empty for text.
[[nodiscard]] std::string shown_failure(const render::RecipeFailure &failure, const char *kind,
                                        const DocumentPlace &place);

[[nodiscard]] render::RecipeFailure recipe_failure(const std::string &path, const std::string &name,
                                                   const Error &error);

/// The error with the recipe's path before its message, for commands that go on with the next one.
[[nodiscard]] Error about_recipe(const Error &error, const std::filesystem::path &recipe);

/// The last line of a call: what it came to as a whole. In text it ends standard output when there
/// were several documents, since the only one ends with its own. Else it goes to standard error,
/// where a log shows it: always of several, of one when it `failed`.
/// Throws Error, as Console::out.
void show_total(Context &context, const std::string &format, bool several, bool failed,
                const std::string &line);

} // namespace retouch::cli
