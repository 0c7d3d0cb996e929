// Sizes first, then who takes the room: in the order in which one lies in the other.

#include "render/disk_words.hpp"

#include "base/text.hpp"

#include <cassert>
#include <fmt/format.h>
#include <vector>

namespace retouch::render {

namespace {

std::string disk_amount(std::int64_t bytes) {
    return base::format_bytes(static_cast<std::uint64_t>(bytes));
}

std::string size_words(const DiskGrowth &growth) {
    if (growth.before_bytes == 0)
        return growth.wish.size_bytes ? "of " + disk_amount(*growth.wish.size_bytes)
                                      : "of the source's size";
    if (growth.before_bytes == growth.after_bytes)
        return "stays at " + disk_amount(growth.before_bytes);
    return fmt::format("{} -> {}", disk_amount(growth.before_bytes),
                       disk_amount(growth.after_bytes));
}

std::string part_words(GrownPart part, const DiskGrowth &growth, bool first) {
    const std::string_view its = first ? "the" : "its";
    switch (part) {
    case GrownPart::partition:
        return fmt::format("partition {} (last)", growth.partition);
    case GrownPart::physical_volume:
        return fmt::format("{} physical volume", its);
    case GrownPart::logical_volume:
        return base::escape(growth.logical_volume);
    case GrownPart::filesystem:
        return fmt::format("{} {}", its, base::escape(growth.filesystem));
    }
    assert(false);
    return {};
}

std::string parts_words(const DiskGrowth &growth) {
    std::string text;
    for (std::size_t i = 0; i < growth.grows.size(); ++i) {
        const bool last = i > 0 && i + 1 == growth.grows.size();
        base::add_part(text, part_words(growth.grows[i], growth, i == 0), last ? " and " : ", ");
    }
    return text + (growth.grows.size() == 1 ? " grows" : " grow");
}

} // namespace

std::string disk_words(const DiskGrowth &growth) {
    const std::string size = size_words(growth);
    if (growth.state == StepState::unknown)
        return size + ", what on it grows is known when applied";
    if (!growth.grows.empty())
        return fmt::format("{}, {}", size, parts_words(growth));
    if (growth.wish.grow == DiskGrow::none)
        return size + ", its partitions stay as they are";
    return size + ", nothing on it is to grow";
}

} // namespace retouch::render
