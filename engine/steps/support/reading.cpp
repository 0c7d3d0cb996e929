// Reading entries of a section, see the header.
// The wording of the mistakes stands here, beside the checks that find them.
// Paths are judged as text only: what the image holds is not known yet.

#include "steps/support/reading.hpp"

#include "base/foreign_variables.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fmt/format.h>

namespace retouch {

namespace {

constexpr std::size_t k_most_doubts = 10;     // of one text; finding their places takes time
constexpr std::uint32_t k_no_id = 0xffffffff; // (uid_t)-1 means "leave as it is" to chown

std::string line_at(const RecipeFile &file, int line) {
    const auto index = static_cast<std::size_t>(line - 1);
    return line > 0 && index < file.lines.size() ? file.lines[index] : std::string();
}

/// Where `spelling` is written in the value at `from`, which may span lines.
std::optional<Mark> place_of(std::string_view spelling, const Mark &from,
                             const std::vector<std::string> &lines) {
    for (auto line = static_cast<std::size_t>(std::max(from.line, 1)); line <= lines.size();
         ++line) {
        const std::string_view text = lines[line - 1];
        const std::size_t at = text.find(spelling);
        const int column = static_cast<int>(base::code_points(text.substr(0, at))) + 1;
        const int number = static_cast<int>(line);
        if (at != std::string_view::npos && (number > from.line || column >= from.column))
            return Mark{number, column, from.file};
    }
    return std::nullopt;
}

const Field *field_of(const Value &entry, std::string_view key) {
    const auto found = std::ranges::find(entry.fields, key, &Field::key);
    return found == entry.fields.end() ? nullptr : &*found;
}

bool all_digits(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char each) { return each >= '0' && each <= '9'; });
}

/// What the user most likely meant by a path that is not normal.
std::string normal_form(const std::string &path) {
    std::string normal = std::filesystem::path(path).lexically_normal().generic_string();
    while (normal.size() > 1 && normal.ends_with('/'))
        normal.pop_back();
    return normal == "/" ? std::string() : fmt::format("write {}", base::escape(normal));
}

} // namespace

const RecipeFile &ReadContext::file(const Mark &mark) const {
    return files.at(static_cast<std::size_t>(mark.file));
}

Diagnostic ReadContext::error(const Mark &mark, std::string message, std::string hint) const {
    return {Diagnostic::Severity::error,
            {file(mark).name, mark.line, mark.column},
            std::move(message),
            line_at(file(mark), mark.line),
            std::move(hint),
            {}};
}

} // namespace retouch

namespace retouch::steps {

void Reader::conflict(const Mark &mark, std::string message, const Mark &other,
                      std::string note) const {
    Diagnostic diagnostic = context.error(mark, std::move(message));
    const RecipeFile &there = context.file(other);
    diagnostic.related.push_back(
        {{there.name, other.line, other.column}, std::move(note), line_at(there, other.line)});
    diagnostics.add(std::move(diagnostic));
}

void NamesOnce::require_new(const std::string &name, const Mark &mark) {
    const auto [first, is_new] = seen_.emplace(name, mark);
    if (!is_new)
        reader_.conflict(mark, fmt::format("{} '{}' stands here twice", what_, name), first->second,
                         "first here");
}

void doubt_variables(const Value &text, const Reader &reader) {
    const RecipeFile &file = reader.context.file(text.mark);
    const auto &variables = file.variables;
    std::vector<std::string> names;
    for (const auto &[name, value] : variables)
        names.push_back(name);
    std::size_t doubts = 0;
    for (const base::ForeignVariable &found : base::foreign_variables(text.scalar, names)) {
        if (++doubts > k_most_doubts)
            return;
        const auto mark = place_of(found.spelling, text.mark, file.lines);
        if (!mark) // it came with the value of a variable, which is not shown
            continue;
        const bool declared = variables.contains(found.name);
        Diagnostic doubt = reader.context.error(
            *mark, fmt::format("'{}' is put into the file as it stands", found.spelling),
            declared ? fmt::format("a variable is written ${{{}}}", found.name)
                     : "a variable is declared under 'vars' and written ${name}; a template of "
                       "another program goes into a file of its own, named with 'from'");
        doubt.severity = Diagnostic::Severity::warning;
        reader.diagnostics.add(std::move(doubt));
    }
}

std::optional<std::uint32_t> mode_of(const Value &entry, std::string_view key,
                                     const Reader &reader) {
    const Value *value = entry.find(key);
    if (value == nullptr)
        return std::nullopt;
    const auto mode = base::parse_mode(value->scalar);
    if (!mode)
        reader.error(value->mark,
                     fmt::format("'{}' is not a file mode", base::escape(value->scalar)),
                     "write three or four octal digits in quotes, such as \"0644\"");
    return mode;
}

std::string account_or_root(const Value &entry, std::string_view key, const Reader &reader) {
    const Value *value = entry.find(key);
    if (value == nullptr)
        return "root";
    const std::string &text = value->scalar;
    if (!all_digits(text))
        return text;
    std::uint32_t id = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
    if (parsed.ec != std::errc() || id == k_no_id)
        reader.error(value->mark,
                     fmt::format("'{}' is too large for the number of an account", text),
                     "the largest is 4294967294");
    return id == 0 ? "root" : std::to_string(id);
}

std::optional<std::string> guest_path(const Value &value, const Reader &reader) {
    const std::string &path = value.scalar;
    const std::string shown = base::escape(path);
    if (shown != path)
        reader.error(value.mark,
                     fmt::format("the path '{}' holds characters that cannot be printed", shown));
    else if (!path.starts_with('/'))
        reader.error(value.mark, fmt::format("the path '{}' is not absolute", path),
                     "write the whole path in the image, such as /etc/motd");
    else if (path == "/")
        reader.error(value.mark, "the root directory itself cannot be named here");
    else if (!base::is_normal_absolute(path))
        reader.error(
            value.mark,
            fmt::format("the path '{}' is not normal: it has an empty, '.' or '..' part", path),
            normal_form(path));
    else
        return path;
    return std::nullopt;
}

bool without(const Value &entry, std::initializer_list<std::string_view> keys, std::string_view why,
             const Reader &reader) {
    bool clean = true;
    for (const std::string_view key : keys) {
        const Field *field = field_of(entry, key);
        if (field == nullptr)
            continue;
        reader.error(field->key_mark, fmt::format("'{}' does not go with {}", key, why));
        clean = false;
    }
    return clean;
}

Step new_step(const Section &section, std::size_t number, const Value &entry,
              const ReadContext &context) {
    Step step;
    step.id = fmt::format("{}[{}]", section.kind, number);
    step.kind = section.kind;
    step.origin = {context.file(entry.mark).name, entry.mark.line};
    step.options = Json::object();
    step.identity = Json::object();
    return step;
}

} // namespace retouch::steps
