// The text comes from the image. A line that is not understood is an error: were it passed over,
// what belongs on its filesystem would be written beside it.

#include "guest/fstab.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/mount_words.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_most_mounts = 32;

/// Swap, and what the kernel makes up.
constexpr std::array<std::string_view, 28> k_made_up = {
    "swap",     "none",    "ignore",     "proc",      "sysfs",    "tmpfs",       "ramfs",
    "devtmpfs", "devpts",  "mqueue",     "hugetlbfs", "debugfs",  "tracefs",     "securityfs",
    "configfs", "fusectl", "bpf",        "pstore",    "efivarfs", "binfmt_misc", "selinuxfs",
    "cgroup",   "cgroup2", "rpc_pipefs", "nfsd",      "usbfs",    "autofs",      "overlay"};

/// What another machine has.
constexpr std::array<std::string_view, 14> k_network = {
    "9p",    "virtiofs", "vboxsf", "nfs",       "nfs4",   "cifs",   "smb3",
    "smbfs", "afs",      "ceph",   "glusterfs", "lustre", "beegfs", "davfs"};

/// "/boot/" and "//boot" are "/boot".
std::string normal_path(const std::string &path) {
    std::string normal;
    for (const std::string &name : split_words(path, "/"))
        if (name != ".")
            normal += "/" + name;
    return normal.empty() ? "/" : normal;
}

bool has(const std::vector<std::string> &words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

bool names_disk(const std::string &device) {
    constexpr std::array<std::string_view, 5> k_beginnings = {
        "/dev/", "UUID=", "LABEL=", "PARTUUID=", "PARTLABEL="};
    return std::ranges::any_of(
        k_beginnings, [&](std::string_view beginning) { return device.starts_with(beginning); });
}

/// A program brings it, as sshfs#user@host:/x of the type fuse, or fuse.sshfs.
bool is_of_program(const FstabEntry &entry) {
    return !names_disk(entry.device) &&
           std::ranges::all_of(entry.types, [](const std::string &type) {
               return type == "fuse" || type.starts_with("fuse.");
           });
}

bool is_made_up(const FstabEntry &entry) {
    return std::ranges::all_of(entry.types, [](const std::string &type) {
        return std::ranges::count(k_made_up, type) > 0;
    });
}

/// Nothing on a disk of the image.
bool is_elsewhere(const FstabEntry &entry) {
    return is_of_program(entry) || std::ranges::all_of(entry.types, [](const std::string &type) {
               return std::ranges::count(k_made_up, type) > 0 ||
                      std::ranges::count(k_network, type) > 0;
           });
}

bool is_bind(const FstabEntry &entry) {
    return has(entry.options, "bind") || has(entry.options, "rbind");
}

bool is_entry(const std::vector<std::string> &fields) {
    return fields.size() >= 3 && fields[0].front() != '#' && fields[1].front() == '/';
}

std::vector<FstabEntry> entries_of(std::string_view text) {
    std::vector<FstabEntry> entries;
    for (const std::string &line : base::split_lines(text)) {
        const std::vector<std::string> fields = split_words(line, " \t");
        if (!is_entry(fields))
            continue;
        FstabEntry entry{unescape_mount_word(fields[0]),
                         normal_path(unescape_mount_word(fields[1])), split_words(fields[2], ","),
                         split_words(fields.size() > 3 ? unescape_mount_word(fields[3]) : "", ","),
                         false};
        entry.dispensable = has(entry.options, "nofail") || has(entry.options, "_netdev");
        entries.push_back(std::move(entry));
    }
    return entries;
}

Error not_followed(const std::string &what, const std::string &hint) {
    return {ErrorKind::refused, fmt::format("the guest's /etc/fstab {}", what), hint};
}

} // namespace

std::set<std::string> mentioned_places(std::string_view text) {
    std::set<std::string> places;
    for (const std::string &line : base::split_lines(text))
        if (const auto fields = split_words(line, " \t"); is_entry(fields))
            places.insert(normal_path(unescape_mount_word(fields[1])));
    return places;
}

std::vector<FstabEntry> read_fstab(std::string_view text) {
    if (text.size() > k_largest_fstab)
        throw not_followed(fmt::format("is larger than {}", base::format_bytes(k_largest_fstab)),
                           "use an image with a shorter one");
    std::vector<FstabEntry> entries = entries_of(text);
    std::erase_if(entries, [](const FstabEntry &entry) {
        return is_elsewhere(entry) || is_bind(entry) || has(entry.options, "noauto");
    });
    for (const FstabEntry &entry : entries)
        if (!base::is_normal_absolute(entry.path))
            throw not_followed(fmt::format("mounts something on {}, which is not a plain path",
                                           base::escape(entry.path)),
                               "write the path without \"..\"");
    if (entries.size() > k_most_mounts)
        throw not_followed(fmt::format("mounts more than {} filesystems", k_most_mounts),
                           "use an image with fewer");
    std::ranges::stable_sort(entries, {},
                             [](const FstabEntry &entry) { return entry.path.size(); });
    return entries;
}

std::vector<FstabEntry> covering_entries(std::string_view text) {
    std::vector<FstabEntry> entries = entries_of(text.substr(0, k_largest_fstab));
    std::erase_if(entries, [](const FstabEntry &entry) {
        if (has(entry.options, "noauto") || !base::is_normal_absolute(entry.path) ||
            entry.path == "/")
            return true;
        // What is bound is on the image, so that it never fails; bound to itself it stays seen.
        if (is_bind(entry))
            return normal_path(entry.device) == entry.path;
        return is_made_up(entry) || entry.dispensable;
    });
    entries.resize(std::min(entries.size(), k_most_mounts));
    return entries;
}

} // namespace retouch::guest
