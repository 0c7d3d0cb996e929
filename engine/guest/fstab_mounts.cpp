#include "guest/fstab_mounts.hpp"

#include "base/text.hpp"
#include "guest/mount_rules.hpp"
#include "guest/refusals.hpp"
#include "guest/resolve.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>

namespace retouch {

namespace {

/// Options by which a machine sees something else than the whole filesystem of a partition.
constexpr std::array<std::string_view, 6> k_other_views = {
    "subvol=", "subvolid=", "X-mount.subdir=", "loop", "offset=", "sizelimit="};

void require_plain_view(const FstabEntry &entry) {
    for (const std::string &option : entry.options)
        for (const std::string_view view : k_other_views)
            if (option.substr(0, view.size()) == view)
                throw Error(ErrorKind::refused,
                            fmt::format("the option {} is not followed", escape(option)),
                            "use an image where a whole partition is mounted there");
}

bool is_in_a_container(const Volume &volume) {
    constexpr std::array containers = {"LVM2_member", "crypto_LUKS", "linux_raid_member"};
    return std::ranges::count(containers, volume.filesystem) > 0;
}

const Volume &the_volume(const FstabEntry &entry, const std::vector<Volume> &volumes) {
    const std::vector<const Volume *> found = find_volumes(entry.device, volumes);
    if (found.size() == 1)
        return *found.front();
    const std::string name = escape(entry.device);
    if (found.size() > 1)
        throw Error(ErrorKind::refused,
                    fmt::format("{} is the name of both {} and {}", name, found[0]->device,
                                found[1]->device),
                    "give the filesystems of the image different names");
    if (std::ranges::any_of(volumes, is_in_a_container))
        throw Error(ErrorKind::refused,
                    fmt::format("{} is not a partition of the image, and what is in LVM, RAID or "
                                "encrypted partitions is opened only when the root is there, too",
                                name));
    throw Error(ErrorKind::refused, fmt::format("{} is not on the image", name));
}

bool is_written_by_packages(std::string_view path) {
    return path == "/boot" || path == "/usr" || path == "/var";
}

/// Without links.
std::string place_of(const FstabEntry &entry, const GuestView &guest) {
    std::string path = resolve_in_guest(guest, entry.path);
    const std::optional<FileInfo> info = guest.lstat(path);
    if (!info || info->type != FileInfo::Type::directory)
        throw Error(ErrorKind::refused,
                    fmt::format("{} is no directory in the guest", escape(path)),
                    "make the directory in the image");
    return path;
}

} // namespace

FstabMounts::FstabMounts(std::string_view fstab, const GuestView &guest)
    : entries_(read_fstab(fstab)), guest_(guest) {}

const FstabEntry *FstabMounts::entry_of(const std::string &path) const {
    const auto found = std::ranges::find(entries_, path, &FstabEntry::path);
    return found == entries_.end() ? nullptr : &*found;
}

void FstabMounts::check_root(const MountPoint &root) const {
    try {
        static_cast<void>(type_of(root));
    } catch (const Error &error) {
        throw refusal::cannot_mount(root.path, root.device, error);
    }
}

std::string FstabMounts::type_of(const MountPoint &found) const {
    const FstabEntry *entry = entry_of(found.path);
    if (entry == nullptr)
        return found.filesystem;
    Volume volume;
    volume.device = found.device;
    volume.filesystem = found.filesystem;
    return mount_type(volume, entry->types);
}

std::vector<MountPoint> FstabMounts::mount(const std::vector<Volume> &volumes, EventSink &events,
                                           const MountVolume &mount_volume) {
    std::vector<MountPoint> mounted;
    std::map<std::string, const Volume *> taken = {{"/", nullptr}};
    const auto mount_one = [&](const FstabEntry &entry) {
        require_plain_view(entry);
        const Volume &volume = the_volume(entry, volumes);
        const std::string type = mount_type(volume, entry.types);
        const std::string path = place_of(entry, guest_);
        if (const auto other = taken.find(path); other != taken.end()) {
            if (other->second == &volume)
                return; // the same line twice
            throw Error(ErrorKind::refused,
                        fmt::format("another filesystem is mounted on {} already", escape(path)),
                        "remove one of the two from the image's /etc/fstab");
        }
        mount_volume(volume, type, path);
        taken.emplace(path, &volume);
        mounted.push_back({entry.path, volume.device, type});
    };
    for (const FstabEntry &entry : entries_) {
        if (entry.path == "/")
            continue;
        try {
            mount_one(entry);
        } catch (const Error &error) {
            if (!refusal::is_of_the_image(error))
                throw;
            fail(entry, error, !find_volumes(entry.device, volumes).empty(), events);
        }
    }
    return mounted;
}

void FstabMounts::require(const std::vector<MountPoint> &found, EventSink &events) {
    for (const FstabEntry &entry : entries_)
        if (std::ranges::count(found, entry.path, &MountPoint::path) == 0)
            fail(entry,
                 Error(ErrorKind::refused,
                       fmt::format("{} was not found on the image", escape(entry.device))),
                 false, events);
}

void FstabMounts::fail(const MountPoint &found, const Error &reason, EventSink &events) {
    if (const FstabEntry *entry = entry_of(found.path))
        return fail(*entry, reason, true, events);
    throw refusal::cannot_mount(found.path, found.device, reason);
}

void FstabMounts::fail(const FstabEntry &entry, const Error &reason, bool is_there,
                       EventSink &events) {
    const bool is_needed = is_there && is_written_by_packages(entry.path);
    if (is_needed && reason.hint().empty())
        throw refusal::cannot_mount(
            entry.path, entry.device,
            Error(reason.kind(), reason.what(),
                  "repair the filesystem or its line in the image's /etc/fstab; what packages "
                  "write there must not land below it, whatever nofail says"));
    if (is_needed || !entry.dispensable)
        throw refusal::cannot_mount(entry.path, entry.device, reason);
    const Event event = refusal::not_mounted(entry.path, reason.what());
    unmounted_.push_back(event.message);
    events.on(event);
}

} // namespace retouch
