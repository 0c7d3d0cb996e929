#include "guest/machine/server/partition.hpp"

#include "base/file.hpp"
#include "base/sync_file.hpp"
#include "base/text.hpp"
#include "guest/machine/machine_paths.hpp"

#include <charconv>
#include <fcntl.h>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

constexpr std::uint64_t k_sector = 512;
constexpr std::size_t k_longest_number = 32;

/// In bytes; what the kernel tells is in sectors.
std::uint64_t told(const std::filesystem::path &device, const char *what) {
    const std::string text = base::read_if_there(
        std::filesystem::path("/sys/class/block") / device.filename() / what, k_longest_number);
    std::uint64_t sectors = 0;
    std::from_chars(text.data(), text.data() + text.size(), sectors);
    return sectors * k_sector;
}

} // namespace

Partition::Partition(const Volume &volume)
    : path_(volume.number == 0 ? k_machine_disk
                               : fmt::format("{}{}", k_machine_disk, volume.number)) {
    const bool is_it = volume.number >= 0 && told(path_, "size") == volume.size &&
                       (volume.number == 0 || told(path_, "start") == volume.offset);
    if (!is_it)
        throw Error(ErrorKind::refused,
                    fmt::format("the kernel does not see {} of the image as its partition table "
                                "says",
                                base::escape(volume.device)));
}

void Partition::finish() {
    base::sync_file(base::open_file(path_, O_RDONLY).get(), path_);
}

} // namespace retouch::guest
