#include "apply/found_facts.hpp"

#include "base/digest.hpp"
#include "base/fact_text.hpp"
#include "base/text.hpp"
#include "guest/effects/package_source.hpp"
#include "guest/inspect.hpp"
#include "guest/resolve.hpp"
#include "retouch/error.hpp"
#include "steps/kernel/kernel_version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

namespace retouch::apply {

namespace {

/// Steps may have brought another release than the one that was opened.
Facts facts_now(const GuestView &guest) {
    if (guest.facts().type != "linux")
        return guest.facts();
    constexpr std::size_t k_most_bytes = std::size_t{16} << 20;
    const auto head = [&](const std::string &path,
                          std::size_t bytes) -> std::optional<std::string> {
        const auto info = guest.lstat(guest::resolve_in_guest(guest, path));
        if (!info || info->type != FileInfo::Type::regular || info->size > k_most_bytes)
            return std::nullopt;
        return guest.read(path, k_most_bytes).substr(0, bytes);
    };
    const auto exists = [&](const std::string &path) { return guest.lstat(path).has_value(); };
    return guest::linux_facts({head, exists});
}

/// Of the kernels that can be booted.
std::string newest_kernel(const GuestView &guest) {
    constexpr std::string_view k_image = "vmlinuz-";
    std::string newest;
    const auto take = [&](const std::string &version) {
        if (newest.empty() || steps::is_older_version(newest, version))
            newest = version;
    };
    for (const DirectoryEntry &entry : guest.list("/boot"))
        if (entry.name.starts_with(k_image) && entry.name.find("rescue") == std::string::npos)
            take(entry.name.substr(k_image.size()));
    if (newest.empty())
        for (const DirectoryEntry &entry : guest.list("/lib/modules"))
            if (guest.lstat("/lib/modules/" + entry.name + "/vmlinuz"))
                take(entry.name);
    return newest;
}

/// Independent of the order in which a database has them.
std::string digest_of(const guest::Packages &packages) {
    std::string lines;
    for (const auto &[name, versions] : packages)
        for (const auto &[architecture, version] : versions)
            lines += fmt::format("{}\t{}\t{}\n", name, architecture, version);
    return "sha256:" + base::sha256_hex(lines);
}

std::string words_of(const PackageChange &change) {
    const std::string name = base::escape(change.name);
    if (change.before.empty())
        return fmt::format("{} {} is new", name, base::escape(change.after));
    if (change.after.empty())
        return fmt::format("{} is gone", name);
    return fmt::format("{} {} -> {}", name, base::escape(change.before),
                       base::escape(change.after));
}

std::string of_guest(const std::string &word, const GuestView &guest) {
    if (word == "kernel")
        return newest_kernel(guest);
    if (word == "architecture")
        return guest.facts().architecture;
    const Facts now = facts_now(guest);
    const Facts &known = now.distro.empty() ? guest.facts() : now;
    return word == "version" ? known.version : known.os();
}

/// Of all architectures it is there for.
std::string version_of(const std::string &name, const guest::Packages &packages) {
    std::string versions;
    std::set<std::string> told;
    if (const auto found = packages.find(name); found != packages.end())
        for (const auto &[architecture, version] : found->second)
            if (told.insert(version).second)
                base::add_part(versions, version);
    return versions;
}

void require_line(const std::string &value, const std::string &name) {
    constexpr std::size_t k_longest = 255;
    const bool is_line = value.size() <= k_longest && !base::invalid_utf8(value) &&
                         base::escape(value) == value && base::count_fact_marks(value) == 0;
    if (!is_line)
        throw Error(
            ErrorKind::failed,
            fmt::format("what the finished image tells as ${{{}}} is no plain line of at most "
                        "255 characters: {}",
                        name, base::clipped(base::escape(value), 60)),
            "leave it out of the recipe's properties");
}

} // namespace

std::map<std::string, std::string> found_facts(const GuestView &guest,
                                               const std::vector<std::string> &names) {
    std::map<std::string, std::string> found;
    std::optional<guest::Packages> packages;
    for (const std::string &name : names) {
        const bool is_package = name.starts_with(base::k_package_facts);
        const bool is_list = name == base::k_package_list;
        if ((is_package || is_list) && !packages)
            packages = guest::PackageSource(guest).read(guest);
        std::string value;
        if (is_list)
            value = digest_of(*packages);
        else if (is_package)
            value = version_of(name.substr(base::k_package_facts.size()), *packages);
        else
            value = of_guest(name.substr(base::k_guest_facts.size()), guest);
        if (value.empty())
            throw Error(ErrorKind::failed,
                        is_package
                            ? fmt::format("a property names ${{{}}}, and the finished image does "
                                          "not have that package",
                                          name)
                            : fmt::format("a property names ${{{}}}, and the finished image does "
                                          "not tell it",
                                          name),
                        is_package ? "install it with 'packages', or fix the name"
                                   : "write the value in the recipe");
        require_line(value, name);
        found[name] = std::move(value);
    }
    return found;
}

std::string package_news(const GuestView &now, const GuestView &before, const std::string &id) {
    constexpr std::size_t k_most_told = 10;
    const std::vector<PackageChange> changes = guest::package_changes(
        guest::PackageSource(before).read(before), guest::PackageSource(now).read(now));
    std::string told;
    for (std::size_t i = 0; i < std::min(changes.size(), k_most_told); ++i)
        base::add_part(told, words_of(changes[i]));
    if (changes.size() > k_most_told)
        told += fmt::format(", and {} more", changes.size() - k_most_told);
    return fmt::format("packages that differ from image {}: {}", id, told.empty() ? "none" : told);
}

} // namespace retouch::apply
