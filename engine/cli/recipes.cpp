// Recipes: checks all, prints all, then refuses if one was wrong.
// The error it throws comes after the diagnostics and only counts; they hold what to correct.
// A file named twice is read twice; its diagnostics are printed once.

#include "cli/recipes.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "cli/workspace.hpp"
#include "recipe/load.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <set>
#include <utility>

namespace retouch::cli {

namespace {

/// Each once, in order of appearance.
std::vector<std::string> wrong_files(const std::vector<Diagnostic> &found) {
    std::vector<std::string> files;
    for (const Diagnostic &diagnostic : found)
        if (diagnostic.severity == Diagnostic::Severity::error &&
            std::ranges::find(files, diagnostic.position.file) == files.end())
            files.push_back(diagnostic.position.file);
    return files;
}

std::string verdict(const std::vector<std::string> &paths, std::size_t wrong,
                    const std::vector<Diagnostic> &found) {
    const auto mistakes = static_cast<std::size_t>(
        std::ranges::count(found, Diagnostic::Severity::error, &Diagnostic::severity));
    if (paths.size() == 1)
        return fmt::format("{} is not valid: {}",
                           recipe::is_standard_input(paths.front()) ? "standard input"
                                                                    : base::escape(paths.front()),
                           render::counted(mistakes, "mistake"));
    return fmt::format("{} of {} {} not valid: {} in {}", wrong,
                       render::counted(paths.size(), "recipe"), wrong == 1 ? "is" : "are",
                       render::counted(mistakes, "mistake"), base::listed(wrong_files(found)));
}

/// `take` gets those that are right, in the order given, and may move from them.
Findings check_each(const std::vector<std::string> &paths, const GivenByUser &variables,
                    Context &context, const std::function<void(plan::CheckedRecipe &)> &take) {
    if (std::ranges::count_if(paths, recipe::is_standard_input) > 1)
        throw Error(ErrorKind::usage, "standard input can be read once", "give '-' once");
    std::optional<std::vector<std::filesystem::path>> directories;
    const plan::AllowedDirectories allowed = [&] {
        if (!directories)
            directories = Workspace(context).allowed_directories();
        return *directories;
    };
    Findings findings;
    Diagnostics diagnostics;
    std::set<std::string> declared;
    for (const std::string &path : paths) {
        base::check_interrupt();
        std::vector<plan::CheckedRecipe> rows =
            plan::check_recipe(path, variables.variables(), diagnostics, allowed);
        findings.valid += rows.empty() ? 0 : 1;
        for (plan::CheckedRecipe &row : rows) {
            declared.merge(row.variables);
            take(row);
        }
    }
    if (findings.valid == paths.size())
        for (Diagnostic &warning : variables.unused(declared))
            diagnostics.add(std::move(warning));
    findings.diagnostics = diagnostics.sorted();
    return findings;
}

} // namespace

Findings find_mistakes(const std::vector<std::string> &paths, const GivenByUser &variables,
                       Context &context) {
    return check_each(paths, variables, context, [](const plan::CheckedRecipe &) {});
}

void require_valid(const Findings &findings, const std::vector<std::string> &paths,
                   Context &context, render::DiagnosticsShown which) {
    context.console.err(
        render::render_diagnostics(findings.diagnostics, context.console.err_colour(), which));
    base::check_interrupt(); // it may be why nobody read them
    if (findings.valid < paths.size())
        throw Error(ErrorKind::invalid,
                    verdict(paths, paths.size() - findings.valid, findings.diagnostics));
}

std::vector<plan::CheckedRecipe> check_recipes(const std::vector<std::string> &paths,
                                               const GivenByUser &variables, Context &context) {
    std::vector<plan::CheckedRecipe> recipes;
    const Findings findings =
        check_each(paths, variables, context, [&recipes](plan::CheckedRecipe &recipe) {
            recipes.push_back(std::move(recipe));
        });
    require_valid(findings, paths, context);
    return recipes;
}

} // namespace retouch::cli
