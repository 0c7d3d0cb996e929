#include "steps/files/place_entries.hpp"

#include "base/text.hpp"
#include "steps/support/guest_paths.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

std::string named_attributes(const Json &options) {
    std::string names;
    for (const char *key : {"mode", "owner", "group"})
        if (options.contains(key))
            base::add_part(names, key);
    return names;
}

bool read_directory(const Value &entry, const std::string &path, const Reader &reader, Step &step) {
    if (!entry.flag_or("directory", false)) {
        reader.error(entry.find("directory")->mark, "'directory' is true or not there");
        return false;
    }
    const auto mode = mode_of(entry, "mode", reader);
    step.options["directory"] = true;
    step.options["mode"] = base::format_mode(mode.value_or(0755));
    step.options["owner"] = account_or_root(entry, "owner", reader);
    step.options["group"] = account_or_root(entry, "group", reader);
    step.summary = fmt::format("make directory {}", base::escape(path));
    return without(entry, {"content", "from", "substitute", "link", "recursive"}, "'directory'",
                   reader);
}

bool read_link(const Value &entry, const std::string &path, const Reader &reader, Step &step) {
    const Value &target = *entry.find("link");
    step.options["link"] = target.scalar;
    step.places = {path};
    step.summary = fmt::format("link {} to {}", base::escape(path), base::escape(target.scalar));
    if (base::escape(target.scalar) != target.scalar) {
        reader.error(target.mark, fmt::format("the target '{}' holds characters that cannot be "
                                              "printed",
                                              base::escape(target.scalar)));
        return false;
    }
    return without(entry, {"content", "from", "substitute", "recursive", "mode", "owner", "group"},
                   "'link'", reader);
}

void read_attributes(const Value &entry, const std::string &path, const Reader &reader,
                     Step &step) {
    step.options["recursive"] = entry.flag_or("recursive", false);
    if (const auto mode = mode_of(entry, "mode", reader))
        step.options["mode"] = base::format_mode(*mode);
    for (const char *key : {"owner", "group"})
        if (entry.find(key) != nullptr)
            step.options[key] = account_or_root(entry, key, reader);
    step.summary = fmt::format("set {} of {}{}", named_attributes(step.options), base::escape(path),
                               step.options["recursive"].get<bool>() ? " and all below it" : "");
}

} // namespace

bool is_place_entry(const Value &entry) {
    if (entry.find("directory") != nullptr || entry.find("link") != nullptr)
        return true;
    const bool has_contents = entry.find("content") != nullptr || entry.find("from") != nullptr;
    return !has_contents && (entry.find("mode") != nullptr || entry.find("owner") != nullptr ||
                             entry.find("group") != nullptr);
}

bool read_place(const Value &entry, const std::string &path, PathClaims &claims,
                const Reader &reader, Step &step) {
    const Mark &mark = entry.find("to")->mark;
    step.options["to"] = path;
    bool is_sound = true;
    if (entry.find("directory") != nullptr)
        is_sound = read_directory(entry, path, reader, step) &&
                   claims.claim(path, PathClaims::Use::directory, mark, reader);
    else if (entry.find("link") != nullptr)
        is_sound = read_link(entry, path, reader, step) &&
                   claims.claim(path, PathClaims::Use::file, mark, reader);
    else
        read_attributes(entry, path, reader, step);
    step.identity = step.options;
    return is_sound;
}

} // namespace retouch::steps
