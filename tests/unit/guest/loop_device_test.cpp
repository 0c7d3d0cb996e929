// What a loop device says was written through it.

#include "guest/host/loop_device.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <memory>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace retouch;

namespace {

constexpr std::uint64_t k_mib = std::uint64_t{1} << 20;

/// Past the cache, so that each write is one of the device.
void write_at(const guest::LoopDevice &device, std::uint64_t offset, std::size_t size) {
    const base::UniqueFd fd = base::open_file(device.path(), O_RDWR | O_DIRECT);
    const std::unique_ptr<void, decltype(&std::free)> bytes(std::aligned_alloc(4096, size),
                                                            &std::free);
    std::memset(bytes.get(), 'x', size);
    REQUIRE(pwrite(fd.get(), bytes.get(), size, static_cast<off_t>(offset)) ==
            static_cast<ssize_t>(size));
}

std::filesystem::path empty_disk(const base::TemporaryDirectory &directory) {
    const auto file = directory.path() / "disk";
    base::write_file_atomically(file, "");
    REQUIRE(truncate(file.c_str(), 64 * k_mib) == 0);
    return file;
}

} // namespace

TEST_CASE("loop device: what is written through it is counted to the byte") {
    if (geteuid() != 0) {
        WARN("not tried: needs root");
        return;
    }
    const base::TemporaryDirectory directory("/var/tmp", "loop-test-");
    const auto file = empty_disk(directory);
    for (int round = 0; round < 2; ++round) { // the kernel goes on counting where it was
        guest::LoopDevice device(file, k_mib, 32 * k_mib);
        CHECK(device.bytes_written() == 0);
        write_at(device, 0, 8 * k_mib);
        CHECK(device.bytes_written() == 8 * k_mib);
        write_at(device, 4096, 4096);
        CHECK(device.bytes_written() == 8 * k_mib + 4096);
        const std::uint64_t range[] = {0, 4 * k_mib};
        REQUIRE(ioctl(base::open_file(device.path(), O_RDWR).get(), BLKDISCARD, range) == 0);
        CHECK(device.bytes_written() == 8 * k_mib + 4096);
        device.finish();
        CHECK(device.bytes_written() == 8 * k_mib + 4096);
    }
}

TEST_CASE("loop device: it counts where an administrator has turned that off") {
    if (geteuid() != 0) {
        WARN("not tried: needs root");
        return;
    }
    const base::TemporaryDirectory directory("/var/tmp", "loop-test-");
    const auto file = empty_disk(directory);
    const auto switch_of = [](const guest::LoopDevice &device) {
        return std::filesystem::path("/sys/block") / device.path().filename() / "queue/iostats";
    };
    guest::LoopDevice first(file, 0, k_mib);
    base::write_all(base::open_file(switch_of(first), O_WRONLY).get(), "0", switch_of(first));
    const auto path = first.path();
    first.finish();
    // The kernel gives the free device of the lowest number.
    guest::LoopDevice second(file, 0, k_mib);
    if (second.path() != path)
        WARN("another program took the device: " << path);
    write_at(second, 0, 4096);
    CHECK(second.bytes_written() == 4096);
    second.finish();
    base::write_all(base::open_file(switch_of(second), O_WRONLY).get(), "1", switch_of(second));
}
