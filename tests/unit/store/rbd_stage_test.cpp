// A stage in Ceph, from clone to publication, and what is left when it ends early.

#include "store/rbd/rbd_store.hpp"
#include "unit/store/rbd_rig.hpp"

#include <csignal>

using namespace retouch;
using namespace retouch::test;

namespace {

std::string full_name(const std::string &id) {
    return fmt::format("{}/{}", k_pool, id);
}

std::string stage_name(const std::string &id) {
    return full_name("retouch-stage-" + id);
}

std::string meta(const std::string &image, const std::string &key) {
    return std::string(base::trim(rbd({"image-meta", "get", image, key})));
}

bool has_parent(const std::string &image) {
    return rbd({"info", image}).find("parent:") != std::string::npos;
}

/// What the source's bytes become by writing 4 KiB of 'Z' at 1 MiB.
std::string edited_bytes() {
    std::string bytes = noise(k_used);
    bytes.resize(k_size, '\0');
    bytes.replace(k_mib, 4096, 4096, 'Z');
    return bytes;
}

constexpr const char *k_until = "2030-01-01T00:00:00.000000Z";

KeptStage kept_stage(const SourceImage &source) {
    store::RbdStore store(glance_access(), k_pool);
    KeptStage kept;
    kept.id = base::random_uuid();
    const auto stage = store.stage(source.record(), kept.id, LineagePolicy::detach);
    edit(stage->disk(), {"write -P 90 1M 4k", "flush"});
    kept.sealed = stage->seal({});
    kept.proof = stage->keep(k_until);
    return kept;
}

} // namespace

TEST_CASE("rbd stage: grown, it is published with its size, and the source has its own", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    store::RbdStore store(glance_access(), k_pool);
    const std::string id = base::random_uuid();
    const auto lineage = GENERATE(LineagePolicy::detach, LineagePolicy::flatten);
    auto stage = store.stage(source.record(), id, lineage);
    stage->grow(4 * k_size);
    CHECK(stage->disk().virtual_size_bytes == 4 * k_size);
    edit(stage->disk(), {"write -P 90 1M 4k", "write -P 90 100M 4k", "flush"});
    CHECK(stage->seal({}).size == 4 * k_size);
    stage->publish();
    stage.reset();
    std::string wanted = edited_bytes();
    wanted.resize(4 * k_size, '\0');
    wanted.replace(100 * k_mib, 4096, 4096, 'Z');
    CHECK(bytes_of(full_name(id)) == wanted);
    CHECK(bytes_of(source.name() + "@snap").size() == k_size);
    store.remove(id);
}

TEST_CASE("rbd stage: cloned, edited, sealed and published, the source untouched", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    const std::string before = bytes_of(source.name() + "@snap");
    store::RbdStore store(glance_access(), k_pool);
    const std::string id = base::random_uuid();
    auto stage = store.stage(source.record(), id, LineagePolicy::detach);
    CHECK(stage->id() == id);
    CHECK(stage->location() == "rbd:" + stage_name(id));
    CHECK(*stage->disk().rbd() == RbdDisk{glance_access(), k_pool, "retouch-stage-" + id, {}});
    CHECK(stage->disk().virtual_size_bytes == source.record().size);
    CHECK_FALSE(stage->disk().read_only);
    CHECK(meta(stage_name(id), "retouch.stage") == id);
    CHECK(meta(stage_name(id), "retouch.source") ==
          fmt::format("{}/{}@snap", rig_fsid(), source.name()));
    CHECK(meta(stage_name(id), "retouch.pid") == std::to_string(getpid()));
    CHECK(meta(stage_name(id), "retouch.started").size() == 27);
    CHECK(rbd({"info", stage_name(id)}).find("deep-flatten") != std::string::npos);
    CHECK(rbd({"info", stage_name(id)}).find("clone-child") != std::string::npos);

    edit(stage->disk(), {"write -P 90 1M 4k", "flush"});
    const SealedImage sealed = stage->seal({});
    CHECK(sealed.size == source.record().size);
    CHECK(sealed.virtual_size_bytes == source.record().size);
    CHECK(sealed.checksum_algorithm.empty());
    // Each one is a wait for the monitor, and what is written below one is kept twice.
    CHECK(rbd({"snap", "ls", "--all", stage_name(id)}).empty());

    const auto reader = stage->reader();
    std::string read(k_size + 100, 'x');
    CHECK(reader->size() == k_size);
    read.resize(reader->read(0, read));
    CHECK(read == edited_bytes());
    CHECK(reader->read(k_size, read) == 0);

    stage->publish();
    stage.reset();
    CHECK_FALSE(exists(stage_name(id)));
    CHECK_THAT(rbd({"snap", "ls", full_name(id)}),
               Catch::Matches("SNAPID +NAME +SIZE +PROTECTED +TIMESTAMP[^\n]*\n *[0-9]+ +snap +32 "
                              "MiB +yes [^\n]*\n"));
    CHECK(rbd({"status", full_name(id)}).find("Watchers: none") != std::string::npos);
    CHECK(meta(full_name(id), "retouch.lineage") == "detach");
    CHECK(has_parent(full_name(id)));
    CHECK(bytes_of(full_name(id) + "@snap") == edited_bytes());
    CHECK(bytes_of(source.name() + "@snap") == before);
    CHECK(store.location_of(id) == fmt::format("rbd://{}/images/{}/snap", rig_fsid(), id));

    store.remove(id);
    CHECK_FALSE(exists(full_name(id)));
    CHECK(our_objects().empty());
}

TEST_CASE("rbd stage: kept, it waits under its mark, and is adopted and published", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    const KeptStage kept = kept_stage(source);
    CHECK(meta(stage_name(kept.id), "retouch.kept") == k_until);
    CHECK(rbd({"snap", "ls", stage_name(kept.id)}).find(" kept ") != std::string::npos);
    CHECK(rbd({"status", stage_name(kept.id)}).find("Watchers: none") != std::string::npos);

    store::RbdStore other(glance_access(), k_pool);
    const std::string id = base::random_uuid();
    auto stage = other.adopt(source.record(), kept, id, LineagePolicy::detach);
    CHECK_FALSE(exists(stage_name(kept.id)));
    CHECK(stage->location() == "rbd:" + stage_name(id));
    stage->publish();
    stage.reset();
    CHECK(meta(full_name(id), "retouch.stage") == id);
    CHECK_FALSE(rbd_can({"image-meta", "get", full_name(id), "retouch.kept"}));
    // The very snapshot, which its proof names.
    const std::string snapshot_id = kept.proof.substr(kept.proof.rfind(':') + 1);
    CHECK_THAT(rbd({"snap", "ls", "--all", full_name(id)}),
               Catch::Matches("SNAPID +NAME +SIZE +PROTECTED +TIMESTAMP[^\n]*\n *" + snapshot_id +
                              " +snap +32 MiB +yes [^\n]*\n"));
    CHECK(bytes_of(full_name(id) + "@snap") == edited_bytes());
    // It is published, and nothing that is kept.
    other.discard(id);
    CHECK(exists(full_name(id)));
    other.remove(id);
    CHECK_FALSE(exists(full_name(id)));
    CHECK(our_objects().empty());
}

TEST_CASE("rbd stage: whatever somebody did to a kept one, it is stale and left alone", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    const KeptStage kept = kept_stage(source);
    const std::string name = stage_name(kept.id);
    const std::string again = "rehearse again with --rehearse=keep; retouch discard removes what "
                              "is left of it";
    store::RbdStore store(glance_access(), k_pool);
    const auto complaint = [&] {
        return error_of(
            "/nowhere",
            [&] {
                static_cast<void>(
                    store.adopt(source.record(), kept, base::random_uuid(), LineagePolicy::detach));
            },
            ErrorKind::stale);
    };
    std::string expected;
    SECTION("written to") {
        rbd({"bench", "--io-type", "write", "--io-size", "4096", "--io-total", "4096", name});
        expected = "were written to: " + name;
    }
    SECTION("an object discarded") {
        edit({.place = RbdDisk{glance_access(), k_pool, "retouch-stage-" + kept.id, {}},
              .virtual_size_bytes = static_cast<std::int64_t>(k_size),
              .read_only = false},
             {"discard 0 8M", "flush"});
        expected = "were written to: " + name;
    }
    SECTION("grown") {
        rbd({"resize", "--no-progress", "--size", "64M", name});
        expected = "were written to: " + name;
    }
    SECTION("a snapshot taken") {
        rbd({"snap", "create", "--no-progress", name + "@mine"});
        expected = "have other snapshots than they had: " + name;
    }
    SECTION("changed under a snapshot of the same name") {
        rbd({"snap", "rm", "--no-progress", name + "@kept"});
        rbd({"bench", "--io-type", "write", "--io-size", "4096", "--io-total", "4096", name});
        rbd({"snap", "create", "--no-progress", name + "@kept"});
        expected = "have other snapshots than they had: " + name;
    }
    SECTION("another image in its place") {
        rbd({"snap", "rm", "--no-progress", name + "@kept"});
        rbd({"rm", "--no-progress", name});
        rbd({"create", "--size", "32M", name});
        expected = "are not there; something else has their name: " + name;
    }
    CHECK(complaint() == fmt::format("the bytes the rehearsal kept {}\nhint: {}", expected, again));
    CHECK(exists(name));
    CHECK(our_objects().find("rbd_id.retouch-stage-" + kept.id) != std::string::npos);
    rbd_can({"snap", "purge", "--no-progress", name});
    rbd({"rm", "--no-progress", name});
    CHECK(complaint() ==
          fmt::format("the bytes the rehearsal kept are gone: {}\nhint: {}", name, again));
    CHECK(our_objects().empty());
}

TEST_CASE("rbd stage: discarding removes a kept one, and none that is under work", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    const KeptStage kept = kept_stage(source);
    store::RbdStore store(glance_access(), k_pool);
    const std::string id = base::random_uuid();
    {
        const auto stage = store.stage(source.record(), id, LineagePolicy::detach);
        store.discard(id);
        CHECK(exists(stage_name(id)));
        store.discard(source.id());
        CHECK(exists(source.name()));
        store.discard(kept.id);
        store.discard(kept.id);
    }
    CHECK(our_objects().empty());
}

TEST_CASE("rbd stage: its data lies where the source's does", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source(k_pool, "vms");
    store::RbdStore store(admin_access(), k_pool);
    const std::string id = base::random_uuid();
    const auto stage = store.stage(source.record(), id, LineagePolicy::detach);
    CHECK(rbd({"info", stage_name(id)}).find("data_pool: vms\n") != std::string::npos);
}

TEST_CASE("rbd stage: it has no journal before it is published, whatever its source has", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    rbd({"feature", "enable", source.name(), "journaling"});
    store::RbdStore store(glance_access(), k_pool);
    const std::string id = base::random_uuid();
    const auto has_journal = [](const std::string &image) {
        return rbd({"info", image}).find("journaling") != std::string::npos;
    };
    const auto stage = store.stage(source.record(), id, LineagePolicy::detach);
    CHECK_FALSE(has_journal(stage_name(id)));
    edit(stage->disk(), {"write -P 90 1M 4k"});
    static_cast<void>(stage->seal({}));
    CHECK_FALSE(has_journal(stage_name(id)));
    stage->publish();
    CHECK(has_journal(full_name(id)));
    Image record = source.record();
    static_cast<void>(store.detach(published_record(id, store.location_of(id)), {}));
    CHECK(has_journal(full_name(id)));
    CHECK_FALSE(has_parent(full_name(id)));
    CHECK(bytes_of(full_name(id) + "@snap") == edited_bytes());
    store.remove(id);
    CHECK_FALSE(exists(full_name(id)));
}

TEST_CASE("rbd stage: flattened before it is sealed it shares nothing", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    store::RbdStore store(glance_access(), k_pool);
    const std::string id = base::random_uuid();
    const auto stage = store.stage(source.record(), id, LineagePolicy::flatten);
    edit(stage->disk(), {"write -P 90 1M 4k"});
    std::uint64_t last = 0;
    const SealedImage sealed = stage->seal([&](std::uint64_t done, std::uint64_t total) {
        last = done;
        return total <= k_size;
    });
    CHECK(sealed.size == source.record().size);
    CHECK(last == k_size);
    CHECK_FALSE(has_parent(stage_name(id)));
    stage->publish();
    CHECK(meta(full_name(id), "retouch.lineage") == "flatten");
    CHECK(bytes_of(full_name(id) + "@snap") == edited_bytes());
    store.remove(id);
}

TEST_CASE("rbd stage: discarded at any moment it leaves nothing", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    store::RbdStore store(glance_access(), k_pool);
    const std::string id = base::random_uuid();
    auto stage = store.stage(source.record(), id, LineagePolicy::detach);
    const std::string moment = GENERATE("cloned", "edited", "sealed", "half published");
    CAPTURE(moment);
    if (moment != "cloned")
        edit(stage->disk(), {"write -P 90 0 12M"});
    if (moment == "sealed" || moment == "half published")
        static_cast<void>(stage->seal({}));
    if (moment == "half published") {
        // Somebody's snapshot stops publish() after the rename.
        rbd({"snap", "create", "--no-progress", stage_name(id) + "@theirs"});
        CHECK(error_of(
                  "/none", [&] { stage->publish(); }, ErrorKind::failed) ==
              fmt::format("somebody has taken a snapshot of the RBD image {} while it was being "
                          "made\nhint: ",
                          full_name(id)));
        CHECK(exists(full_name(id)));
    }
    stage.reset();
    CHECK_FALSE(exists(full_name(id)));
    CHECK_FALSE(exists(stage_name(id)));
    CHECK(our_objects().empty());
    CHECK(rbd({"children", source.name() + "@snap"}).empty());
}

TEST_CASE("rbd stage: an id that is taken is refused and what has it stays", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    store::RbdStore store(glance_access(), k_pool);
    {
        const auto stage = store.stage(source.record(), source.id(), LineagePolicy::detach);
        static_cast<void>(stage->seal({}));
        CHECK(error_of(
                  "/none", [&] { stage->publish(); }, ErrorKind::failed) ==
              fmt::format("cannot rename the RBD image {} to {}: File exists\nhint: ",
                          stage_name(source.id()), source.id()));
    }
    CHECK(rbd({"snap", "ls", source.name()}).find("yes") != std::string::npos);
    CHECK_FALSE(exists(stage_name(source.id())));

    const std::string id = base::random_uuid();
    const auto stage = store.stage(source.record(), id, LineagePolicy::detach);
    CHECK(error_of(
              "/none",
              [&] { static_cast<void>(store.stage(source.record(), id, LineagePolicy::detach)); },
              ErrorKind::failed) ==
          fmt::format("there is a stage of image {} already\nhint: ", id));
    CHECK(exists(stage_name(id)));
    CHECK_THROWS_WITH(static_cast<void>(store.stage(source.record(), "x/y", LineagePolicy::keep)),
                      "'x/y' is not an image id");
}

TEST_CASE("rbd stage: a chain that is kept has an end", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    store::RbdStore store(glance_access(), k_pool, 2);
    std::vector<std::string> ids;
    Image last = source.record();
    for (int i = 0; i < 2; ++i) {
        ids.push_back(base::random_uuid());
        const auto stage = store.stage(last, ids.back(), LineagePolicy::keep);
        static_cast<void>(stage->seal({}));
        stage->publish();
        last = published_record(ids.back(), store.location_of(ids.back()));
    }
    CHECK(
        error_of(
            "/none",
            [&] { static_cast<void>(store.stage(last, base::random_uuid(), LineagePolicy::keep)); },
            ErrorKind::refused) ==
        fmt::format("keeping the lineage of {}@snap would make a chain of more than 2 images\n"
                    "hint: publish with 'lineage: detach' this time, which ends the chain",
                    full_name(ids.back())));
    CHECK(
        store.stage(last, base::random_uuid(), LineagePolicy::detach)->disk().virtual_size_bytes ==
        last.size);
    // One that others depend on stays, whole.
    CHECK(error_of(
              "/none", [&] { store.remove(ids[0]); }, ErrorKind::refused) ==
          fmt::format("the RBD image {0}@snap is in use: it has clones\nhint: 'rbd children "
                      "{0}@snap' lists those that may be seen",
                      full_name(ids[0])));
    CHECK(rbd({"snap", "ls", full_name(ids[0])}).find("yes") != std::string::npos);
    store.remove(ids[1]);
    store.remove(ids[0]);
    CHECK(our_objects().empty());
}

TEST_CASE("rbd stage: a writer that is left is named", "[rig][slow]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    store::RbdStore store(glance_access(), k_pool);
    const auto stage = store.stage(source.record(), base::random_uuid(), LineagePolicy::detach);
    const Scratch scratch;
    store::DiskExport served(stage->disk(), store::DiskExport::Protocol::nbd, scratch.path());
    SECTION("one that lives on is an error") {
        const std::string text = error_of(
            "/none", [&] { static_cast<void>(stage->seal({})); }, ErrorKind::temporary);
        CHECK_THAT(text, Catch::Matches("the RBD image images/retouch-stage-[0-9a-f-]{36} is still "
                                        "open for writing by client\\.[0-9]+ at 127\\.0\\.0\\.1:"
                                        "[0-9]+/[0-9]+\nhint: end that client and run the command "
                                        "again"));
        served.finish();
    }
    SECTION("one that was killed is waited for") {
        kill(served.pid(), SIGKILL);
        CHECK(stage->seal({}).size == source.record().size);
    }
}
