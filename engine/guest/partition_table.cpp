// What sfdisk says comes from the image: numbers are checked against the disk, counts are bounded.

#include "guest/partition_table.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"
#include "retouch/json.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_most_partitions = 128;

Error unsound(const std::string &what) {
    return {ErrorKind::refused, fmt::format("the image's partition table is not sound: {}", what),
            "check that the image is complete, and repair the table with fdisk"};
}

std::uint64_t number_at(const Json &object, const char *key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_unsigned())
        throw unsound(fmt::format("a partition has no {}", key));
    return found->get<std::uint64_t>();
}

std::string text_at(const Json &object, const char *key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The number at the end of sfdisk's name for the partition, which is the disk's name and a number.
int partition_number(const std::string &node, const std::string &disk) {
    std::size_t at = std::min(disk.size(), node.size());
    at += node.substr(at, 1) == "p" ? 1 : 0;
    int number = 0;
    std::from_chars(node.data() + at, node.data() + node.size(), number);
    return number;
}

/// "No automatic mount", of the Discoverable Partitions Specification. sfdisk writes "GUID:60,63".
bool has_flag_63(const std::string &attributes) {
    const std::size_t at = attributes.find("GUID:");
    return at != attributes.npos && attributes.find("63", at) != attributes.npos;
}

class TableReader {
  public:
    TableReader(const Json &table, std::uint64_t disk_size)
        : disk_(text_at(table, "device")),
          table_(text_at(table, "label")),
          is_dos_(table_ == "dos"),
          disk_id_(text_at(table, "id")),
          sector_(table.contains("sectorsize") ? number_at(table, "sectorsize") : 512),
          sectors_(disk_size / std::max<std::uint64_t>(sector_, 1)) {
        if (disk_id_.starts_with("0x"))
            disk_id_.erase(0, 2);
    }

    [[nodiscard]] Volume read(const Json &partition) const {
        Volume volume;
        volume.number = partition_number(text_at(partition, "node"), disk_);
        volume.device = fmt::format("/dev/sda{}", volume.number);
        const std::uint64_t start = number_at(partition, "start");
        const std::uint64_t size = number_at(partition, "size");
        if (start >= sectors_ || size > sectors_ - start)
            throw unsound(fmt::format("{} ends beyond the disk's end", volume.device));
        volume.table = table_;
        volume.offset = start * sector_;
        volume.size = size * sector_;
        volume.partition_uuid = is_dos_ ? fmt::format("{}-{:02x}", disk_id_, volume.number)
                                        : text_at(partition, "uuid");
        volume.partition_label = as_blkid_writes(text_at(partition, "name"));
        if (!is_dos_) {
            volume.partition_type = base::small_letters(text_at(partition, "type"));
            volume.automatic = !has_flag_63(text_at(partition, "attrs"));
        }
        return volume;
    }

    /// A container of others.
    [[nodiscard]] bool is_extended(const Json &partition) const {
        const std::string type = text_at(partition, "type");
        return is_dos_ && (type == "5" || type == "f" || type == "85");
    }

    /// The mark by which a GPT keeps off programs that do not know it: its own table is gone.
    [[nodiscard]] bool is_guard(const Json &partition) const {
        return is_dos_ && text_at(partition, "type") == "ee";
    }

  private:
    std::string disk_;
    std::string table_; ///< its type
    bool is_dos_;
    std::string disk_id_;
    std::uint64_t sector_;
    std::uint64_t sectors_;
};

void require_apart(std::vector<Volume> volumes) {
    std::ranges::sort(volumes, {}, &Volume::offset);
    for (std::size_t at = 1; at < volumes.size(); ++at)
        if (volumes[at].offset < volumes[at - 1].offset + volumes[at - 1].size)
            throw unsound(
                fmt::format("{} and {} share sectors", volumes[at - 1].device, volumes[at].device));
}

Json table_of(const std::string &json) {
    Json document = Json::parse(base::to_valid_utf8(json), nullptr, false);
    if (!document.is_object() || !document.contains("partitiontable") ||
        !document["partitiontable"].is_object())
        throw unsound("sfdisk cannot tell what is in it");
    return document["partitiontable"];
}

} // namespace

std::uint64_t end_of_usable_sectors(const std::string &json) {
    const Json table = table_of(json);
    return table.contains("lastlba") ? number_at(table, "lastlba") + 1 : 0;
}

std::vector<Volume> read_partition_table(const std::string &json, std::uint64_t disk_size) {
    const Json table = table_of(json);
    const TableReader reader(table, disk_size);
    std::vector<Volume> volumes;
    for (const Json &partition : table.value("partitions", Json::array())) {
        if (reader.is_guard(partition))
            throw unsound("its GPT is damaged or cut off");
        if (reader.is_extended(partition))
            continue;
        if (volumes.size() == k_most_partitions)
            throw unsound(fmt::format("it has more than {} partitions", k_most_partitions));
        volumes.push_back(reader.read(partition));
    }
    require_apart(volumes);
    return volumes;
}

std::vector<Volume> without_table(const Error &reason, Volume whole, std::string_view beginning) {
    constexpr std::size_t large_sector = 4096;
    if (reason.kind() != ErrorKind::refused)
        throw Error(reason);
    if (!whole.filesystem.empty() && !whole.ambiguous)
        return {std::move(whole)};
    if (beginning.size() > large_sector && beginning.substr(large_sector).starts_with("EFI PART"))
        throw Error(
            ErrorKind::refused,
            "the image's partition table is made for a disk with sectors of 4,096 bytes",
            "use an image for disks with sectors of 512 bytes, which virtual machines have");
    throw Error(reason);
}

} // namespace retouch::guest
