// Diagnostics as text, in the shape compilers print them, so that editors and people find the
// place. Everything quoted from a file is escaped here, whoever made the diagnostic. It neither
// sorts nor removes anything but counts what is beyond the limit.

#include "render/text/diagnostics.hpp"

#include "base/text.hpp"
#include "render/style.hpp"
#include "render/text/excerpt.hpp"

#include <fmt/format.h>

namespace retouch::render {

namespace {

constexpr std::string_view k_indent = "    ";

/// "FILE:LINE:COLUMN", as much of it as is known.
std::string place(const Position &position) {
    std::string text = base::escape(position.file);
    if (position.line > 0)
        text += fmt::format(":{}", position.line);
    if (position.line > 0 && position.column > 0)
        text += fmt::format(":{}", position.column);
    return text;
}

std::string prefixed(const std::string &where, std::string_view rest) {
    return where.empty() ? std::string(rest) : fmt::format("{}: {}", where, rest);
}

std::string excerpt_lines(const Diagnostic &diagnostic, const Style &style) {
    if (base::trim(diagnostic.source_line).empty())
        return {};
    const Excerpt excerpt =
        make_excerpt(diagnostic.source_line, diagnostic.position.column, k_excerpt_width);
    std::string text = fmt::format("{}{}\n", k_indent, excerpt.text);
    if (diagnostic.position.column > 0)
        text +=
            fmt::format("{}{}{}\n", k_indent, std::string(excerpt.caret, ' '), style.green("^"));
    return text;
}

/// "help: ..." with further lines of the text aligned under the first.
std::string labelled(std::string_view label, std::string_view text) {
    const std::string indent(k_indent.size() + label.size() + 2, ' ');
    std::string out;
    for (const std::string &line : base::split_lines(text)) {
        out += out.empty() ? fmt::format("{}{}: ", k_indent, label) : indent;
        out += base::escape(line) + "\n";
    }
    return out;
}

std::string render_one(const Diagnostic &diagnostic, const Style &style) {
    const bool error = diagnostic.severity == Diagnostic::Severity::error;
    const std::string label = error ? style.red("error:") : style.yellow("warning:");
    std::string text = prefixed(style.bold(place(diagnostic.position)),
                                fmt::format("{} {}\n", label, base::escape(diagnostic.message)));
    text += excerpt_lines(diagnostic, style);
    for (const RelatedPosition &related : diagnostic.related)
        text += labelled("note", prefixed(place(related.position), related.message));
    if (!diagnostic.hint.empty())
        text += labelled("help", diagnostic.hint);
    return text;
}

} // namespace

std::string render_diagnostics(const std::vector<Diagnostic> &diagnostics, bool colour,
                               DiagnosticsShown which) {
    const Style style(colour);
    std::string text;
    std::size_t shown = 0;
    for (const Diagnostic &diagnostic : diagnostics) {
        if (shown == which.most)
            break;
        text += render_one(diagnostic, style);
        ++shown;
    }
    if (diagnostics.size() > shown)
        text += fmt::format("... and {} more{}{}\n", diagnostics.size() - shown,
                            which.rest.empty() ? "" : "; ", which.rest);
    return text;
}

} // namespace retouch::render
