// Drift as text: what differs stands first in its paragraph, then the two values one below the
// other so that they can be compared, then what to do.

#include "render/text/drift_text.hpp"

#include "base/text.hpp"
#include "render/drift_summary.hpp"
#include "render/style.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

namespace retouch::render {

namespace {

std::string deviation_text(const Deviation &deviation, const Style &style) {
    const std::string mark = deviation.apply_fixes ? style.yellow("drift") : style.red("drift");
    return fmt::format("{}    {}\n"
                       "         expected  {}\n"
                       "         found     {}\n"
                       "         {}  {}\n\n",
                       mark, style.bold(base::escape(deviation.what)),
                       base::escape(deviation.expected), base::escape(deviation.found),
                       deviation.apply_fixes ? "fixed by" : "by hand ",
                       base::escape(deviation.remedy));
}

std::string lines_text(const char *label, const std::vector<std::string> &sentences,
                       const Style &style) {
    std::string text;
    for (const std::string &sentence : sentences) {
        bool first = true;
        for (const std::string &line : base::split_lines(base::escape(sentence, true))) {
            text += first ? fmt::format("{}  {}\n", style.cyan(label), line)
                          : fmt::format("         {}\n", line);
            first = false;
        }
    }
    return text.empty() ? text : text + "\n";
}

} // namespace

std::string drift_text(const DriftReport &report, bool colour) {
    const Style style(colour);
    std::string text =
        fmt::format("Recipe: {} ({}), catalog {}\n", style.bold(base::escape(report.recipe.path)),
                    base::escape(report.recipe.name), base::escape(report.catalog));
    if (report.image)
        text += fmt::format("Image:  {}\n", reference_text(*report.image));
    text += "\n";
    for (const Deviation &deviation : report.drift)
        text += deviation_text(deviation, style);
    text += lines_text("pending", report.pending, style);
    text += lines_text("skipped", report.unchecked, style);
    return text + style.bold(drift_summary(report)) + "\n";
}

} // namespace retouch::render
