// zypper: SUSE and openSUSE. A hold is a block of its file of locks.

#include "steps/packages/families.hpp"

#include "base/path_glob.hpp"
#include "base/text.hpp"
#include "steps/packages/package_scripts.hpp"
#include "steps/packages/rpm_states.hpp"
#include "steps/support/image_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr const char *k_locks = "/etc/zypp/locks";

/// zypper(8), exit codes: 102 and 103 say that all was done and what was is to be started anew.
constexpr const char *k_begin = R"(set -e
run() {
    status=0
    zypper --non-interactive "$@" || status=$?
    case $status in 0 | 102 | 103) ;; *) exit $status ;; esac
}
)";

std::vector<std::string> blocks_of(const std::string &text) {
    std::vector<std::string> blocks;
    std::string block;
    for (const std::string &line : base::split_lines(text)) {
        if (base::trim(line).empty() && !block.empty())
            blocks.push_back(std::move(block));
        if (base::trim(line).empty())
            block.clear();
        else
            block += line + '\n';
    }
    if (!block.empty())
        blocks.push_back(std::move(block));
    return blocks;
}

bool locks(const std::string &block, const std::string &name) {
    constexpr std::string_view k_key = "solvable_name:";
    for (const std::string &line : base::split_lines(block))
        if (line.starts_with(k_key))
            return base::matches_name(base::trim(line.substr(k_key.size())), name);
    return false;
}

PackageStates states(const GuestView &guest, std::span<const std::string> names) {
    PackageStates found = rpm_states(guest, names);
    const std::vector<std::string> blocks = blocks_of(image_text(guest, k_locks).text);
    for (auto &[name, state] : found)
        state.held = std::ranges::any_of(
            blocks, [&, &name = name](const std::string &block) { return locks(block, name); });
    return found;
}

std::string install_obstacle(const PackageWork &work) {
    for (const auto &[name, version, purge] : work.packages)
        if (version.ends_with('*'))
            return fmt::format("zypper takes whole versions only, not {}", base::escape(version));
    return {};
}

std::string begin(const PackageWork &work) {
    return std::string(k_begin) + (work.network ? "run refresh\n" : "");
}

std::string run(const PackageWork &work) {
    return work.network ? "run" : "run --no-refresh";
}

std::string install(const PackageWork &work) {
    return fmt::format("{}{} install --auto-agree-with-licenses --oldpackage{} --{}\n", begin(work),
                       run(work), work.recommends ? "" : " --no-recommends",
                       quoted_packages(work, "="));
}

std::string remove(const PackageWork &work) {
    return fmt::format("{}run --no-refresh remove --{}\n", k_begin, quoted_packages(work, "="));
}

std::string update(Updates updates, const PackageWork &work) {
    const std::string way = begin(work) + run(work);
    if (updates == Updates::security)
        return way + " patch --category security --auto-agree-with-licenses\n";
    return fmt::format("{} update --auto-agree-with-licenses{} --{}\n", way,
                       work.recommends ? "" : " --no-recommends", quoted_packages(work, "="));
}

ImageChanges hold_packages(const GuestView &guest, std::span<const std::string> names, bool hold) {
    const ImageText file = image_text(guest, k_locks);
    const std::vector<std::string> blocks = blocks_of(file.text);
    const auto locks_one = [&](const std::string &block) {
        return std::ranges::any_of(names,
                                   [&](const std::string &name) { return locks(block, name); });
    };
    std::string text;
    for (const std::string &block : blocks)
        if (hold || !locks_one(block))
            text += block + '\n';
    for (const std::string &name : names)
        if (hold && std::ranges::none_of(
                        blocks, [&](const std::string &block) { return locks(block, name); }))
            text += fmt::format("type: package\nmatch_type: glob\ncase_sensitive: on\n"
                                "solvable_name: {}\n\n",
                                name);
    ImageChanges changes;
    want_text(changes, file, std::move(text));
    return changes;
}

} // namespace

const PackageManager k_zypper = {.family = "suse",
                                 .states = states,
                                 .is_version = is_rpm_version,
                                 .install_obstacle = install_obstacle,
                                 .changes_held = false,
                                 .install = install,
                                 .remove = remove,
                                 .update = update,
                                 .hold = hold_packages};

} // namespace retouch::steps
