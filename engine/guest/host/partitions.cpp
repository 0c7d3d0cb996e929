// sfdisk tells the partitions as JSON, blkid what is on each. Both only read. What they say comes
// from the image: numbers are checked against the disk, counts are bounded.

#include "guest/host/partitions.hpp"

#include "base/process.hpp"
#include "base/text.hpp"
#include "retouch/json.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace retouch {

namespace {

constexpr std::size_t k_most_partitions = 128;

std::string tool(const char *name, const char *package) {
    if (const std::optional<std::string> path = find_program(name))
        return *path;
    throw Error(ErrorKind::unavailable, fmt::format("{} is not installed", name),
                fmt::format("install the package {}", package));
}

/// Fills in what is on the volume; nothing when blkid does not know it.
void identify(const std::filesystem::path &disk, Volume &volume) {
    ProcessSpec spec;
    spec.program = tool("blkid", "util-linux");
    spec.arguments = {"-p",
                      "-O",
                      std::to_string(volume.offset),
                      "-S",
                      std::to_string(volume.size),
                      "-o",
                      "export",
                      "--",
                      disk.string()};
    for (const std::string &line : split_lines(run_process(spec).out)) {
        const std::size_t equals = std::min(line.find('='), line.size());
        std::string value = line.substr(std::min(equals + 1, line.size()));
        std::erase(value, '\\');
        set_blkid_value(volume, line.substr(0, equals), value);
    }
}

bool is_extended(const std::string &type) {
    return type == "5" || type == "f" || type == "85";
}

/// The number at the end of sfdisk's name for the partition, which is the disk's name and a number.
int partition_number(const std::string &node, const std::string &disk) {
    std::size_t at = std::min(disk.size(), node.size());
    at += node.substr(at, 1) == "p" ? 1 : 0;
    int number = 0;
    std::from_chars(node.data() + at, node.data() + node.size(), number);
    return number;
}

std::vector<Volume> volumes_of_table(const Json &table, const std::string &disk,
                                     std::uint64_t disk_size) {
    const std::uint64_t sector = table.value("sectorsize", std::uint64_t{512});
    const std::string label = table.value("label", "");
    std::string disk_id = table.value("id", "");
    if (disk_id.substr(0, 2) == "0x")
        disk_id.erase(0, 2);
    std::vector<Volume> volumes;
    for (const Json &partition : table.value("partitions", Json::array())) {
        Volume volume;
        volume.number = partition_number(partition.value("node", ""), disk);
        volume.device = fmt::format("/dev/sda{}", volume.number);
        volume.offset = partition.value("start", std::uint64_t{0}) * sector;
        volume.size = partition.value("size", std::uint64_t{0}) * sector;
        volume.partition_uuid = label == "dos" ? fmt::format("{}-{:02x}", disk_id, volume.number)
                                               : partition.value("uuid", "");
        volume.partition_label = partition.value("name", "");
        const bool fits = volume.size > 0 && volume.offset < disk_size &&
                          volume.size <= disk_size - volume.offset;
        if (fits && !is_extended(partition.value("type", "")) && volumes.size() < k_most_partitions)
            volumes.push_back(std::move(volume));
    }
    return volumes;
}

} // namespace

std::vector<Volume> read_volumes(const std::filesystem::path &disk, std::uint64_t disk_size) {
    ProcessSpec spec;
    spec.program = tool("sfdisk", "fdisk");
    spec.arguments = {"--json", "--", disk.string()};
    const ProcessResult listed = run_process(spec);
    std::vector<Volume> volumes;
    if (listed.ok()) {
        const Json document = Json::parse(to_valid_utf8(listed.out), nullptr, false);
        if (document.is_object() && document.contains("partitiontable"))
            volumes = volumes_of_table(document["partitiontable"], disk.string(), disk_size);
    } else {
        Volume whole;
        whole.device = "/dev/sda";
        whole.size = disk_size;
        volumes.push_back(whole);
    }
    for (Volume &volume : volumes)
        identify(disk, volume);
    return volumes;
}

} // namespace retouch
