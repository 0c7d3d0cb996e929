#include "guest/fstab_mounts.hpp"

#include "base/text.hpp"
#include "guest/discovered_mounts.hpp"
#include "guest/mount_rules.hpp"
#include "guest/refusals.hpp"
#include "guest/resolve.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>

namespace retouch::guest {

namespace {

/// Options by which a machine sees something else than the whole filesystem of a partition.
constexpr std::array<std::string_view, 4> k_other_views = {"X-mount.subdir=", "loop",
                                                           "offset=", "sizelimit="};

void require_plain_view(const FstabEntry &entry) {
    for (const std::string &option : entry.options)
        for (const std::string_view view : k_other_views)
            if (option.substr(0, view.size()) == view)
                throw Error(ErrorKind::refused,
                            fmt::format("the option {} is not followed", base::escape(option)),
                            "use an image where a whole partition is mounted there");
}

std::string subvolume_of(const FstabEntry &entry, const std::string &type) {
    std::string wanted;
    for (const std::string &option : entry.options) {
        if (!option.starts_with("subvol=") && !option.starts_with("subvolid="))
            continue;
        if (type != "btrfs")
            throw Error(ErrorKind::refused,
                        fmt::format("{} has no subvolumes, but /etc/fstab says {}",
                                    base::escape(type), base::escape(option)));
        if (!is_plain_subvolume(option))
            throw Error(ErrorKind::refused,
                        fmt::format("the option {} is not followed", base::escape(option)),
                        "give the subvolume a name without quotes and backslashes");
        base::add_part(wanted, option, ",");
    }
    return wanted;
}

/// Where they are opened their contents are among the volumes, and they are not.
bool is_container(const Volume &volume) {
    return volume.filesystem == "LVM2_member" || volume.filesystem == "linux_raid_member";
}

bool is_encrypted(const Volume &volume) {
    return volume.filesystem == "crypto_LUKS";
}

const Volume &the_volume(const FstabEntry &entry, const std::vector<Volume> &volumes) {
    const std::vector<const Volume *> found = find_volumes(entry.device, volumes);
    if (found.size() == 1)
        return *found.front();
    const std::string name = base::escape(entry.device);
    if (found.size() > 1)
        throw Error(ErrorKind::refused,
                    fmt::format("{} is the name of both {} and {}", name, found[0]->device,
                                found[1]->device),
                    "give the filesystems of the image different names");
    if (std::ranges::any_of(volumes, is_container))
        throw Error(ErrorKind::refused,
                    fmt::format("{} is not a partition of the image, and LVM and RAID are not "
                                "opened by this host's kernel",
                                name),
                    "use --guest appliance");
    if (std::ranges::any_of(volumes, is_encrypted))
        throw Error(ErrorKind::refused,
                    fmt::format("{} is not a partition of the image, and what is encrypted is not "
                                "opened",
                                name),
                    "use an image whose filesystems are not encrypted");
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
                    fmt::format("{} is not a directory in the guest", base::escape(path)),
                    "make the directory in the image");
    return path;
}

} // namespace

bool is_plain_subvolume(std::string_view option) {
    constexpr std::string_view by_id = "subvolid=";
    if (option.starts_with(by_id))
        return option.size() > by_id.size() &&
               option.find_first_not_of("0123456789", by_id.size()) == option.npos;
    return std::ranges::none_of(option, [](const char letter) {
        return static_cast<unsigned char>(letter) < ' ' || letter == '"' || letter == '\\';
    });
}

FstabMounts::FstabMounts(std::string_view fstab, const GuestView &guest)
    : entries_(read_fstab(fstab)), mentioned_(mentioned_places(fstab)), guest_(guest) {}

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
    std::map<std::string, std::pair<const Volume *, std::string>> taken = {{"/", {}}};
    const auto mount_one = [&](const FstabEntry &entry) {
        require_plain_view(entry);
        const Volume &volume = the_volume(entry, volumes);
        MountAs as{mount_type(volume, entry.types), {}};
        as.subvolume = subvolume_of(entry, as.type);
        const std::string path = place_of(entry, guest_);
        if (const auto other = taken.find(path); other != taken.end()) {
            if (other->second == std::pair(&volume, as.subvolume))
                return; // the same line twice
            throw Error(
                ErrorKind::refused,
                fmt::format("another filesystem is mounted on {} already", base::escape(path)),
                "remove one of the two from the image's /etc/fstab");
        }
        mount_volume(volume, as, path);
        taken.emplace(path, std::pair(&volume, as.subvolume));
        mounted.push_back({entry.path, volume.device, as.type, as.subvolume});
    };
    const auto try_one = [&](const FstabEntry &entry) {
        try {
            mount_one(entry);
        } catch (const Error &error) {
            if (!refusal::is_of_the_image(error))
                throw;
            const bool may_be_there = !find_volumes(entry.device, volumes).empty() ||
                                      std::ranges::any_of(volumes, is_container) ||
                                      std::ranges::any_of(volumes, is_encrypted);
            fail(entry, error, may_be_there, events);
        }
    };
    for (const FstabEntry &entry : entries_)
        if (entry.path != "/")
            try_one(entry);
    const DiscoveredMounts discovered = discovered_mounts(volumes, mentioned_, guest_);
    for (const auto &[path, reason] : discovered.left)
        tell(refusal::not_mounted(path, reason), events);
    for (const FstabEntry &entry : discovered.entries)
        try_one(entry);
    return mounted;
}

void FstabMounts::require(const std::vector<MountPoint> &found, EventSink &events) {
    for (const FstabEntry &entry : entries_)
        if (std::ranges::count(found, entry.path, &MountPoint::path) == 0)
            fail(entry,
                 Error(ErrorKind::refused,
                       fmt::format("{} was not found on the image", base::escape(entry.device))),
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
    tell(refusal::not_mounted(entry.path, reason.what()), events);
}

void FstabMounts::tell(const Event &event, EventSink &events) {
    unmounted_.push_back(event.message);
    events.on(event);
}

} // namespace retouch::guest
