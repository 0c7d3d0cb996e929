// What is said of filesystems that can be mounted all the same.

#include "guest/volume_doubts.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

guest::Volume volume(const std::string &device, const std::string &filesystem) {
    guest::Volume made;
    made.device = device;
    made.filesystem = filesystem;
    made.uuid = "b60f";
    return made;
}

std::vector<std::string> doubts(const std::string &filesystem) {
    return guest::volume_doubts({{"/", "/dev/sda1", filesystem}},
                                {volume("/dev/sda1", filesystem), volume("/dev/sda2", filesystem)},
                                [](const std::string &) { return std::string(); });
}

} // namespace

TEST_CASE("volume doubts: another filesystem with the root's UUID is one", "[guest]") {
    CHECK(doubts("ext4") == std::vector<std::string>{
                                "the root on /dev/sda1 and /dev/sda2 have one UUID, b60f: which "
                                "of them a machine boots is left to chance where its boot loader "
                                "goes by that; give one of them another (tune2fs -U, xfs_admin "
                                "-U)"});
}

TEST_CASE("volume doubts: one filesystem of btrfs on several devices is none", "[guest]") {
    CHECK(doubts("btrfs").empty());
}
