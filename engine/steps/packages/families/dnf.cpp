// dnf, and yum where there is no dnf: Fedora, RHEL, CentOS, Rocky, Alma and their kin.
// A hold is a line of the versionlock plugin, which must be there: without it nothing would look.

#include "steps/packages/families.hpp"

#include "base/path_glob.hpp"
#include "base/text.hpp"
#include "steps/packages/package_scripts.hpp"
#include "steps/packages/rpm_states.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/support/image_text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

/// dnf.conf(5). A repository that cannot be reached is an error.
constexpr const char *k_begin = R"(set -e
if command -v dnf >/dev/null; then
    run() { dnf -y --setopt=skip_if_unavailable=False "$@"; }
    weak=--setopt=install_weak_deps=False fresh=--refresh
else
    run() { yum -y --setopt=skip_if_unavailable=0 "$@"; }
    weak= fresh=
    [ "$1" = offline ] || yum -q clean expire-cache
fi
)";

struct LockPlugin {
    const char *configuration;
    const char *list;
};

constexpr std::array<LockPlugin, 2> k_plugins = {
    {{"/etc/dnf/plugins/versionlock.conf", "/etc/dnf/plugins/versionlock.list"},
     {"/etc/yum/pluginconf.d/versionlock.conf", "/etc/yum/pluginconf.d/versionlock.list"}}};

const LockPlugin *lock_plugin(const GuestView &guest) {
    for (const LockPlugin &plugin : k_plugins)
        if (stat(guest, plugin.configuration))
            return &plugin;
    return nullptr;
}

/// "NAME-EPOCH:VERSION-RELEASE", as dnf-plugin-versionlock(8) matches the lines of its list.
std::string full_name(const std::string &name, const std::string &version) {
    return fmt::format("{}-{}{}", name, version.find(':') == std::string::npos ? "0:" : "",
                       version);
}

bool locks(std::string_view line, const std::string &full) {
    const std::string_view pattern = base::trim(line);
    return !pattern.empty() && pattern.front() != '#' && pattern.front() != '!' &&
           base::matches_name(pattern, full + ".any");
}

bool locks_any(std::string_view line, const std::string &name,
               const std::vector<std::string> &versions) {
    return std::ranges::any_of(versions, [&](const std::string &version) {
        return locks(line, full_name(name, version));
    });
}

PackageStates states(const GuestView &guest, std::span<const std::string> names) {
    PackageStates found = rpm_states(guest, names);
    const LockPlugin *plugin = lock_plugin(guest);
    if (plugin == nullptr)
        return found;
    const std::vector<std::string> lines = base::split_lines(image_text(guest, plugin->list).text);
    for (auto &[name, state] : found)
        state.held = std::ranges::any_of(
            lines, [&, &name = name, &versions = state.versions](const std::string &line) {
                return locks_any(line, name, versions);
            });
    return found;
}

std::string begin(const PackageWork &work) {
    return (work.network ? "set -- online\n" : "set -- offline\n") + std::string(k_begin);
}

std::string options_of(const PackageWork &work) {
    std::string options = work.network ? " $fresh" : " -C";
    if (!work.recommends)
        options += " $weak";
    if (work.change_held)
        options += " --disableplugin=versionlock";
    return options;
}

std::string install(const PackageWork &work) {
    return fmt::format("{}run{} install --{}\n", begin(work), options_of(work),
                       quoted_packages(work, "-"));
}

std::string remove(const PackageWork &work) {
    PackageWork offline = work;
    offline.network = false;
    return fmt::format("{}run -C{} --setopt=clean_requirements_on_remove=False remove --{}\n",
                       begin(offline), work.change_held ? " --disableplugin=versionlock" : "",
                       quoted_packages(work, "-"));
}

std::string update(Updates updates, const PackageWork &work) {
    const char *which = updates == Updates::security ? " --security" : "";
    return fmt::format("{}run{} update{} --{}\n", begin(work), options_of(work), which,
                       quoted_packages(work, "-"));
}

/// The list with those versions locked, or without what locks one of them.
std::string with_locks(const std::string &list, const PackageStates &found, bool hold) {
    std::string text;
    for (const std::string &line : base::split_lines(list)) {
        bool is_kept = true;
        for (const auto &[name, state] : found)
            is_kept = is_kept && (hold || !locks_any(line, name, state.versions));
        if (is_kept)
            text += line + '\n';
    }
    for (const auto &[name, state] : found)
        for (const std::string &version : state.versions)
            if (hold && !state.held)
                text += full_name(name, version) + ".*\n";
    return text;
}

ImageChanges hold_packages(const GuestView &guest, std::span<const std::string> names, bool hold) {
    const LockPlugin *plugin = lock_plugin(guest);
    if (plugin == nullptr)
        return hold ? cannot("dnf holds packages by its plugin versionlock, which the image does "
                             "not have (python3-dnf-plugin-versionlock, yum-plugin-versionlock)")
                    : ImageChanges();
    const ImageText list = image_text(guest, plugin->list);
    ImageChanges changes;
    want_text(changes, list, with_locks(list.text, states(guest, names), hold));
    return changes;
}

} // namespace

const PackageManager k_dnf = {.family = "rhel",
                              .states = states,
                              .is_version = is_rpm_version,
                              .install = install,
                              .remove = remove,
                              .update = update,
                              .hold = hold_packages};

} // namespace retouch::steps
