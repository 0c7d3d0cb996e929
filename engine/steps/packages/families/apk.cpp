// apk: Alpine. What was asked for stands in /etc/apk/world, and a hold is a version there.

#include "steps/packages/families.hpp"

#include "base/text.hpp"
#include "guest/effects/package_source.hpp"
#include "steps/packages/package_scripts.hpp"
#include "steps/support/image_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr const char *k_world = "/etc/apk/world";

std::vector<std::string> world_of(const std::string &text) {
    std::vector<std::string> words;
    for (const std::string &line : base::split_lines(text))
        for (const std::string &word : base::split(line, ' '))
            if (!word.empty())
                words.push_back(word);
    return words;
}

std::string_view name_of(std::string_view word) {
    return word.substr(0, word.find_first_of("=<>~@"));
}

bool provides(const guest::PackageRecord &record, std::string_view name) {
    const std::vector<std::string> names = base::split(record.provides, ' ');
    return std::ranges::any_of(names, [&](std::string_view word) { return name_of(word) == name; });
}

PackageStates states(const GuestView &guest, std::span<const std::string> names) {
    const std::vector<std::string> world = world_of(image_text(guest, k_world).text);
    const std::vector<guest::PackageRecord> installed = guest::PackageSource(guest).records(guest);
    PackageStates found;
    for (const std::string &name : names) {
        PackageState &state = found[name];
        for (const guest::PackageRecord &record : installed) {
            if (record.name == name)
                state.versions.push_back(record.version);
            state.provided = state.provided || (record.name != name && provides(record, name));
        }
        state.held = std::ranges::any_of(
            world, [&](const std::string &word) { return word.starts_with(name + "="); });
    }
    return found;
}

/// As "~" of apk has it: whole parts of the version.
bool is_version(const std::string &installed, const std::string &wanted) {
    auto [text, is_prefix] = version_wish(wanted);
    if (!is_prefix)
        return installed == text;
    if (text.ends_with('.'))
        text.remove_suffix(1);
    return installed.starts_with(text) &&
           (installed.size() == text.size() || !base::is_alphanumeric(installed[text.size()]));
}

std::string install_obstacle(const PackageWork &work) {
    for (const auto &[name, version, purge] : work.packages)
        if (version.ends_with('*') && !version.ends_with(".*"))
            return fmt::format("apk knows whole parts of a version only: write {} as 1.2.*",
                               base::escape(version));
    return {};
}

std::string update_obstacle(Updates updates) {
    return updates == Updates::security
               ? "the repositories of Alpine do not say what is of security: use `update: all`"
               : "";
}

std::string quoted(const PackageWork &work) {
    std::string words;
    for (const auto &[name, version, purge] : work.packages) {
        const auto [text, is_prefix] = version_wish(version);
        if (version.empty())
            words += fmt::format(" '{}'", name);
        else if (is_prefix)
            words += fmt::format(" '{}~{}'", name, text.substr(0, text.rfind('.')));
        else
            words += fmt::format(" '{}={}'", name, text);
    }
    return words;
}

std::string begin(const PackageWork &work) {
    return work.network ? "set -e\napk --no-progress update\n" : "set -e\n";
}

std::string apk(const PackageWork &work) {
    return work.network ? "apk --no-progress" : "apk --no-progress --no-network";
}

std::string install(const PackageWork &work) {
    return fmt::format("{}{} add{}\n", begin(work), apk(work), quoted(work));
}

std::string remove(const PackageWork &work) {
    std::string script = "set -e\n";
    for (const bool purged : {false, true})
        if (const PackageWork part = part_of(work, purged); !part.packages.empty())
            script += fmt::format("apk --no-progress --no-network del{}{}\n",
                                  purged ? " --purge" : "", quoted(part));
    return script;
}

std::string update(Updates /*updates*/, const PackageWork &work) {
    return fmt::format("{}{} upgrade{}\n", begin(work), apk(work), quoted(work));
}

ImageChanges hold_packages(const GuestView &guest, std::span<const std::string> names, bool hold) {
    const PackageStates found = states(guest, names);
    const ImageText world = image_text(guest, k_world);
    std::map<std::string, std::string> words;
    for (const auto &[name, state] : found)
        if (!hold || state.installed())
            words[name] = hold ? name + "=" + state.versions.front() : name;
    std::string text;
    for (const std::string &word : world_of(world.text)) {
        const auto own = words.find(std::string(name_of(word)));
        text += (own == words.end() ? word : own->second) + '\n';
        if (own != words.end())
            words.erase(own);
    }
    for (const auto &[name, word] : words) // what came along with others
        if (hold)
            text += word + '\n';
    ImageChanges changes;
    want_text(changes, world, std::move(text));
    return changes;
}

} // namespace

const PackageManager k_apk = {.family = "alpine",
                              .states = states,
                              .is_version = is_version,
                              .install_obstacle = install_obstacle,
                              .update_obstacle = update_obstacle,
                              .install = install,
                              .remove = remove,
                              .update = update,
                              .hold = hold_packages};

} // namespace retouch::steps
