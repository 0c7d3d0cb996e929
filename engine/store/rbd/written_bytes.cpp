// First the changed objects are found, which the object map answers at once for an image of any
// size; then these alone are asked for what was written in them.

#include "store/rbd/written_bytes.hpp"

#include "base/interrupt.hpp"

#include <fmt/format.h>
#include <rbd/librbd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

namespace retouch {

namespace {

constexpr std::uint64_t k_block = 4096;
/// Objects nearer to each other than this are asked about together.
constexpr std::uint64_t k_gap_objects = 32;
/// No more than this is read back for the sake of the figure.
constexpr std::uint64_t k_most_read = std::uint64_t{128} * 1024 * 1024;

struct Range {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;

    [[nodiscard]] std::uint64_t end() const { return offset + length; }
};

extern "C" int keep_written(std::uint64_t offset, std::size_t length, int exists, void *data) {
    if (exists != 0)
        static_cast<std::vector<Range> *>(data)->push_back({offset, length});
    return interrupt_due() ? -ECANCELED : 0;
}

extern "C" int note_any(std::uint64_t, std::size_t, int, void *data) {
    *static_cast<bool *>(data) = true;
    return interrupt_due() ? -ECANCELED : 0;
}

Error cannot_compare(const ImageHandle &image, int code) {
    return ceph_error(fmt::format("compare the RBD image {} with its snapshot", image.name()),
                      code);
}

std::vector<Range> differences(const ImageHandle &image, const std::string &snapshot, Range where,
                               bool whole_objects) {
    std::vector<Range> found;
    const int code = rbd_diff_iterate2(image.get(), snapshot.c_str(), where.offset, where.length, 0,
                                       whole_objects ? 1 : 0, keep_written, &found);
    if (code < 0)
        throw cannot_compare(image, code);
    std::ranges::sort(found, {}, &Range::offset);
    return found;
}

std::vector<Range> joined(const std::vector<Range> &ranges, std::uint64_t gap) {
    std::vector<Range> result;
    for (const Range &range : ranges) {
        if (!result.empty() && range.offset <= result.back().end() + gap)
            result.back().length =
                std::max(result.back().end(), range.end()) - result.back().offset;
        else
            result.push_back(range);
    }
    return result;
}

std::uint64_t used_blocks(const ImageHandle &image, Range range) {
    std::string bytes(range.length, '\0');
    bytes.resize(image.read(range.offset, bytes));
    std::uint64_t used = 0;
    for (std::uint64_t at = 0; at < bytes.size(); at += k_block) {
        const std::string_view block = std::string_view(bytes).substr(at, k_block);
        if (block.find_first_not_of('\0') != std::string_view::npos)
            used += block.size();
    }
    return used;
}

} // namespace

std::uint64_t bytes_written_since(const ImageHandle &image, const std::string &snapshot) {
    const std::uint64_t object = image.object_size();
    const auto changed =
        joined(differences(image, snapshot, {0, image.size()}, true), k_gap_objects * object);
    std::uint64_t written = 0;
    std::uint64_t read = 0;
    for (const Range &where : changed) {
        for (const Range &range : differences(image, snapshot, where, false)) {
            const bool maybe_new = range.offset % object == 0 && range.length > k_block;
            if (maybe_new && read + range.length <= k_most_read) {
                read += range.length;
                written += used_blocks(image, range);
            } else {
                written += range.length;
            }
        }
    }
    return written;
}

bool changed_since(const ImageHandle &image, const std::string &snapshot, std::uint64_t size_then) {
    if (image.size() != size_then)
        return true;
    bool any = false;
    const int code =
        rbd_diff_iterate2(image.get(), snapshot.c_str(), 0, size_then, 0, 1, note_any, &any);
    if (code < 0)
        throw cannot_compare(image, code);
    return any;
}

} // namespace retouch
