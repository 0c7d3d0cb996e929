// What is installed and held is read from dpkg's database, and a hold is written there. All else is
// apt-get's. Lists are fetched anew by every step that may take a package from them, and one list
// that cannot be fetched is an error: what is installed from old ones is not what is wanted.

#include "steps/packages/dpkg_hold.hpp"
#include "steps/packages/families.hpp"

#include "base/text.hpp"
#include "guest/effects/package_source.hpp"
#include "steps/packages/package_scripts.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

/// apt-get(8). Files that were downloaded go again when they are installed.
constexpr const char *k_apt_get =
    "apt-get -q -y -o DPkg::Lock::Timeout=60 -o APT::Keep-Downloaded-Packages=false";
constexpr const char *k_fetch_lists =
    "apt-get -q -o DPkg::Lock::Timeout=60 -o APT::Update::Error-Mode=any update\n";
constexpr const char *k_begin =
    "set -e\nexport NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none\n";

/// "NAME" or "NAME:ARCHITECTURE".
bool is_named(const guest::PackageRecord &record, std::string_view asked) {
    if (!asked.starts_with(record.name))
        return false;
    const std::string_view rest = asked.substr(record.name.size());
    return rest.empty() || (rest.front() == ':' && rest.substr(1) == record.architecture);
}

/// "a, b (= 1.0)": deb-control(5).
bool provides(const guest::PackageRecord &record, std::string_view asked) {
    for (const std::string &part : base::split(record.provides, ',')) {
        const std::string_view name = base::trim(part);
        if (name.substr(0, name.find_first_of(" (")) == asked)
            return true;
    }
    return false;
}

void add(const guest::PackageRecord &record, const std::string &asked, PackageState &state) {
    if (is_named(record, asked)) {
        if (record.installed)
            state.versions.push_back(record.version);
        state.kept_configuration = state.kept_configuration || record.kept_configuration;
        state.held = state.held || record.held;
        state.essential = state.essential || record.essential;
    } else if (record.installed && provides(record, asked)) {
        state.provided = true;
    }
}

PackageStates states(const GuestView &guest, std::span<const std::string> names) {
    const std::vector<guest::PackageRecord> records = guest::PackageSource(guest).records(guest);
    PackageStates found;
    for (const std::string &name : names) {
        PackageState &state = found[name]; // also where the database is empty
        for (const guest::PackageRecord &record : records)
            add(record, name, state);
    }
    return found;
}

bool is_version(const std::string &installed, const std::string &wanted) {
    const auto [text, is_prefix] = version_wish(wanted);
    return is_prefix ? installed.starts_with(text) : installed == text;
}

std::string options_of(const PackageWork &work) {
    std::string options;
    if (!work.recommends)
        options += " --no-install-recommends";
    if (!work.network)
        options += " --no-download";
    if (work.change_held)
        options += " --allow-change-held-packages";
    for (const WantedPackage &package : work.packages)
        if (!package.version.empty())
            return options + " --allow-downgrades";
    return options;
}

std::string begin(const PackageWork &work) {
    return fmt::format("{}{}", k_begin, work.network ? k_fetch_lists : "");
}

/// apt-get takes a name that nothing has for an expression when there is a dot in it, and would
/// install whatever matches.
std::string no_expressions(const PackageWork &work) {
    std::string script;
    for (const auto &[name, version, purge] : work.packages)
        if (const std::string bare = name.substr(0, name.find(':')); bare.find('.') != bare.npos)
            script += fmt::format("apt-cache pkgnames '{0}' | grep -qxF '{0}' || "
                                  "{{ echo 'E: Unable to locate package {0}' >&2; exit 100; }}\n",
                                  bare);
    return script;
}

std::string install(const PackageWork &work) {
    return fmt::format("{}{}{}{} install --{}\n", begin(work), no_expressions(work), k_apt_get,
                       options_of(work), quoted_packages(work, "="));
}

std::string remove(const PackageWork &work) {
    std::string script = k_begin;
    for (const bool purged : {false, true})
        if (const PackageWork part = part_of(work, purged); !part.packages.empty())
            script += fmt::format("{}{} {} --{}\n", k_apt_get,
                                  work.change_held ? " --allow-change-held-packages" : "",
                                  purged ? "purge" : "remove", quoted_packages(part, "="));
    return script;
}

/// Which updates are of security only the names of the repositories tell.
std::string update_security() {
    return fmt::format(R"(names=$(apt-get -q -s upgrade --with-new-pkgs |
    sed -n 's/^Inst \([^ ]*\) .*[Ss]ecurity.*/\1/p')
[ -z "$names" ] || {} install --only-upgrade -- $names
)",
                       k_apt_get);
}

std::string update(Updates updates, const PackageWork &work) {
    std::string script = begin(work);
    switch (updates) {
    case Updates::everything:
        return script + fmt::format("{} upgrade --with-new-pkgs\n", k_apt_get);
    case Updates::security:
        return script + update_security();
    case Updates::named:
        break;
    }
    return script + fmt::format("{}{} install --only-upgrade --{}\n", k_apt_get, options_of(work),
                                quoted_packages(work, "="));
}

/// The first word of the status is what is wanted of the package (dpkg-query(1)).
std::string with_selection(std::string_view paragraph, std::string_view word) {
    constexpr std::string_view k_key = "Status: ";
    std::vector<std::string> lines = base::split(paragraph, '\n');
    for (std::string &line : lines)
        if (const std::size_t end = line.find(' ', k_key.size());
            line.starts_with(k_key) && end != line.npos)
            line.replace(k_key.size(), end - k_key.size(), word);
    return base::joined(lines, "\n");
}

ImageChanges hold_packages(const GuestView &guest, std::span<const std::string> names, bool hold) {
    ImageChanges changes;
    const guest::PackageSource source(guest);
    const std::string text = source.text(guest);
    std::string wanted = text;
    for (const std::string &name : names)
        wanted = with_hold(wanted, name, hold);
    if (wanted == text)
        return changes;
    const FileInfo was = guest.lstat(source.path()).value();
    changes.changes.push_back(
        file_at(source.path(), std::move(wanted), was.mode, was.uid, was.gid));
    return changes;
}

} // namespace

std::string with_hold(std::string_view status, const std::string &name, bool hold) {
    std::string text;
    while (!status.empty()) {
        const std::size_t end = status.find("\n\n");
        const std::string_view paragraph = status.substr(0, end);
        status.remove_prefix(end == std::string_view::npos ? status.size() : end + 2);
        const std::vector<guest::PackageRecord> records = guest::dpkg_records(paragraph);
        const bool is_it = !records.empty() && is_named(records.front(), name) &&
                           records.front().installed && records.front().held != hold;
        text +=
            is_it ? with_selection(paragraph, hold ? "hold" : "install") : std::string(paragraph);
        if (end != std::string_view::npos)
            text += "\n\n";
    }
    return text;
}

const PackageManager k_apt = {.family = "debian",
                              .states = states,
                              .is_version = is_version,
                              .install = install,
                              .remove = remove,
                              .update = update,
                              .hold = hold_packages};

} // namespace retouch::steps
