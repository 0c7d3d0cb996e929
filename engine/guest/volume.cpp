// Names of volumes: blkid's on one side, an fstab's and udev's on the other. Both are untrusted.

#include "guest/volume.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

namespace retouch::guest {

namespace {

/// The text after `prefix`, without quotes, or empty.
std::string_view after(std::string_view text, std::string_view prefix) {
    if (text.substr(0, prefix.size()) != prefix)
        return {};
    text.remove_prefix(prefix.size());
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    return text;
}

/// udev writes a blank in the name of a link as \x20.
std::string from_udev(std::string_view name) {
    std::string text;
    for (std::size_t at = 0; at < name.size(); ++at) {
        unsigned char byte = 0;
        const char *digits = name.data() + at + 2;
        if (name.substr(at, 2) == "\\x" && at + 4 <= name.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            text += static_cast<char>(byte);
            at += 3;
        } else {
            text += name[at];
        }
    }
    return text;
}

/// Of udev's links by where a disk is attached or by what it is: ...-part1; 0 for the disk.
std::optional<int> linked_partition_number(std::string_view device) {
    constexpr std::string_view part = "-part";
    if (!device.starts_with("/dev/disk/by-path/") && !device.starts_with("/dev/disk/by-id/"))
        return std::nullopt;
    const std::size_t at = device.rfind(part);
    if (at == device.npos)
        return 0;
    const std::string_view digits = device.substr(at + part.size());
    int number = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (digits.empty() || code != std::errc() || end != digits.data() + digits.size())
        return 0;
    return number;
}

/// Partition number of a first disk's name: sda1, vda1, xvda1, nvme0n1p1; 0 for the disk.
std::optional<int> partition_number(std::string_view device) {
    if (const auto number = linked_partition_number(device))
        return number;
    for (const std::string_view disk :
         {"/dev/sda", "/dev/vda", "/dev/xvda", "/dev/hda", "/dev/nvme0n1p", "/dev/mmcblk0p"}) {
        if (device.substr(0, disk.size()) != disk)
            continue;
        const std::string_view digits = device.substr(disk.size());
        int number = 0;
        const auto [end, code] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (digits.empty() || (code == std::errc() && end == digits.data() + digits.size()))
            return number;
    }
    return std::nullopt;
}

enum class Kind { identifier, label };

struct Naming {
    std::string_view prefix;
    std::string Volume::*member;
    Kind kind;
    bool is_link; ///< of udev
};

constexpr std::array k_namings = {
    Naming{"UUID=", &Volume::uuid, Kind::identifier, false},
    Naming{"LABEL=", &Volume::label, Kind::label, false},
    Naming{"PARTUUID=", &Volume::partition_uuid, Kind::identifier, false},
    Naming{"PARTLABEL=", &Volume::partition_label, Kind::label, false},
    Naming{"/dev/disk/by-uuid/", &Volume::uuid, Kind::identifier, true},
    Naming{"/dev/disk/by-label/", &Volume::label, Kind::label, true},
    Naming{"/dev/disk/by-partuuid/", &Volume::partition_uuid, Kind::identifier, true},
    Naming{"/dev/disk/by-partlabel/", &Volume::partition_label, Kind::label, true},
};

} // namespace

void set_blkid_value(Volume &volume, std::string_view key, const std::string &value) {
    struct Key {
        std::string_view name;
        std::string Volume::*member;
    };

    static constexpr std::array keys = {
        Key{"TYPE", &Volume::filesystem},
        Key{"UUID", &Volume::uuid},
        Key{"LABEL", &Volume::label},
        Key{"PART_ENTRY_UUID", &Volume::partition_uuid},
        Key{"PART_ENTRY_NAME", &Volume::partition_label},
    };
    for (const Key &known : keys)
        if (key == known.name)
            volume.*known.member = value;
}

std::string as_blkid_writes(std::string_view text) {
    constexpr std::string_view quoted = " \\\"'$`<>";
    std::string result;
    for (const char letter : text) {
        auto byte = static_cast<unsigned char>(letter);
        if (byte >= 0x80)
            result += "M-";
        byte &= 0x7f;
        if (byte < 0x20 || byte == 0x7f) {
            result += '^';
            byte ^= 0x40;
        } else if (quoted.find(static_cast<char>(byte)) != std::string_view::npos) {
            result += '\\';
        }
        result += static_cast<char>(byte);
    }
    return result;
}

std::vector<const Volume *> find_volumes(std::string_view fstab_device,
                                         const std::vector<Volume> &volumes) {
    std::vector<const Volume *> found;
    const auto take_if = [&](const auto &matches) {
        for (const Volume &volume : volumes)
            if (matches(volume))
                found.push_back(&volume);
    };
    for (const Naming &naming : k_namings) {
        const std::string_view name = after(fstab_device, naming.prefix);
        if (name.empty())
            continue;
        const std::string value =
            as_blkid_writes(naming.is_link ? from_udev(name) : std::string(name));
        take_if([&](const Volume &volume) {
            const std::string &own = volume.*naming.member;
            return naming.kind == Kind::identifier
                       ? base::small_letters(own) == base::small_letters(value)
                       : own == value;
        });
    }
    take_if([&](const Volume &volume) {
        return std::ranges::find(volume.names, fstab_device) != volume.names.end();
    });
    if (const std::optional<int> number = partition_number(fstab_device); number && found.empty())
        take_if([&](const Volume &volume) { return volume.number == *number; });
    return found;
}

} // namespace retouch::guest
