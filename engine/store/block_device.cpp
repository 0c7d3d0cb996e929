#include "store/block_device.hpp"

#include "base/child_environment.hpp"
#include "base/text.hpp"
#include "retouch/json.hpp"
#include "store/rbd/cluster.hpp"

#include <fmt/format.h>

namespace retouch::store {

namespace {

/// What of a file and of RBD is the same. Zeros that are written become holes, and take no room.
Json common_options(const Disk &disk) {
    return {{"node-name", "disk"},
            {"read-only", disk.read_only},
            {"auto-read-only", false},
            {"discard", "unmap"},
            {"detect-zeroes", disk.read_only ? "off" : "unmap"}};
}

Json file_of(const std::filesystem::path &path) {
    return {{"driver", "file"}, {"filename", path.string()}, {"aio", "threads"}};
}

Json unflushed_cache() {
    return {{"direct", false}, {"no-flush", true}};
}

/// Flushes of the guest are not passed on: what is worked on is worth nothing until it is finished,
/// and the export's end makes it durable at once.
Json file_device(const Disk &disk, const DiskFile &file) {
    Json node = common_options(disk);
    node["driver"] = file.format;
    node["cache"] = unflushed_cache();
    node["file"] = file_of(file.path);
    node["file"]["discard"] = "unmap";
    if (const auto *overlay = std::get_if<DiskOverlay>(&disk.place))
        node["backing"] = {{"driver", overlay->base.format},
                           {"read-only", true},
                           {"file", file_of(overlay->base.path)}};
    return node;
}

/// Flushes are passed on: librbd holds back writes once it has seen one, and only a flush says that
/// one of them failed.
Json rbd_device(const Disk &disk, const RbdDisk &rbd) {
    Json node = common_options(disk);
    node["driver"] = "rbd";
    node["pool"] = rbd.pool;
    node["image"] = rbd.image;
    if (!rbd.snapshot.empty())
        node["snapshot"] = rbd.snapshot;
    node["conf"] = ceph_conf_of(rbd.access).string();
    node["user"] = ceph_user_of(rbd.access);
    return node;
}

Json device(const Disk &disk) {
    if (const RbdDisk *rbd = disk.rbd())
        return rbd_device(disk, *rbd);
    return file_device(disk, disk.file().value());
}

Json overlay_device(const Disk &disk, const std::filesystem::path &overlay) {
    Json below = device(disk);
    below["node-name"] = "below";
    return {{"node-name", "disk"},        {"driver", "qcow2"},
            {"read-only", false},         {"auto-read-only", false},
            {"cache", unflushed_cache()}, {"discard", "unmap"},
            {"file", file_of(overlay)},   {"backing", below}};
}

bool says(const std::string &text, std::string_view words) {
    return text.find(words) != std::string::npos;
}

} // namespace

std::string block_device(const Disk &disk, const std::filesystem::path &overlay) {
    return (overlay.empty() ? device(disk) : overlay_device(disk, overlay)).dump();
}

std::optional<std::vector<std::pair<std::string, std::string>>>
block_device_environment(const Disk &disk) {
    const RbdDisk *rbd = disk.rbd();
    if (rbd == nullptr || rbd->access.keyring.empty())
        return std::nullopt;
    return base::environment_with("CEPH_KEYRING", rbd->access.keyring.string());
}

std::string disk_name(const Disk &disk) {
    if (const auto file = disk.file())
        return base::escape(file->path.string());
    const RbdDisk &rbd = *disk.rbd();
    return base::escape(fmt::format("rbd:{}/{}{}{}", rbd.pool, rbd.image,
                                    rbd.snapshot.empty() ? "" : "@", rbd.snapshot));
}

std::string open_hint(const Disk &disk, const std::string &said) {
    const RbdDisk *rbd = disk.rbd();
    if (rbd != nullptr && says(said, "Unknown driver"))
        return "install the package qemu-block-extra, which brings qemu's driver for Ceph";
    if (rbd != nullptr && says(said, "error connecting"))
        return fmt::format("check {} and the keyring of the Ceph user client.{}",
                           base::escape(ceph_conf_of(rbd->access).string()),
                           base::escape(ceph_user_of(rbd->access)));
    if (says(said, "\" lock"))
        return "another process has the image open; wait for it to end or stop it";
    if (rbd == nullptr && says(said, "Permission denied"))
        return "check the permissions of the image file";
    return {};
}

} // namespace retouch::store
