// Reading fstab and matching its device names against the volumes that were found. The text comes
// from the image and is bounded by the caller.

#include "guest/volume.hpp"

#include "base/path.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace retouch {

namespace {

constexpr std::size_t k_most_entries = 32;

constexpr std::array<std::string_view, 8> k_mountable = {"auto", "ext2",  "ext3", "ext4",
                                                         "xfs",  "btrfs", "vfat", "msdos"};

std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> fields;
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t start = line.find_first_not_of(" \t", at);
        if (start == std::string_view::npos)
            break;
        const std::size_t end = std::min(line.find_first_of(" \t", start), line.size());
        fields.emplace_back(line.substr(start, end - start));
        at = end;
    }
    return fields;
}

/// fstab writes blanks as \040.
std::string unescape(std::string_view text) {
    const auto octal = [](char digit) { return digit >= '0' && digit <= '7'; };
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 3 < text.size() && octal(text[at + 1]) &&
            octal(text[at + 2]) && octal(text[at + 3])) {
            result += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 +
                                        (text[at + 3] - '0'));
            at += 3;
        } else {
            result += text[at];
        }
    }
    return result;
}

bool has_option(std::string_view options, std::string_view wanted) {
    for (std::size_t at = 0; at <= options.size();) {
        const std::size_t end = std::min(options.find(',', at), options.size());
        if (options.substr(at, end - at) == wanted)
            return true;
        at = end + 1;
    }
    return false;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char letter) { return std::tolower(static_cast<unsigned char>(letter)); };
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// The text after `prefix`, without quotes, or empty.
std::string_view after(std::string_view text, std::string_view prefix) {
    if (text.substr(0, prefix.size()) != prefix)
        return {};
    text.remove_prefix(prefix.size());
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    return text;
}

/// Partition number of a first disk's name: sda1, vda1, xvda1, nvme0n1p1; 0 for the disk; -1 else.
int partition_number(std::string_view device) {
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
    return -1;
}

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

std::vector<FstabEntry> read_fstab(std::string_view text) {
    std::vector<FstabEntry> entries;
    for (const std::string &line : split_lines(text)) {
        const std::vector<std::string> fields = fields_of(line);
        if (fields.size() < 3 || fields[0].front() == '#' || entries.size() == k_most_entries)
            continue;
        const std::string path = unescape(fields[1]);
        const std::string_view options = fields.size() > 3 ? std::string_view(fields[3]) : "";
        const bool wanted = std::ranges::count(k_mountable, fields[2]) > 0 && path != "/" &&
                            is_normal_absolute(path) && !has_option(options, "noauto") &&
                            !has_option(options, "bind");
        if (wanted)
            entries.push_back({unescape(fields[0]), path, fields[2]});
    }
    std::ranges::stable_sort(entries, {},
                             [](const FstabEntry &entry) { return entry.path.size(); });
    return entries;
}

const Volume *find_volume(std::string_view fstab_device, const std::vector<Volume> &volumes) {
    struct Naming {
        std::string_view prefix;
        std::string Volume::*member;
    };

    static constexpr std::array namings = {
        Naming{"UUID=", &Volume::uuid},
        Naming{"LABEL=", &Volume::label},
        Naming{"PARTUUID=", &Volume::partition_uuid},
        Naming{"PARTLABEL=", &Volume::partition_label},
        Naming{"/dev/disk/by-uuid/", &Volume::uuid},
        Naming{"/dev/disk/by-label/", &Volume::label},
        Naming{"/dev/disk/by-partuuid/", &Volume::partition_uuid},
        Naming{"/dev/disk/by-partlabel/", &Volume::partition_label},
    };
    for (const Naming &naming : namings)
        if (const std::string_view value = after(fstab_device, naming.prefix); !value.empty())
            for (const Volume &volume : volumes)
                if (equal_ignoring_case(volume.*naming.member, value))
                    return &volume;
    if (const int number = partition_number(fstab_device); number >= 0)
        for (const Volume &volume : volumes)
            if (volume.number == number)
                return &volume;
    return nullptr;
}

} // namespace retouch
