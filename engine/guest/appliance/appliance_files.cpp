// Files of the guest through libguestfs. Most calls resolve paths in a chroot inside the appliance;
// those that do not are given paths without links.

#include "guest/appliance/appliance_guest.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "guest/kept_attributes.hpp"
#include "guest/refusals.hpp"
#include "guest/resolve.hpp"
#include "model/attributes.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_read_piece = std::size_t{2} << 20;    ///< a message holds less than 4 MiB
constexpr std::size_t k_write_message = std::size_t{1} << 20; ///< longer texts are uploaded
constexpr std::chrono::seconds k_transfer_limit{3600};
constexpr int k_deepest = 800;

bool is_absence(int code) {
    return code == ENOENT || code == ENOTDIR;
}

// The library has functions of the same names.
using Status = struct guestfs_statns;
using StatusList = struct guestfs_statns_list;
using AttributeList = struct guestfs_xattr_list;

FileInfo to_info(const Status &status) {
    const auto mode = static_cast<mode_t>(status.st_mode);
    FileInfo info;
    info.type = S_ISREG(mode)   ? FileInfo::Type::regular
                : S_ISDIR(mode) ? FileInfo::Type::directory
                : S_ISLNK(mode) ? FileInfo::Type::symlink
                                : FileInfo::Type::other;
    info.mode = mode & 07777;
    info.uid = static_cast<std::uint32_t>(status.st_uid);
    info.gid = static_cast<std::uint32_t>(status.st_gid);
    info.size = static_cast<std::uint64_t>(status.st_size);
    return info;
}

struct FreeStatus {
    void operator()(Status *status) const { guestfs_free_statns(status); }

    void operator()(StatusList *list) const { guestfs_free_statns_list(list); }

    void operator()(AttributeList *list) const { guestfs_free_xattr_list(list); }
};

template<typename T>
using Owned = std::unique_ptr<T, FreeStatus>;

void require_entry(const std::string &path, const char *what) {
    if (!base::is_normal_absolute(path) || path == "/")
        throw refusal::file_operation(what, path, EINVAL);
}

} // namespace

std::optional<FileInfo> ApplianceGuest::lstat(const std::string &path) const {
    const Owned<Status> status(guestfs_lstatns(g(), path.c_str()));
    if (status)
        return to_info(*status);
    if (is_absence(handle_->error_number()))
        return std::nullopt;
    throw handle_->file_error("look at", path);
}

/// False when there is a file of another type. Opening a fifo would wait for ever.
bool ApplianceGuest::is_regular(const std::string &path, const char *what) const {
    const Owned<Status> status(guestfs_statns(g(), path.c_str()));
    if (!status)
        throw handle_->file_error(what, path);
    return S_ISREG(static_cast<mode_t>(status->st_mode));
}

std::optional<std::string> ApplianceGuest::head(const std::string &path, std::size_t bytes) const {
    const Owned<Status> status(guestfs_statns(g(), path.c_str()));
    if (!status || !S_ISREG(static_cast<mode_t>(status->st_mode)))
        return std::nullopt;
    std::size_t size = 0;
    const OwnedText text(guestfs_pread(g(), path.c_str(), static_cast<int>(bytes), 0, &size));
    if (!text)
        throw handle_->file_error("read", path);
    return std::string(text.get(), size);
}

std::string ApplianceGuest::read(const std::string &path, std::size_t max_bytes) const {
    if (!is_regular(path, "read"))
        throw refusal::not_regular(path);
    const Watchdog::Watch watch(*watchdog_, k_transfer_limit);
    std::string bytes;
    while (bytes.size() <= max_bytes) {
        const std::size_t wanted = std::min(k_read_piece, max_bytes + 1 - bytes.size());
        std::size_t size = 0;
        const OwnedText piece(guestfs_pread(g(), path.c_str(), static_cast<int>(wanted),
                                            static_cast<std::int64_t>(bytes.size()), &size));
        if (!piece)
            throw handle_->file_error("read", path);
        bytes.append(piece.get(), size);
        if (size < wanted)
            break;
    }
    if (bytes.size() > max_bytes)
        throw refusal::too_large(path, max_bytes);
    return bytes;
}

std::string ApplianceGuest::sha256(const std::string &path) const {
    if (!is_regular(path, "read"))
        throw refusal::not_regular(path);
    const Watchdog::Watch watch(*watchdog_, k_transfer_limit);
    const OwnedText digest(guestfs_checksum(g(), "sha256", path.c_str()));
    if (!digest)
        throw handle_->file_error("read", path);
    return digest.get();
}

std::string ApplianceGuest::read_link(const std::string &path) const {
    const OwnedText target(guestfs_readlink(g(), path.c_str()));
    if (!target)
        throw handle_->file_error("read the link", path);
    return target.get();
}

std::optional<std::string> ApplianceGuest::label(const std::string &path) const {
    std::size_t size = 0;
    const OwnedText label(guestfs_lgetxattr(g(), path.c_str(), model::k_label_attribute, &size));
    if (label)
        return std::string(std::string_view(label.get(), size).substr(0, std::strlen(label.get())));
    const int code = handle_->error_number();
    if (code == ENODATA || code == EOPNOTSUPP)
        return std::nullopt;
    throw handle_->file_error("look at", path);
}

std::vector<DirectoryEntry> ApplianceGuest::list(const std::string &path) const {
    const Owned<Status> status(guestfs_statns(g(), path.c_str()));
    if (!status && !is_absence(handle_->error_number()))
        throw handle_->file_error("list", path);
    if (!status || !S_ISDIR(static_cast<mode_t>(status->st_mode)))
        return {};
    std::vector<std::string> names = take_list(guestfs_ls(g(), path.c_str()));
    std::vector<char *> pointers;
    pointers.reserve(names.size() + 1);
    for (std::string &name : names)
        pointers.push_back(name.data());
    pointers.push_back(nullptr);
    const Owned<StatusList> entries(guestfs_lstatnslist(g(), path.c_str(), pointers.data()));
    if (!entries || entries->len != names.size())
        throw handle_->file_error("list", path);
    std::vector<DirectoryEntry> result;
    for (std::size_t at = 0; at < names.size(); ++at)
        result.push_back({names[at], to_info(entries->val[at])});
    std::ranges::sort(result, {}, &DirectoryEntry::name);
    return result;
}

void ApplianceGuest::upload(const FileSource &source, const std::string &path) {
    const Watchdog::Watch watch(*watchdog_, k_transfer_limit);
    const auto *text = std::get_if<std::string>(&source);
    if (text != nullptr && text->size() <= k_write_message) {
        if (guestfs_write(g(), path.c_str(), text->data(), text->size()) != 0)
            throw handle_->file_error("write", path);
        return;
    }
    base::UniqueFd file;
    if (text != nullptr) {
        file.reset(memfd_create("retouch", MFD_CLOEXEC));
        base::write_all(file.get(), *text, "a memory file");
    } else {
        file = base::open_regular_file(std::get<std::filesystem::path>(source));
    }
    const std::string name = fmt::format("/proc/self/fd/{}", file.get());
    if (guestfs_upload(g(), name.c_str(), path.c_str()) != 0)
        throw handle_->file_error("write", path);
}

/// Owner before mode: changing the owner clears the set-id bits.
void ApplianceGuest::set_owner_and_mode(const std::string &path, std::uint32_t mode,
                                        std::uint32_t uid, std::uint32_t gid) {
    if (guestfs_lchown(g(), static_cast<int>(uid), static_cast<int>(gid), path.c_str()) != 0)
        throw handle_->file_error("set the owner of", path);
    if (guestfs_chmod(g(), static_cast<int>(mode), path.c_str()) != 0)
        throw handle_->file_error("set the mode of", path);
}

/// What the kernel has and does not hand out of the old file is not there for the new one either;
/// the library gives up at the first, so those that are text are then set one by one. Returns what
/// was to be done when it failed.
std::string ApplianceGuest::keep_attributes(const std::string &old, const std::string &path) {
    const std::optional<FileInfo> info = lstat(old);
    if (!info || info->type != FileInfo::Type::regular)
        return {};
    const Owned<AttributeList> list(guestfs_lgetxattrs(g(), old.c_str()));
    if (!list || list->len == 0)
        return {};
    const bool copied = guestfs_copy_attributes(g(), old.c_str(), path.c_str(),
                                                GUESTFS_COPY_ATTRIBUTES_XATTRIBUTES, 1, -1) == 0;
    for (std::uint32_t at = 0; at < list->len; ++at) {
        const guestfs_xattr &attribute = list->val[at];
        const bool is_kept = is_kept_on_replacing(attribute.attrname);
        if (copied && !is_kept)
            guestfs_lremovexattr(g(), attribute.attrname, path.c_str());
        const bool is_text = std::memchr(attribute.attrval, 0, attribute.attrval_len) == nullptr;
        if (!copied && is_kept && is_text &&
            guestfs_lsetxattr(g(), attribute.attrname,
                              std::string(attribute.attrval, attribute.attrval_len).c_str(),
                              static_cast<int>(attribute.attrval_len), path.c_str()) != 0)
            return fmt::format("keep the attribute {} of", base::escape(attribute.attrname));
    }
    return {};
}

void ApplianceGuest::write(const std::string &path, const FileSource &source, std::uint32_t mode,
                           std::uint32_t uid, std::uint32_t gid) {
    require_entry(path, "write");
    const std::string temporary =
        base::join(base::parent_path(path), ".retouch-" + base::random_uuid());
    std::string doing;
    try {
        upload(source, temporary);
        doing = keep_attributes(path, temporary);
        if (!doing.empty())
            throw handle_->file_error(doing, path);
        set_owner_and_mode(temporary, mode, uid, gid);
        if (guestfs_rename(g(), temporary.c_str(), path.c_str()) != 0)
            throw handle_->file_error("write", path);
    } catch (const Error &) {
        const int code = handle_->error_number();
        guestfs_rm_f(g(), temporary.c_str());
        if (code == 0)
            throw;
        throw refusal::file_operation(doing.empty() ? "write" : doing, path, code);
    }
}

void ApplianceGuest::make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                    std::uint32_t gid) {
    require_entry(path, "create the directory");
    if (guestfs_mkdir_mode(g(), path.c_str(), 0700) != 0)
        throw handle_->file_error("create the directory", path);
    set_owner_and_mode(path, mode, uid, gid);
}

void ApplianceGuest::make_link(const std::string &target, const std::string &path) {
    constexpr const char *what = "create the link";
    require_entry(path, what);
    const std::string temporary =
        base::join(base::parent_path(path), ".retouch-" + base::random_uuid());
    if (guestfs_ln_s(g(), target.c_str(), temporary.c_str()) != 0)
        throw handle_->file_error(what, path);
    if (guestfs_rename(g(), temporary.c_str(), path.c_str()) == 0)
        return;
    Error error = handle_->file_error(what, path);
    guestfs_rm_f(g(), temporary.c_str());
    throw Error(std::move(error));
}

void ApplianceGuest::set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                    std::uint32_t gid) {
    const std::optional<FileInfo> info = lstat(path);
    if (!info || info->type == FileInfo::Type::symlink)
        throw refusal::file_operation("set the mode and owner of", path, info ? ELOOP : ENOENT);
    set_owner_and_mode(path, mode, uid, gid);
}

void ApplianceGuest::remove(const std::string &path) {
    require_entry(path, "remove");
    if (!lstat(path))
        return;
    const Watchdog::Watch watch(*watchdog_, k_transfer_limit);
    // rm -rf runs outside the chroot: links on the way to the entry must be gone.
    static_cast<void>(remove_entry(
        base::join(resolve_in_guest(*this, base::parent_path(path)), base::base_name(path)), 0));
}

/// False when a mount point in it made it stay.
bool ApplianceGuest::remove_entry(const std::string &path, int depth) {
    const bool holds_mount = std::ranges::any_of(facts_.mount_points, [&](const MountPoint &point) {
        return base::is_within(point.path, path);
    });
    if (!holds_mount || depth == k_deepest) {
        if (guestfs_rm_rf(g(), path.c_str()) != 0)
            throw handle_->file_error("remove", path);
        return true;
    }
    for (const DirectoryEntry &entry : list(path))
        static_cast<void>(remove_entry(base::join(path, entry.name), depth + 1));
    return false;
}

} // namespace retouch::guest
