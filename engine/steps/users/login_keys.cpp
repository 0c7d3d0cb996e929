// sshd refuses files that others could have written, and follows links: neither is left to be.

#include "steps/users/login_keys.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "steps/users/ssh_key.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_largest_keys = std::size_t{1} << 20;
constexpr std::uint32_t k_directory_mode = 0700;
constexpr std::uint32_t k_file_mode = 0600;

bool belongs(const FileInfo &info, const AccountOwner &owner, std::uint32_t mode) {
    return info.uid == owner.uid && info.gid == owner.gid && info.mode == mode;
}

bool is_made(const ImageChanges &changes, const std::string &path) {
    return std::ranges::any_of(changes.changes, [&](const Foreseen &change) {
        return change.path == path && change.info;
    });
}

std::string lines_of_all(const std::vector<std::string> &keys) {
    std::string text;
    for (const std::string &key : keys)
        text += key + "\n";
    return text;
}

std::string with_keys(std::string text, const std::vector<std::string> &keys) {
    for (const std::string &line : keys)
        if (const auto key = ssh_key(line); key && !holds_key(text, *key)) {
            if (!text.empty() && !text.ends_with('\n'))
                text += '\n';
            text += line + "\n";
        }
    return text;
}

/// Different keys of `text` that `other` does not have.
std::size_t count_beyond(std::string other, const std::string &text) {
    std::size_t count = 0;
    for (const std::string &line : base::split_lines(text))
        if (const auto key = ssh_key(line); key && !holds_key(other, *key)) {
            ++count;
            other += "\n" + line + "\n";
        }
    return count;
}

std::string counted_keys(std::size_t count, const char *what) {
    return fmt::format("{} key{} {}", count, count == 1 ? "" : "s", what);
}

void tell(const std::string &before, const std::string &after, ImageChanges &changes) {
    const std::size_t added = count_beyond(before, after);
    const std::size_t gone = count_beyond(after, before);
    std::string text;
    if (added > 0)
        base::add_part(text, counted_keys(added, "added"));
    if (gone > 0)
        base::add_part(text, counted_keys(gone, "removed"));
    changes.reasons.push_back("authorized_keys: " +
                              (text.empty() ? std::string("set right") : text));
}

} // namespace

void want_keys(const GuestView &guest, const std::vector<std::string> &keys, bool exclusive,
               const AccountOwner &owner, ImageChanges &changes) {
    const bool made = is_made(changes, owner.home);
    const auto home = base::is_normal_absolute(owner.home) ? guest.lstat(owner.home) : std::nullopt;
    if (owner.home == "/" || (!made && !home))
        return changes.fail(fmt::format("its home directory '{}' is not in the image, so that "
                                        "there is no place for keys",
                                        base::escape(owner.home)));
    const std::string directory = base::join(owner.home, ".ssh");
    const std::string path = base::join(directory, "authorized_keys");
    const auto above = guest.lstat(directory);
    const auto info = guest.lstat(path);
    if (above && above->type != FileInfo::Type::directory)
        return changes.fail(fmt::format("{} is no directory", base::escape(directory)));
    if (info && (info->type != FileInfo::Type::regular || info->size > k_largest_keys))
        return changes.fail(fmt::format("{} is no file of at most {}", base::escape(path),
                                        base::format_bytes(k_largest_keys)));
    const std::string before = info ? guest.read(path, k_largest_keys) : std::string();
    const std::string after = exclusive ? lines_of_all(keys) : with_keys(before, keys);
    const bool directory_fits = above && belongs(*above, owner, k_directory_mode);
    const bool file_fits = info && belongs(*info, owner, k_file_mode) && before == after;
    if (!directory_fits)
        changes.changes.push_back(directory_at(directory, k_directory_mode, owner.uid, owner.gid));
    if (!file_fits)
        changes.changes.push_back(file_at(path, after, k_file_mode, owner.uid, owner.gid));
    if (!directory_fits || !file_fits)
        tell(before, after, changes);
}

} // namespace retouch::steps
