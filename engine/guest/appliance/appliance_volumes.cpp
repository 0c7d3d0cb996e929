#include "guest/appliance/appliance_volumes.hpp"

#include "base/text.hpp"
#include "guest/partition_table.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

/// The shell may know the disks by other names than libguestfs does: the image's is the one that
/// has a partition table, if any has.
constexpr const char *k_tell_table =
    "for disk in /dev/sd?; do sfdisk --json $disk && break; done 2>/dev/null; true";

constexpr const char *k_array = "/dev/md";

int trailing_number(std::string_view device) {
    const std::size_t digits = device.find_last_not_of("0123456789") + 1;
    int number = 0;
    std::from_chars(device.data() + digits, device.data() + device.size(), number);
    return number;
}

void identify(const Handle &handle, Volume &volume) {
    char **found = guestfs_blkid(handle.get(), volume.device.c_str());
    if (found == nullptr) {
        const char *reason = guestfs_last_error(handle.get());
        volume.ambiguous = reason != nullptr && std::strstr(reason, "ambivalent") != nullptr;
        if (!volume.ambiguous)
            throw handle.error(fmt::format("look at {} of the image", base::escape(volume.device)));
    }
    const std::vector<std::string> pairs = take_list(found);
    for (std::size_t at = 0; at + 1 < pairs.size(); at += 2)
        set_blkid_value(volume, pairs[at], pairs[at + 1]);
}

std::uint64_t size_of(const Handle &handle, const std::string &disk) {
    const std::int64_t size = guestfs_blockdev_getsize64(handle.get(), disk.c_str());
    if (size < 0)
        throw handle.error("tell the size of the image's disk");
    return static_cast<std::uint64_t>(size);
}

/// The kernel cuts off what lies beyond the end, and takes partitions that share sectors.
std::vector<Volume> sound_table(const Handle &handle, const std::string &disk) {
    const std::string table = tell_table(handle);
    const std::uint64_t size = size_of(handle, disk);
    if (base::trim(table).empty())
        return {};
    return read_partition_table(table, size);
}

Volume whole_disk(const Handle &handle, const std::string &disk) {
    Volume whole;
    whole.device = disk;
    whole.size = size_of(handle, disk);
    identify(handle, whole);
    return whole;
}

std::vector<Volume> partitions(const Handle &handle, const std::string &disk) {
    const std::vector<std::string> devices = take_list(guestfs_list_partitions(handle.get()));
    std::vector<Volume> table;
    try {
        table = sound_table(handle, disk);
    } catch (const Error &reason) {
        return without_table(reason, whole_disk(handle, disk), beginning(handle));
    }
    if (devices.empty())
        return {whole_disk(handle, disk)};
    std::vector<Volume> volumes;
    for (const std::string &device : devices) {
        Volume volume;
        volume.device = device;
        volume.number = trailing_number(device);
        identify(handle, volume);
        const auto entry = std::ranges::find(table, volume.number, &Volume::number);
        if (entry != table.end()) {
            volume.partition_type = entry->partition_type;
            volume.automatic = entry->automatic;
            volume.table = entry->table;
            volume.offset = entry->offset;
            volume.size = entry->size;
        }
        volumes.push_back(std::move(volume));
    }
    return volumes;
}

Volume contained(const Handle &handle, const std::string &device, std::vector<std::string> names) {
    Volume volume;
    volume.device = device;
    volume.number = -1;
    volume.names = std::move(names);
    identify(handle, volume);
    return volume;
}

/// "/dev/VG/LV" is "/dev/mapper/VG-LV", where a hyphen in a name is written twice.
std::vector<std::string> names_of_logical_volume(const std::string &device) {
    std::string mapped = "/dev/mapper/";
    const std::string_view name = std::string_view(device).substr(std::strlen("/dev/"));
    for (const char letter : name)
        mapped += letter == '/' ? std::string("-") : std::string(letter == '-' ? 2 : 1, letter);
    return {device, mapped};
}

/// By the name in its superblock, "HOST:NAME": /dev/md/NAME, and for a number /dev/mdNUMBER.
std::vector<std::string> names_of_array(const Handle &handle, const std::string &device) {
    std::vector<std::string> names;
    const std::vector<std::string> pairs =
        take_list(guestfs_md_detail(handle.get(), device.c_str()));
    for (std::size_t at = 0; at + 1 < pairs.size(); at += 2) {
        if (pairs[at] != "name")
            continue;
        const std::string name = pairs[at + 1].substr(pairs[at + 1].find(':') + 1);
        names.push_back(fmt::format("/dev/md/{}", name));
        if (!name.empty() && name.find_first_not_of("0123456789") == name.npos)
            names.push_back(k_array + name);
    }
    return names;
}

bool is_opened_container(const Volume &volume) {
    return volume.filesystem == "LVM2_member" || volume.filesystem == "linux_raid_member";
}

} // namespace

std::string tell_table(const Handle &handle) {
    return ask_shell(handle, k_tell_table);
}

std::string beginning(const Handle &handle) {
    const std::vector<std::string> disks = take_list(guestfs_list_devices(handle.get()));
    std::size_t size = 0;
    const OwnedText data(disks.empty()
                             ? nullptr
                             : guestfs_pread_device(handle.get(), disks.front().c_str(),
                                                    static_cast<int>(k_beginning), 0, &size));
    if (!data)
        throw handle.error("read the image's disk");
    return {data.get(), size};
}

ApplianceVolumes appliance_volumes(const Handle &handle) {
    const std::vector<std::string> disks = take_list(guestfs_list_devices(handle.get()));
    if (disks.empty())
        throw handle.error("see the image's disk");
    ApplianceVolumes found;
    found.partitions = partitions(handle, disks.front());
    std::vector<Volume> volumes = found.partitions;
    for (const std::string &device : take_list(guestfs_list_md_devices(handle.get())))
        volumes.push_back(contained(handle, device, names_of_array(handle, device)));
    for (const std::string &device : take_list(guestfs_lvs(handle.get())))
        volumes.push_back(contained(handle, device, names_of_logical_volume(device)));
    std::erase_if(volumes, is_opened_container);
    found.usable = std::move(volumes);
    return found;
}

void stop_arrays(const Handle &handle, const std::vector<Volume> &volumes) {
    const auto is_array = [](const Volume &volume) { return volume.device.starts_with(k_array); };
    const std::vector<std::string> arrays = take_list(guestfs_list_md_devices(handle.get()));
    if (arrays.empty() && std::ranges::none_of(volumes, is_array))
        return;
    handle.check(guestfs_vg_activate_all(handle.get(), 0), "close the image's logical volumes");
    for (const std::string &device : arrays)
        handle.check(guestfs_md_stop(handle.get(), device.c_str()), "stop the image's arrays");
}

} // namespace retouch::guest
