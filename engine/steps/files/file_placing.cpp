// Placing files in a guest.
// Only what differs is touched: attributes alone never cost a copy of the contents.

#include "steps/files/file_placing.hpp"

#include "base/text.hpp"
#include "steps/files/host_files.hpp"
#include "steps/support/accounts.hpp"
#include "steps/support/guest_paths.hpp"

#include <fmt/format.h>

namespace retouch::steps {

std::string resolve_owner(const GuestView &guest, const FileSet &files, FileOwner &owner) {
    const auto absent = [](const char *kind, const std::string &name, const char *command) {
        return fmt::format(
            "the image has no {0} '{1}'; files are written before commands run; if a package "
            "makes the {0}, give it the file with a command ({2})",
            kind, base::escape(name), command);
    };
    const auto uid = find_user(guest, files.owner);
    if (!uid)
        return absent("user", files.owner, "chown");
    const auto gid = find_group(guest, files.group);
    if (!gid)
        return absent("group", files.group, "chgrp");
    owner = {*uid, *gid};
    return {};
}

void put(const FileSet &files, const FileEntry &entry, const FileDifference &difference,
         const FileOwner &wanted, Guest &guest) {
    const std::string path = files.path_in_guest(entry);
    // Where owners are not kept, another than the mount's is an error.
    const FileOwner owner = keeps_owner_and_mode(guest, path) ? wanted : FileOwner{};
    if (!difference.contents)
        return guest.set_attributes(path, entry.mode, owner.uid, owner.gid);
    make_parents(guest, path, owner.uid, owner.gid);
    if (entry.type == FileEntry::Type::directory)
        return guest.make_directory(path, entry.mode, owner.uid, owner.gid);
    if (entry.type == FileEntry::Type::link)
        return guest.make_link(entry.link_target, path);
    const FileSource source = files.source(entry);
    const auto *host_file = std::get_if<std::filesystem::path>(&source);
    if (host_file != nullptr)
        require_unchanged(*host_file, entry);
    guest.write(path, source, entry.mode, owner.uid, owner.gid);
    if (host_file != nullptr) // it could have been replaced while it was copied
        require_unchanged(*host_file, entry);
}

} // namespace retouch::steps
