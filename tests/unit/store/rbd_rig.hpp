#pragma once
// A rig for tests of the RBD store: where its Ceph is, images made and looked at with the rbd tool,
// never with our own code. Tests that use it are skipped unless RETOUCH_RIG names a running rig.

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "retouch/store.hpp"
#include "store/disk_export.hpp"
#include "unit/store/disk_files.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace retouch::test {

inline constexpr const char *k_pool = "images";
inline constexpr std::uint64_t k_object = 8 * k_mib;
inline constexpr std::uint64_t k_used = 2 * k_object; ///< of a source image
inline constexpr std::uint64_t k_size = 4 * k_object; ///< likewise

/// Says why a test was left out.
inline bool skipped_without_rig() {
    if (std::getenv("RETOUCH_RIG") != nullptr)
        return false;
    WARN("skipped: RETOUCH_RIG names no rig");
    return true;
}

inline std::filesystem::path rig_directory() {
    return std::getenv("RETOUCH_RIG");
}

/// What Glance itself has: one pool.
inline RbdAccess glance_access() {
    return {.conf = rig_directory() / "ceph.conf",
            .user = "glance",
            .keyring = rig_directory() / "ceph.client.glance.keyring"};
}

inline RbdAccess admin_access() {
    return {.conf = rig_directory() / "ceph.conf", .user = "admin", .keyring = {}};
}

/// Runs a program of Ceph's as client.admin.
inline base::ProcessResult ceph_tool(const std::string &program,
                                     std::vector<std::string> arguments) {
    base::ProcessSpec spec;
    spec.program = program;
    spec.arguments = {"-c", (rig_directory() / "ceph.conf").string()};
    spec.arguments.insert(spec.arguments.end(), arguments.begin(), arguments.end());
    return base::run_process(spec);
}

/// Runs rbd, which must succeed, and returns what it prints.
inline std::string rbd(std::vector<std::string> arguments) {
    const base::ProcessResult result = ceph_tool("rbd", std::move(arguments));
    CAPTURE(result.err);
    REQUIRE(result.ok());
    return result.out;
}

/// True when rbd does it.
inline bool rbd_can(std::vector<std::string> arguments) {
    return ceph_tool("rbd", std::move(arguments)).ok();
}

inline bool exists(const std::string &image) {
    return rbd_can({"info", image});
}

/// The bytes of an image or snapshot.
inline std::string bytes_of(const std::string &image) {
    const Scratch scratch;
    rbd({"export", "--no-progress", image, (scratch / "bytes").string()});
    return base::read_file(scratch / "bytes", 512 * k_mib);
}

/// Objects in a pool that bear a name of ours.
inline std::string our_objects(const std::string &pool = k_pool) {
    const base::ProcessResult all = ceph_tool("rados", {"-p", pool, "--all", "ls"});
    REQUIRE(all.ok());
    std::string ours;
    for (const std::string &line : base::split_lines(all.out))
        if (line.find("retouch") != std::string::npos)
            ours += std::string(base::trim(line)) + '\n';
    return ours;
}

inline std::string rig_fsid() {
    constexpr std::string_view key = "fsid = ";
    const std::string conf = base::read_file(rig_directory() / "ceph.conf", k_mib);
    return conf.substr(conf.find(key) + key.size(), 36);
}

/// An image as Glance leaves it: 16 MiB of noise, then a hole to 32 MiB, and a protected snapshot.
/// It is removed at the end, with what was cloned of it and lies in `pool`.
class SourceImage {
  public:
    explicit SourceImage(std::string pool = k_pool, const std::string &data_pool = {})
        : pool_(std::move(pool)) {
        const Scratch scratch;
        const auto file = make_file(scratch / "disk", k_size, {{0, noise(k_used)}});
        std::vector<std::string> words = {"import", "--no-progress", "--object-size", "8M"};
        if (!data_pool.empty())
            words.insert(words.end(), {"--data-pool", data_pool});
        words.insert(words.end(), {file.string(), name()});
        rbd(words);
        rbd({"snap", "create", "--no-progress", name() + "@snap"});
        rbd({"snap", "protect", name() + "@snap"});
        record_.id = id_;
        record_.name = "source";
        record_.size = static_cast<std::int64_t>(k_size);
        record_.locations = {fmt::format("rbd://{}/{}/{}/snap", rig_fsid(), pool_, id_)};
    }

    ~SourceImage() {
        ceph_tool("rbd", {"snap", "unprotect", name() + "@snap"});
        ceph_tool("rbd", {"snap", "purge", "--no-progress", name()});
        ceph_tool("rbd", {"rm", "--no-progress", name()});
    }

    SourceImage(const SourceImage &) = delete;
    SourceImage &operator=(const SourceImage &) = delete;

    [[nodiscard]] const std::string &id() const { return id_; }

    [[nodiscard]] const Image &record() const { return record_; }

    /// POOL/ID
    [[nodiscard]] std::string name() const { return pool_ + '/' + id_; }

  private:
    std::string pool_;
    std::string id_ = base::random_uuid();
    Image record_;
};

/// Runs commands of qemu-io on a disk and ends the export as a guest would.
inline void edit(const Disk &disk, const std::vector<std::string> &commands) {
    const Scratch scratch;
    store::DiskExport served(disk, store::DiskExport::Protocol::nbd, scratch.path());
    base::ProcessSpec spec;
    spec.program = "qemu-io";
    spec.arguments = {"-f", "raw"};
    for (const std::string &command : commands)
        spec.arguments.insert(spec.arguments.end(), {"-c", command});
    spec.arguments.push_back("nbd:unix:" + served.path().string() + ":exportname=disk");
    const base::ProcessResult result = base::run_process(spec);
    CAPTURE(result.out, result.err);
    REQUIRE(result.ok());
    served.finish();
}

/// The record of what was published as `id` from `source`.
inline Image published_record(const std::string &id, const std::string &location) {
    Image image;
    image.id = id;
    image.name = "published";
    image.size = static_cast<std::int64_t>(k_size);
    image.locations = {location};
    return image;
}

/// Removes an image with its protected snapshot, whatever there is of it.
inline void clear_image(const std::string &image) {
    ceph_tool("rbd", {"snap", "unprotect", image + "@snap"});
    ceph_tool("rbd", {"snap", "purge", "--no-progress", image});
    ceph_tool("rbd", {"rm", "--no-progress", image});
}

} // namespace retouch::test
