// Documents: picks the view for a format.
// JSON is printed with indentation: it is read by people in reviews as often as by programs.
// What the forms look like is the business of render/ and, for JSON, of the model.

#include "cli/documents.hpp"

#include "base/text.hpp"
#include "base/undelivered.hpp"
#include "render/machine/drift_json.hpp"
#include "render/markdown/drift_markdown.hpp"
#include "render/markdown/markdown.hpp"
#include "render/markdown/plan_markdown.hpp"
#include "render/markdown/report_markdown.hpp"
#include "render/style.hpp"
#include "render/text/drift_text.hpp"
#include "render/text/plan_text.hpp"
#include "render/text/report_text.hpp"

#include <fmt/format.h>

namespace retouch::cli {

namespace {

/// What stands before a document of text or markdown.
std::string beginning_of(const char *kind, const DocumentPlace &place) {
    if (place.another)
        return "\n";
    return place.format == "markdown" && place.recipes > 1 ? render::markdown_marker(kind, "") : "";
}

} // namespace

std::string shown_plan(const Plan &plan, const std::string &format, bool colour, bool another) {
    if (format == "json")
        return to_json(plan).dump(2) + "\n";
    const std::string gap = another ? "\n" : "";
    return gap +
           (format == "markdown" ? render::plan_markdown(plan) : render::plan_text(plan, colour));
}

std::string shown_report(const Report &report, const DocumentPlace &place) {
    if (place.format == "json")
        return to_json(report).dump(2) + "\n";
    return beginning_of("report", place) +
           (place.format == "markdown" ? render::report_markdown(report, place.recipes == 1)
                                       : render::report_text(report, place.colour));
}

std::string shown_drift(const DriftReport &report, const DocumentPlace &place) {
    if (place.format == "json")
        return render::drift_json(report).dump(2) + "\n";
    return beginning_of("drift", place) + (place.format == "markdown"
                                               ? render::drift_markdown(report, place.recipes == 1)
                                               : render::drift_text(report, place.colour));
}

std::string shown_failure(const render::RecipeFailure &failure, const char *kind,
                          const DocumentPlace &place) {
    if (place.format == "json")
        return render::to_json(failure).dump(2) + "\n";
    if (place.format == "text")
        return {};
    const std::string marker =
        place.recipes == 1 ? render::markdown_marker(kind, failure.name) : "";
    return beginning_of(kind, place) + marker + "### Failed\n\n" +
           render::failure_markdown(failure);
}

render::RecipeFailure recipe_failure(const std::string &path, const std::string &name,
                                     const Error &error) {
    return {path, name, error.what(), error.hint(), base::exit_code_of(error)};
}

Error about_recipe(const Error &error, const std::filesystem::path &recipe) {
    return {error.kind(), fmt::format("{}: {}", base::escape(recipe.string()), error.what()),
            error.hint()};
}

void show_total(Context &context, const std::string &format, bool several, bool failed,
                const std::string &line) {
    if (format == "text") {
        if (several)
            context.console.out(
                fmt::format("\n{}\n", render::Style(context.console.out_colour()).bold(line)));
    } else if (failed || (several && !context.global.quiet)) {
        context.console.err(line + "\n");
    }
}

} // namespace retouch::cli
