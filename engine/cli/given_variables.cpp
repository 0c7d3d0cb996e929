#include "cli/given_variables.hpp"

#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "recipe/recipe_file.hpp"
#include "recipe/schema/schema_check.hpp"
#include "render/text/diagnostics.hpp"
#include "render/wording.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::cli {

namespace {

constexpr const char *k_prefix = "RETOUCH_VAR_";

Diagnostic at(const recipe::ParsedFile &parsed, const Mark &mark, std::string message,
              std::string hint) {
    Diagnostic diagnostic;
    diagnostic.position = {parsed.file.name, mark.line, mark.column};
    diagnostic.message = std::move(message);
    diagnostic.hint = std::move(hint);
    const auto line = static_cast<std::size_t>(mark.line) - 1;
    if (mark.line > 0 && line < parsed.file.lines.size())
        diagnostic.source_line = parsed.file.lines[line];
    return diagnostic;
}

/// As `vars` of a recipe has them.
Json schema() {
    return {{"title", "file of variables"},
            {"type", "object"},
            {"additionalProperties", {{"type", {"string", "number"}}, {"maxLength", 65536}}}};
}

} // namespace

GivenByUser::GivenByUser(const VariableOptions &options, Context &context) {
    variables_.chosen = parse_assignments("--var", options.assignments);
    for (auto &[name, value] : context.environment.with_prefix(k_prefix))
        variables_.offered[name] = value;
    const Environment &environment = context.environment;
    variables_.environment = [&environment](const std::string &name) {
        return environment.get(name);
    };
    Diagnostics found;
    for (const std::string &file : options.files)
        read(file, found);
    if (!found.has_errors())
        return;
    context.console.err(
        render::render_diagnostics(found.sorted(), context.console.err_colour(), {}));
    throw Error(ErrorKind::invalid, fmt::format("the variables are not valid: {}",
                                                render::counted(found.sorted().size(), "mistake")));
}

void GivenByUser::read(const std::string &path, Diagnostics &found) {
    recipe::ParsedFile parsed = recipe::parse_variables(path);
    found.merge(parsed.found);
    if (!parsed.read)
        return;
    const Value &value = parsed.read->value;
    if (!recipe::check_schema(value, schema(), path, parsed.file.lines, found))
        return;
    for (const Field &field : value.fields) {
        variables_.offered[field.key] = field.value.scalar;
        Diagnostic unused =
            at(parsed, field.key_mark,
               fmt::format("no recipe has the variable '{}'", base::escape(field.key)), {});
        unused.severity = Diagnostic::Severity::warning;
        entries_.push_back({field.key, std::move(unused)});
    }
}

std::vector<Diagnostic> GivenByUser::unused(const std::set<std::string> &declared) const {
    std::vector<Diagnostic> found;
    for (const Entry &entry : entries_)
        if (!declared.contains(entry.name))
            found.push_back(entry.warning);
    return found;
}

} // namespace retouch::cli
