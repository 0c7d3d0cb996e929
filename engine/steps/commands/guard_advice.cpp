// Guard advice: packages first, then what was appended, added and removed.
// A guard is a line of a recipe: quoted for the shell and, where needed, for YAML.

#include "steps/commands/guard_advice.hpp"

#include "base/text.hpp"
#include "retouch/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace retouch::steps {

namespace {

constexpr std::size_t k_longest_text = 200; ///< longer ones are of no use in a guard

bool is_plain(std::string_view text, std::string_view also) {
    return !text.empty() && std::ranges::all_of(text, [&](char character) {
        return base::is_alphanumeric(character) || also.find(character) != std::string_view::npos;
    });
}

std::string for_shell(std::string_view text) {
    if (is_plain(text, "/._+:,=@%-"))
        return std::string(text);
    std::string quoted = "'";
    for (const char character : text)
        quoted += character == '\'' ? "'\\''" : std::string(1, character);
    return quoted + "'";
}

/// A scalar that YAML takes as this very text.
std::string for_yaml(const std::string &text) {
    const bool is_safe = is_plain(text, " /._+=@%'|-") && text.find(" #") == std::string::npos &&
                         is_plain(text.substr(0, 1), "/") && text.back() != ' ';
    return is_safe ? text : Json(base::to_valid_utf8(text)).dump(-1, ' ', true);
}

std::string guard_line(std::string_view name, const std::string &text) {
    return fmt::format("{}: {}", name, base::escape(for_yaml(text)));
}

bool has_path_below(const Effect &effect, std::string_view directory) {
    return std::ranges::any_of(effect.files, [&](const EntryChange &change) {
        return change.path.starts_with(directory);
    });
}

/// NAME[-VERSION-RELEASE][.ARCH], without the epoch, as rpm wants it.
std::string rpm_label(const std::string &name, const std::string &version) {
    const std::size_t arch = std::min(name.find(':'), name.size());
    const std::size_t epoch = version.find(':');
    std::string label = name.substr(0, arch);
    if (!version.empty())
        label += "-" + (epoch == std::string::npos ? version : version.substr(epoch + 1));
    return arch < name.size() ? label + "." + name.substr(arch + 1) : label;
}

std::string package_test(const Effect &again, const PackageChange &change) {
    const bool any_version = change.before.empty() || change.after.empty();
    if (has_path_below(again, "/var/lib/dpkg/")) {
        const std::string test = "dpkg -s " + for_shell(change.name);
        return any_version ? test : test + " | grep -qxF " + for_shell("Version: " + change.after);
    }
    if (has_path_below(again, "/lib/apk/"))
        return "apk info -e " +
               for_shell(any_version ? change.name : change.name + "=" + change.after);
    return "rpm -q " + for_shell(rpm_label(change.name, any_version ? "" : change.after));
}

std::optional<std::string> package_guard(const Effect &again) {
    if (again.packages.empty())
        return std::nullopt;
    const PackageChange &change = again.packages.front();
    return guard_line(change.after.empty() ? "only_if" : "unless", package_test(again, change));
}

const EntryChange *find_change(const Effect &effect, const std::string &path) {
    const auto found = std::ranges::lower_bound(effect.files, path, {}, &EntryChange::path);
    return found != effect.files.end() && found->path == path ? &*found : nullptr;
}

bool was_added(const Effect &effect, const std::string &path) {
    const EntryChange *change = find_change(effect, path);
    return change != nullptr && !change->before;
}

/// The path itself or the highest directory above it that the first run added.
std::optional<std::string> added_above(const Effect &first, const std::string &path) {
    for (std::size_t end = path.find('/', 1); end != std::string::npos;
         end = path.find('/', end + 1))
        if (was_added(first, path.substr(0, end)))
            return path.substr(0, end);
    return was_added(first, path) ? std::optional(path) : std::nullopt;
}

/// A path that is there after the first run and was not before it; at least one that was added.
std::optional<std::string> creates_guard(const Effect &first, const Effect &again) {
    for (const EntryChange &change : again.files)
        if (const auto path = added_above(first, change.path); change.after && path)
            return guard_line("creates", *path);
    for (const EntryChange &change : again.files)
        if (!change.before)
            return guard_line("creates", change.path);
    return std::nullopt;
}

/// A line that was added, when nothing else was done to the text; without its mark.
std::optional<std::string> appended_line(const std::string &diff) {
    std::optional<std::string> added;
    for (const std::string &line : base::split_lines(diff)) {
        if (line.starts_with("+++ ") || line.starts_with("--- "))
            continue;
        if (line.starts_with('-'))
            return std::nullopt;
        const std::string_view text = std::string_view(line).substr(line.empty() ? 0 : 1);
        if (line.starts_with('+') && !added && !base::trim(text).empty())
            added = std::string(text);
    }
    return added;
}

/// For a line that both runs appended.
std::optional<std::string> line_guard(const Effect &first, const Effect &again) {
    for (const EntryChange &change : again.files) {
        const std::optional<std::string> line = appended_line(change.diff);
        const EntryChange *former = find_change(first, change.path);
        if (!line || line->size() > k_longest_text || !change.after || former == nullptr)
            continue;
        const std::vector<std::string> lines = base::split_lines(former->diff);
        if (std::ranges::find(lines, "+" + *line) != lines.end())
            return guard_line("unless",
                              fmt::format("grep -qxF{} {} {}", line->starts_with('-') ? " -e" : "",
                                          for_shell(*line), for_shell(change.path)));
    }
    return std::nullopt;
}

/// For appended text that is not the same each time.
std::optional<std::string> pattern_guard(const Effect &again) {
    for (const EntryChange &change : again.files)
        if (change.after && appended_line(change.diff))
            return guard_line("unless", "grep -q PATTERN " + for_shell(change.path));
    return std::nullopt;
}

std::optional<std::string> exists_guard(const Effect &again) {
    for (const EntryChange &change : again.files)
        if (!change.after)
            return guard_line("only_if", "test -e " + for_shell(change.path));
    return std::nullopt;
}

std::string first_path(const Effect &again) {
    return again.files.empty() ? "the image"
                               : base::clipped(again.files.front().path, k_longest_text);
}

} // namespace

std::string guard_advice(const std::string &guard, const Effect &first, const Effect &again) {
    if (!guard.empty())
        return fmt::format("its guard '{}' let it run again: make it tell that {} is done", guard,
                           first_path(again));
    if (auto found = package_guard(again))
        return *found;
    if (auto found = line_guard(first, again))
        return *found;
    if (auto found = creates_guard(first, again))
        return *found;
    if (auto found = pattern_guard(again))
        return *found;
    if (auto found = exists_guard(again))
        return *found;
    return fmt::format("an 'unless' that tells whether {} is right already, or list it under "
                       "'volatile'",
                       first_path(again));
}

} // namespace retouch::steps
