// Documents: picks the view for a format.
// JSON is printed with indentation: it is read by people in reviews as often as by programs.
// What the forms look like is the business of render/ and, for JSON, of the model.

#include "cli/documents.hpp"

#include "base/text.hpp"
#include "render/plan_markdown.hpp"
#include "render/plan_text.hpp"
#include "render/report_markdown.hpp"
#include "render/report_text.hpp"
#include "render/style.hpp"

#include <fmt/format.h>

namespace retouch {

std::string shown_plan(const Plan &plan, const std::string &format, bool colour, bool another) {
    if (format == "json")
        return to_json(plan).dump(2) + "\n";
    const std::string gap = another ? "\n" : "";
    return gap + (format == "markdown" ? plan_markdown(plan) : plan_text(plan, colour));
}

std::string shown_report(const Report &report, const std::string &format, bool colour,
                         bool another) {
    if (format == "json")
        return to_json(report).dump(2) + "\n";
    const std::string gap = another ? "\n" : "";
    return gap + (format == "markdown" ? report_markdown(report) : report_text(report, colour));
}

Error about_recipe(const Error &error, const std::filesystem::path &recipe) {
    return {error.kind(), fmt::format("{}: {}", escape(recipe.string()), error.what()),
            error.hint()};
}

void show_total(Context &context, const std::string &format, bool several, bool failed,
                const std::string &line) {
    if (format == "text") {
        if (several)
            context.console.out(
                fmt::format("\n{}\n", Style(context.console.out_colour()).bold(line)));
    } else if (failed || (several && !context.global.quiet)) {
        context.console.err(line + "\n");
    }
}

} // namespace retouch
