// Which kernels there are, packages say: of Debian one package for each version and flavour, of the
// RHEL family several versions of a package. Of each flavour the newest stays.

#include "base/text.hpp"
#include "steps/kernel/kernel_task.hpp"
#include "steps/kernel/kernel_version.hpp"
#include "steps/packages/package_changes.hpp"
#include "steps/packages/package_manager.hpp"
#include "steps/support/system_family.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>

namespace retouch::steps {

namespace {

constexpr std::array<std::string_view, 2> k_debian_images = {"linux-image-",
                                                             "linux-image-unsigned-"};
constexpr std::array<std::string_view, 6> k_debian_parts = {
    "linux-image-",         "linux-image-unsigned-", "linux-modules-",
    "linux-modules-extra-", "linux-headers-",        "linux-tools-"};
constexpr std::array<const char *, 8> k_rpm_parts = {"kernel",
                                                     "kernel-core",
                                                     "kernel-modules",
                                                     "kernel-modules-core",
                                                     "kernel-modules-extra",
                                                     "kernel-devel",
                                                     "kernel-uki-virt",
                                                     "kernel-modules-internal"};

std::optional<std::string> version_in(const std::string &package, std::string_view prefix) {
    if (!package.starts_with(prefix) || package.size() == prefix.size())
        return std::nullopt;
    const std::string version = package.substr(prefix.size());
    const bool is_version = version.front() >= '0' && version.front() <= '9';
    return is_version ? std::optional(version) : std::nullopt;
}

/// "6.1.0-56-cloud-amd64" is one of "cloud-amd64".
std::string flavour_of(const std::string &version) {
    const auto letter =
        std::ranges::find_if(version, [](char each) { return (each >= 'a' && each <= 'z'); });
    const std::size_t at = static_cast<std::size_t>(letter - version.begin());
    return version.substr(std::min(at, version.size()));
}

/// All but the newest of those that go together.
std::set<std::string> older(const std::map<std::string, std::set<std::string>> &versions) {
    std::set<std::string> old;
    for (const auto &[flavour, all] : versions) {
        const std::string &newest = *std::ranges::max_element(all, is_older_version);
        std::ranges::copy_if(all, std::inserter(old, old.end()),
                             [&](const std::string &each) { return each != newest; });
    }
    return old;
}

std::vector<WantedPackage> old_of_debian(const guest::Packages &packages) {
    std::map<std::string, std::set<std::string>> versions;
    for (const auto &[name, architectures] : packages)
        for (const std::string_view prefix : k_debian_images)
            if (const auto version = version_in(name, prefix))
                versions[flavour_of(*version)].insert(*version);
    const std::set<std::string> old = older(versions);
    std::vector<WantedPackage> gone;
    for (const auto &[name, architectures] : packages)
        for (const std::string_view prefix : k_debian_parts)
            if (const auto version = version_in(name, prefix); version && old.contains(*version))
                gone.push_back({name, {}, true});
    return gone;
}

std::set<std::string> versions_of(const guest::Packages &packages, const std::string &name) {
    std::set<std::string> versions;
    if (const auto found = packages.find(name); found != packages.end())
        for (const auto &[architecture, text] : found->second)
            for (const std::string &version : base::split(text, ','))
                versions.emplace(base::trim(version));
    return versions;
}

std::vector<WantedPackage> old_of_rpm(const guest::Packages &packages) {
    std::set<std::string> versions = versions_of(packages, "kernel-core");
    if (versions.empty())
        versions = versions_of(packages, "kernel");
    std::vector<WantedPackage> gone;
    if (versions.empty())
        return gone;
    const std::set<std::string> old = older({{"", versions}});
    for (const char *name : k_rpm_parts)
        for (const std::string &version : versions_of(packages, name))
            if (old.contains(version))
                gone.push_back({name, version, false});
    return gone;
}

} // namespace

KernelTask old_kernels_task(const GuestView &guest) {
    const SystemFamily family = system_family(guest.facts());
    const bool is_debian = family == SystemFamily::debian;
    if (family == SystemFamily::windows)
        return impossible_task("a Windows image has no kernels in packages");
    if (!is_debian && family != SystemFamily::rhel)
        return impossible_task(
            "which packages are old kernels is known here of the families of Debian and RHEL "
            "alone; "
            "this system has one kernel, or a program of its own that removes others");
    PackageWork work;
    work.network = false;
    const guest::Packages packages = packages_of(guest);
    work.packages = is_debian ? old_of_debian(packages) : old_of_rpm(packages);
    KernelTask task;
    for (const auto &[name, version, purge] : work.packages) {
        const std::string whole = version.empty() ? name : name + "-" + version;
        if (!is_safe_name(whole))
            task.fail(fmt::format("'{}' is an odd name for a package", base::escape(whole)));
        task.reasons.push_back(base::escape(whole));
    }
    if (!work.packages.empty())
        task.script = package_manager_of(guest.facts())->remove(work);
    return task;
}

} // namespace retouch::steps
