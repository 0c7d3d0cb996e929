// Comparing wanted files with a guest's.
// Sizes are compared before digests: reading a file inside an appliance is what costs.
// A directory that is there already stays as it is: a tree copied to /root must not open /root up.

#include "steps/files/file_comparison.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/secret_text.hpp"
#include "base/text.hpp"
#include "base/unified_diff.hpp"
#include "steps/support/accounts.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/support/open_to_all.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::uint64_t k_diff_bound = std::uint64_t{256} * 1024;
/// A text of 256 KiB, all of it secrets of 64 KiB.
constexpr std::uint64_t k_most_with_secrets = std::uint64_t{1} << 30;
constexpr std::uint64_t k_digest_bound = std::uint64_t{1} << 30;

FileDifference obstructed(const std::string &path, std::string_view what) {
    FileDifference difference;
    difference.obstacle =
        fmt::format("{} is {} in the image; remove it first", base::escape(path), what);
    return difference;
}

FileDifference new_entry(const GuestView &guest, const std::string &path, std::string reason) {
    FileDifference difference;
    difference.obstacle = parent_obstacle(guest, path);
    difference.is_new = true;
    difference.contents = true;
    difference.reasons.push_back(std::move(reason));
    return difference;
}

FileDifference compare_directory(const GuestView &guest, const std::string &path,
                                 const std::optional<FileInfo> &info) {
    if (!info)
        return new_entry(guest, path, "new directory");
    if (is_directory(guest, path))
        return {};
    return obstructed(path, "not a directory");
}

FileDifference compare_link(const GuestView &guest, const std::string &path, const FileEntry &entry,
                            const FileInfo &info) {
    FileDifference difference;
    if (info.type != FileInfo::Type::symlink) {
        difference.reasons.emplace_back("replaces a file by a link");
    } else {
        const std::string target = guest.read_link(path);
        if (target != entry.link_target)
            difference.reasons.push_back(fmt::format("link to {} -> {}", base::escape(target),
                                                     base::escape(entry.link_target)));
    }
    difference.contents = difference.any();
    return difference;
}

/// What names secrets is read as it is written: its size and digest are another's.
bool differs(const GuestView &guest, const std::string &path, const FileSet &files,
             const FileEntry &entry, const FileInfo &info) {
    if (files.content && !base::secrets_named_in(*files.content).empty())
        return info.size > k_most_with_secrets ||
               guest.read(path, k_most_with_secrets) != guest.as_read(*files.content);
    return info.size != entry.size || guest.sha256(path) != entry.sha256;
}

FileDifference compare_file(const GuestView &guest, const std::string &path, const FileSet &files,
                            const FileEntry &entry, const FileOwner &owner, const FileInfo &info) {
    FileDifference difference;
    std::vector<std::string> &reasons = difference.reasons;
    if (info.type == FileInfo::Type::symlink)
        reasons.emplace_back("replaces a link");
    else if (differs(guest, path, files, entry, info))
        reasons.emplace_back("contents differ");
    difference.contents = difference.any();
    if (info.type == FileInfo::Type::symlink || !keeps_owner_and_mode(guest, path))
        return difference;
    if (info.mode != entry.mode)
        reasons.push_back(fmt::format("mode {} -> {}", base::format_mode(info.mode),
                                      base::format_mode(entry.mode)));
    if (info.uid != owner.uid)
        reasons.push_back(fmt::format("owner {} -> {}", info.uid, files.owner));
    if (info.gid != owner.gid)
        reasons.push_back(fmt::format("group {} -> {}", info.gid, files.group));
    return difference;
}

/// The bytes the recipe wants. Requires: small enough.
std::string wanted_text(const FileSet &files, const FileEntry &entry) {
    if (files.content)
        return *files.content;
    return base::read_file(std::get<std::filesystem::path>(files.source(entry)), k_diff_bound);
}

} // namespace

std::string resolve_owner(const GuestView &guest, const std::string &owner,
                          const std::string &group, FileOwner &numbers) {
    const auto absent = [](const char *kind, const std::string &name, const char *command) {
        return fmt::format(
            "the image has no {0} '{1}'; files are written before commands run; if a package "
            "makes the {0}, give it the file with a command ({2})",
            kind, base::escape(name), command);
    };
    const auto uid = find_user(guest, owner);
    if (!uid)
        return absent("user", owner, "chown");
    const auto gid = find_group(guest, group);
    if (!gid)
        return absent("group", group, "chgrp");
    numbers = {*uid, *gid};
    return {};
}

FileDifference compare(const GuestView &guest, const FileSet &files, const FileEntry &entry,
                       const FileOwner &owner) {
    const std::string path = files.path_in_guest(entry);
    const auto info = guest.lstat(path);
    if (entry.type == FileEntry::Type::directory)
        return compare_directory(guest, path, info);
    if (!info)
        return new_entry(guest, path,
                         entry.type == FileEntry::Type::link ? "new link" : "new file");
    if (info->type == FileInfo::Type::directory)
        return obstructed(path, "a directory");
    if (info->type == FileInfo::Type::other)
        return obstructed(path, "a device, pipe or socket");
    if (entry.type == FileEntry::Type::link)
        return compare_link(guest, path, entry, *info);
    return compare_file(guest, path, files, entry, owner, *info);
}

bool everybody_reads_source(const FileSet &files, const FileEntry &entry) {
    if (entry.type != FileEntry::Type::file || files.content || !files.contents.empty())
        return true;
    std::error_code failed;
    const auto status =
        std::filesystem::status(std::get<std::filesystem::path>(files.source(entry)), failed);
    return !failed && everybody_reads(static_cast<std::uint32_t>(status.permissions()));
}

std::string contents_diff(const GuestView &guest, const FileSet &files, const FileEntry &entry,
                          const FileDifference &difference) {
    if (!difference.contents || entry.type != FileEntry::Type::file || files.outside)
        return {};
    const std::string path = files.path_in_guest(entry);
    const auto info = guest.lstat(path);
    const bool replaces = info && info->type == FileInfo::Type::regular;
    const std::uint64_t old_size = replaces ? info->size : 0;
    if (!everybody_reads(entry.mode) || (replaces && !everybody_reads(info->mode)) ||
        !everybody_reaches(guest, path) || !everybody_reads_source(files, entry))
        return not_shown(path, replaces ? std::optional(old_size) : std::nullopt, entry.size);
    if (old_size <= k_diff_bound && entry.size <= k_diff_bound) {
        const std::string before = replaces ? guest.read(path, k_diff_bound) : std::string();
        const std::string after = wanted_text(files, entry);
        if (base::sha256_hex(after) != entry.sha256)
            return {}; // no longer the file that was found inside the recipe's directory
        const std::string diff =
            base::unified_diff(before, after, replaces ? path : "/dev/null", path);
        return replaces || diff.starts_with("---") ? base::escape(diff, true) : std::string();
    }
    if (!replaces)
        return {};
    // A file that is that large costs seconds to read, or days when a guest says so.
    const std::string old_digest =
        old_size <= k_digest_bound ? ", sha256 " + guest.sha256(path) : std::string();
    return fmt::format("{} ({}{}) and {} ({}, sha256 {}) differ\n", base::escape(path),
                       base::format_bytes(old_size), old_digest, base::escape(path),
                       base::format_bytes(entry.size), entry.sha256);
}

} // namespace retouch::steps
