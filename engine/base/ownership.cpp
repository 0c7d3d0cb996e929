// Ownership: the file, the directory of its name and, behind a link, that of the file itself. Where
// a group may write, it has to be the private one of a user that may, which Debian gives everybody.

#include "base/ownership.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <grp.h>
#include <pwd.h>
#include <set>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace retouch::base {

namespace {

namespace fs = std::filesystem;

using Status = struct stat;

/// As git does: sudo says who called it.
std::optional<uid_t> caller_of_sudo() {
    const char *text = geteuid() == 0 ? std::getenv("SUDO_UID") : nullptr;
    if (text == nullptr)
        return std::nullopt;
    const std::string_view digits = text;
    uid_t id = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    if (failed != std::errc{} || end != digits.data() + digits.size())
        return std::nullopt;
    return id;
}

std::set<uid_t> trusted_users() {
    std::set<uid_t> users = {0, geteuid()};
    if (const auto caller = caller_of_sudo())
        users.insert(*caller);
    return users;
}

std::string user_name(uid_t id) {
    const passwd *user = getpwuid(id);
    return user != nullptr ? fmt::format("'{}'", escape(user->pw_name)) : std::to_string(id);
}

bool is_private_group(gid_t id, const std::set<uid_t> &users) {
    const group *found = getgrgid(id);
    if (found == nullptr)
        return false;
    const std::string name = found->gr_name;
    for (char **member = found->gr_mem; *member != nullptr; ++member)
        if (name != *member)
            return false;
    for (const uid_t user : users)
        if (const passwd *entry = getpwuid(user);
            entry != nullptr && entry->pw_gid == id && entry->pw_name == name)
            return true;
    return false;
}

/// `what`: "it" or "its directory".
std::optional<std::string> flaw_of(const fs::path &path, std::string_view what) {
    Status status{};
    if (stat(path.c_str(), &status) != 0)
        return std::nullopt; // opening it will tell
    const std::set<uid_t> users = trusted_users();
    if (!users.contains(status.st_uid))
        return fmt::format("{} belongs to the user {}", what, user_name(status.st_uid));
    if ((status.st_mode & S_IWOTH) != 0)
        return fmt::format("everybody may write to {}", what);
    if ((status.st_mode & S_IWGRP) != 0 && !is_private_group(status.st_gid, users))
        return fmt::format("a group may write to {}", what);
    return std::nullopt;
}

} // namespace

std::optional<std::string> open_to_others(const fs::path &file) {
    std::error_code unknown;
    fs::path real = fs::canonical(file, unknown);
    if (unknown)
        real = file;
    if (auto flaw = flaw_of(file, "it"))
        return flaw;
    for (const fs::path &directory : {file.parent_path(), real.parent_path()})
        if (auto flaw = flaw_of(directory, "its directory"))
            return flaw;
    return std::nullopt;
}

} // namespace retouch::base
