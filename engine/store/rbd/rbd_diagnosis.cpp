// What RBD needs, in the order in which one thing depends on the other. Rights are not read but
// tried, with everything a run does to a pool, on a tiny image of our own.

#include "store/diagnosis.hpp"

#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "model/checks.hpp"
#include "retouch/json.hpp"
#include "store/rbd/announcement.hpp"
#include "store/rbd/flatten.hpp"
#include "store/rbd/image_handle.hpp"
#include "store/rbd/librbd.hpp"
#include "store/rbd/marked_images.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/pool_images.hpp"
#include "store/rbd/rados_lock.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>

namespace retouch::store {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds k_patience{20};
constexpr std::uint64_t k_image_size = std::uint64_t{64} * 1024;
constexpr int k_object_order = 22;
constexpr int k_mimic = 13; ///< the first release whose clients know clones of format 2

bool is_configured(const RbdAccess &access) {
    std::error_code failed;
    return !access.conf.empty() || std::getenv("CEPH_CONF") != nullptr ||
           fs::exists(ceph_conf_of(access), failed);
}

/// Its driver is a module of its own. Opening a disk of a cluster that cannot exist fails either
/// way, but only a driver that is there says that the cluster's configuration is missing.
model::Verdict qemu_driver() {
    const Json disk = {{"driver", "rbd"},
                       {"node-name", "disk"},
                       {"pool", "none"},
                       {"image", "none"},
                       {"conf", "/dev/null/none"}};
    base::ProcessSpec spec;
    spec.program = "qemu-storage-daemon";
    spec.arguments = {"--blockdev", disk.dump()};
    spec.time_limit = k_patience;
    const base::ProcessResult ended = base::run_process(spec);
    if (ended.err.find("error reading conf file") != std::string::npos)
        return model::all_well("qemu can open disks in Ceph");
    if (ended.err.find("driver") != std::string::npos)
        throw Error(ErrorKind::unavailable, "qemu has no driver for disks in Ceph",
                    "install the package qemu-block-extra");
    throw Error(ErrorKind::unavailable,
                fmt::format("qemu's driver for disks in Ceph does not answer as it should: {}",
                            base::escape(base::trim(ended.err))),
                "install the packages qemu-block-extra and librbd1 of one release");
}

model::Verdict configuration(const fs::path &conf) {
    try {
        static_cast<void>(base::open_regular_file(conf));
    } catch (const Error &error) {
        throw Error(ErrorKind::bad_config, error.what(),
                    "name the right file in retouch.yaml (rbd: conf) or in CEPH_CONF");
    }
    return model::all_well(base::escape(conf.string()));
}

model::Verdict keyring(const fs::path &file) {
    try {
        static_cast<void>(base::open_regular_file(file));
    } catch (const Error &error) {
        throw Error(ErrorKind::not_authorised, error.what(),
                    "name the right file in retouch.yaml (rbd: keyring), and make it readable for "
                    "this user");
    }
    return model::all_well(base::escape(file.string()));
}

/// A tiny RBD image of this name, and its clone; gone with this object.
class ProbeImage {
  public:
    explicit ProbeImage(const Pool &pool) : pool_(pool) {
        int order = k_object_order;
        const int code =
            rbd_create2(pool_.get(), name_.c_str(), k_image_size, RBD_FEATURE_LAYERING, &order);
        if (code != 0)
            throw ceph_error(
                fmt::format("make an RBD image in the Ceph pool '{}'", base::escape(pool_.name())),
                code);
        try {
            ImageHandle image(pool_, name_, ImageHandle::Access::write);
            mark_as_made_here(image);
            image.close();
        } catch (...) {
            try_to_remove();
            throw;
        }
    }

    ~ProbeImage() { try_to_remove(); }

    ProbeImage(const ProbeImage &) = delete;
    ProbeImage &operator=(const ProbeImage &) = delete;

    /// All that is done to a source and to what is made of it.
    void use(const Cluster &cluster) {
        ImageHandle image(pool_, name_, ImageHandle::Access::write);
        image.create_snapshot("snap");
        image.protect("snap");
        image.close();
        clone_image(cluster, pool_, name_, "snap", pool_, clone_);
        ImageHandle copy(pool_, clone_, ImageHandle::Access::write);
        copy.set_metadata("retouch.doctor", "probe");
        copy.close();
        flatten_image(cluster.access(), pool_.name(), clone_, {});
        const std::string renamed = clone_ + "-renamed";
        rename_image(pool_, clone_, renamed);
        clone_ = renamed;
    }

    void remove() const {
        remove_image(pool_, clone_);
        if (auto image = ImageHandle::find(pool_, name_, ImageHandle::Access::write)) {
            image->remove_snapshot("snap");
            image->close();
        }
        remove_image(pool_, name_);
        // The pool's own settings may have put both into its trash.
        for (const TrashedImage &trashed : trashed_images(pool_))
            if (trashed.name.starts_with(name_))
                remove_trashed_image(pool_, trashed);
    }

  private:
    void try_to_remove() const noexcept {
        const base::InterruptShield shield;
        try {
            remove();
        } catch (const Error &) {
            return; // what failed before is what matters
        }
    }

    const Pool &pool_;
    std::string name_ = rbd_marks::probe_name(base::random_uuid());
    std::string clone_ = name_ + "-clone";
};

model::Verdict rights(const Cluster &cluster, const Pool &pool) {
    ProbeImage probe(pool);
    probe.use(cluster);
    probe.remove();
    return model::all_well(
        fmt::format("client.{} may make, clone, protect, flatten and remove images",
                    base::escape(ceph_user_of(cluster.access()))));
}

/// Whether images of the other pool may be cloned there shows only when one is.
model::Verdict scratch_rights(const Cluster &cluster, const std::string &name) {
    const Pool pool = cluster.pool(name);
    // Ceph limits the time of these writes, not that of writes to images.
    const std::string id = base::random_uuid();
    announce_stage(pool, id);
    withdraw_stage(pool, id);
    ProbeImage probe(pool);
    probe.use(cluster);
    probe.remove();
    return model::all_well(fmt::format("client.{} may rehearse in '{}'",
                                       base::escape(ceph_user_of(cluster.access())),
                                       base::escape(name)));
}

model::Verdict lock(const RbdAccess &access, const std::string &pool) {
    const std::string name = "doctor " + base::random_uuid();
    static_cast<void>(RadosLock(access, pool, name, name).require_held());
    return model::all_well("runs can keep each other out");
}

model::Verdict pool_contents(const Pool &pool) {
    const std::size_t count = image_names(pool).size();
    return model::all_well(fmt::format("'{}' holds {} RBD image{}", base::escape(pool.name()),
                                       count, count == 1 ? "" : "s"));
}

/// What other clients do when they make servers and volumes from images; ours ask for format 2.
model::Verdict clone_format(const Cluster &cluster) {
    if (cluster.required_release() >= k_mimic)
        return model::all_well("clones are of format 2, for every client");
    return model::all_well(
        "retouch makes clones of format 2; other clients of this cluster make format 1");
}

/// Who has a scratch pool to rehearse in may be one who shall not publish.
void check_rights_to_publish(const Cluster &cluster, const Pool &pool, bool rehearses,
                             model::Checks &checks) {
    bool may_write = true;
    // The lock comes first: its writes have a time limit, those to images do not.
    const bool has_lock = checks.check("lock", [&] {
        try {
            return lock(cluster.access(), pool.name());
        } catch (const Error &error) {
            if (!rehearses || error.kind() != ErrorKind::not_authorised)
                throw;
            may_write = false;
            return model::warning(
                fmt::format("client.{} may not write to '{}': it can plan and rehearse, "
                            "but not apply",
                            base::escape(ceph_user_of(cluster.access())),
                            base::escape(pool.name())),
                fmt::format("if it is to apply, it needs the right 'profile rbd pool={}'",
                            base::escape(pool.name())));
        }
    });
    if (has_lock && may_write)
        checks.check("rights", [&] { return rights(cluster, pool); });
}

} // namespace

std::vector<Finding> rbd_findings(const RbdAccess &access, const std::string &pool_name,
                                  const std::string &scratch_name) {
    model::Checks checks("Ceph");
    const fs::path conf = ceph_conf_of(access);
    if (!is_configured(access)) {
        checks.check("configuration", [&] {
            return model::warning(
                "no Ceph cluster is configured on this host: images are downloaded and "
                "uploaded whole",
                fmt::format("put a ceph.conf at {}, or name one in retouch.yaml "
                            "(rbd: conf)",
                            base::escape(conf.string())));
        });
        return checks.take();
    }
    if (base::find_program("qemu-storage-daemon"))
        checks.check("qemu's RBD driver", qemu_driver);
    bool usable = checks.check("configuration", [&] { return configuration(conf); });
    if (!access.keyring.empty())
        usable = checks.check("keyring", [&] { return keyring(access.keyring); }) && usable;
    std::unique_ptr<Cluster> cluster;
    if (!usable || !checks.check("connection", [&] {
            cluster = std::make_unique<Cluster>(access);
            return model::all_well(fmt::format("cluster {} as client.{}", cluster->fsid(),
                                               base::escape(ceph_user_of(access))));
        }))
        return checks.take();
    std::optional<Pool> pool;
    if (!checks.check("pool", [&] {
            pool.emplace(cluster->pool(pool_name));
            return pool_contents(*pool);
        }))
        return checks.take();
    const bool rehearses = !scratch_name.empty() && checks.check("scratch pool", [&] {
        return scratch_rights(*cluster, scratch_name);
    });
    check_rights_to_publish(*cluster, *pool, rehearses, checks);
    checks.check("clones", [&] { return clone_format(*cluster); });
    return checks.take();
}

} // namespace retouch::store
