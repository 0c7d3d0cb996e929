// sfdisk tells the partitions as JSON, blkid what is on each. Both only read, and what they say
// comes from the image. A tool that fails is never taken for one that found nothing.

#include "guest/host/partitions.hpp"

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "guest/partition_table.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr int k_blkid_found_nothing = 2;
constexpr int k_blkid_found_several = 8;
constexpr int k_sfdisk_failed = 1; ///< also when there is no table
constexpr int k_killed = 128;      ///< and the signal's number

base::ProcessSpec tool(const char *name, const char *package, std::vector<std::string> arguments) {
    const std::optional<std::string> path = base::find_program(name);
    if (!path)
        throw Error(ErrorKind::unavailable, fmt::format("{} is not installed", name),
                    fmt::format("install the package {}", package));
    base::ProcessSpec spec;
    spec.program = *path;
    spec.arguments = std::move(arguments);
    return spec;
}

Error broken(const char *name, const base::ProcessResult &result) {
    const std::string_view words = base::trim(result.err);
    const int status = result.exit_status;
    return {ErrorKind::unavailable,
            fmt::format("{} {} {} while it looked at the image's partitions{}{}", name,
                        status > k_killed ? "was ended by signal" : "ended with exit status",
                        status > k_killed ? status - k_killed : status, words.empty() ? "" : ": ",
                        base::escape(words.substr(0, 200))),
            "see that this host has memory and processes to spare, and try again"};
}

/// What blkid found on the volume is filled in. Returns the type of the partition table that is on
/// it, or nothing.
std::string identify(const std::filesystem::path &disk, Volume &volume) {
    const base::ProcessResult found =
        base::run_process(tool("blkid", "util-linux",
                               {"-p", "-O", std::to_string(volume.offset), "-S",
                                std::to_string(volume.size), "-o", "export", "--", disk.string()}));
    volume.ambiguous = found.exit_status == k_blkid_found_several;
    if (volume.ambiguous || found.exit_status == k_blkid_found_nothing)
        return "";
    if (!found.ok())
        throw broken("blkid", found);
    std::string table;
    for (const std::string &line : base::split_lines(found.out)) {
        const std::size_t equals = std::min(line.find('='), line.size());
        const std::string value = line.substr(std::min(equals + 1, line.size()));
        const std::string_view key = std::string_view(line).substr(0, equals);
        set_blkid_value(volume, key, value);
        if (key == "PTTYPE")
            table = value;
    }
    return table;
}

/// An ext3 or ext4 superblock may name any block device of this host as its journal.
bool has_external_journal(const std::filesystem::path &disk, const Volume &volume) {
    constexpr std::uint64_t superblock = 1024;
    constexpr std::size_t features = 0x5c;
    constexpr std::size_t journal_inode = 0xe0;
    constexpr std::uint8_t has_journal = 4;
    if (volume.filesystem != "ext3" && volume.filesystem != "ext4")
        return false;
    std::array<std::uint8_t, journal_inode + 4> bytes{};
    const base::UniqueFd file = base::open_file(disk, O_RDONLY);
    if (pread(file.get(), bytes.data(), bytes.size(),
              static_cast<off_t>(volume.offset + superblock)) != static_cast<ssize_t>(bytes.size()))
        throw base::system_error("read", disk, errno);
    constexpr std::array<std::uint8_t, 4> none{};
    return (bytes[features] & has_journal) != 0 &&
           std::equal(none.begin(), none.end(), bytes.begin() + journal_inode);
}

struct WholeDisk {
    Volume volume;
    std::string table; ///< type of the one that is on it
};

WholeDisk whole_disk(const std::filesystem::path &disk, std::uint64_t disk_size) {
    WholeDisk whole;
    whole.volume.device = "/dev/sda";
    whole.volume.size = disk_size;
    whole.table = identify(disk, whole.volume);
    return whole;
}

/// Of a disk without a table.
std::vector<Volume> the_only_volume(const std::filesystem::path &disk, std::uint64_t disk_size,
                                    const base::ProcessResult &sfdisk) {
    WholeDisk whole = whole_disk(disk, disk_size);
    if (whole.table == "dos" || whole.table == "gpt" || whole.table == "PMBR")
        throw broken("sfdisk", sfdisk);
    return {std::move(whole.volume)};
}

std::vector<Volume> partitions(const std::filesystem::path &disk, std::uint64_t disk_size,
                               const std::string &listed) {
    try {
        std::vector<Volume> volumes = read_partition_table(listed, disk_size);
        for (Volume &volume : volumes)
            static_cast<void>(identify(disk, volume));
        return volumes;
    } catch (const Error &reason) {
        return without_table(reason, whole_disk(disk, disk_size).volume,
                             base::read_if_there(disk, k_beginning));
    }
}

} // namespace

std::vector<Volume> read_volumes(const std::filesystem::path &disk, std::uint64_t disk_size) {
    const base::ProcessResult listed =
        base::run_process(tool("sfdisk", "fdisk", {"--json", "--", disk.string()}));
    if (!listed.ok() && listed.exit_status != k_sfdisk_failed)
        throw broken("sfdisk", listed);
    std::vector<Volume> volumes = listed.ok() ? partitions(disk, disk_size, listed.out)
                                              : the_only_volume(disk, disk_size, listed);
    for (Volume &volume : volumes)
        volume.external_journal = has_external_journal(disk, volume);
    return volumes;
}

} // namespace retouch::guest
