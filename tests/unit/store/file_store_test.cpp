#include "store/file_store.hpp"

#include "base/uuid.hpp"
#include "store/content_digest.hpp"
#include "unit/store/disk_files.hpp"

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_source = "11111111-1111-4111-8111-111111111111";
constexpr const char *k_new = "22222222-2222-4222-8222-222222222222";

/// A store with one published raw image of 64 MiB.
struct World {
    Scratch scratch;
    store::FileStore store{scratch.path()};
    Image source;

    World() {
        source.id = k_source;
        source.size = source.virtual_size_bytes = 64 * k_mib;
        make_disk(file("11111111-1111-4111-8111-111111111111.raw"), 64 * k_mib);
    }

    [[nodiscard]] std::filesystem::path file(const char *name) const { return scratch / name; }

    [[nodiscard]] std::vector<std::string> files() const { return names_in(scratch.path()); }

    template<class Work>
    std::string error(Work work, ErrorKind kind = ErrorKind::failed) const {
        return error_of(scratch.path(), work, kind);
    }
};

constexpr const char *k_source_file = "11111111-1111-4111-8111-111111111111.raw";
constexpr const char *k_stage_file = ".stage-22222222-2222-4222-8222-222222222222.raw";
constexpr const char *k_new_file = "22222222-2222-4222-8222-222222222222.raw";
constexpr const char *k_adopted = "33333333-3333-4333-8333-333333333333";
constexpr const char *k_adopted_stage = ".stage-33333333-3333-4333-8333-333333333333.raw";
constexpr const char *k_adopted_file = "33333333-3333-4333-8333-333333333333.raw";
using Names = std::vector<std::string>;

void overwrite(const std::filesystem::path &path, std::uint64_t offset, std::string_view bytes) {
    const base::UniqueFd fd = base::open_file(path, O_RDWR);
    REQUIRE(pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
            static_cast<ssize_t>(bytes.size()));
}

/// A changed copy of the source, called k_new.
KeptStage kept_stage(World &world) {
    const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
    overwrite(stage->disk().file()->path, 10 * k_mib, "changed");
    KeptStage kept;
    kept.id = k_new;
    kept.sealed = stage->seal({});
    kept.proof = stage->keep("2030-01-01T00:00:00.000000Z");
    return kept;
}

} // namespace

TEST_CASE("file store: a stage is a writable private copy under the new id") {
    World world;
    const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
    CHECK(stage->id() == k_new);
    const Disk disk = stage->disk();
    CHECK(std::get<DiskFile>(disk.place) == DiskFile{"raw", world.file(k_stage_file)});
    CHECK(disk.virtual_size_bytes == 64 * k_mib);
    CHECK_FALSE(disk.read_only);
    CHECK(stage->location() == world.file(k_stage_file).string());
    CHECK(base::read_file(world.file(k_stage_file), 64 * k_mib) ==
          base::read_file(world.file(k_source_file), 64 * k_mib));
    CHECK(world.files() == Names{k_stage_file, k_source_file});
}

TEST_CASE("file store: writing to a stage never reaches the source") {
    World world;
    const std::string before = base::read_file(world.file(k_source_file), 64 * k_mib);
    const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
    overwrite(stage->disk().file()->path, 10 * k_mib, "changed");
    static_cast<void>(stage->seal({}));
    stage->publish();
    CHECK(base::read_file(world.file(k_source_file), 64 * k_mib) == before);
    CHECK(base::read_file(world.file(k_new_file), 64 * k_mib) != before);
}

TEST_CASE("file store: a stage that ends unpublished leaves nothing") {
    World world;
    { const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach); }
    CHECK(world.files() == Names{k_source_file});
    {
        const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
        static_cast<void>(stage->seal({}));
    }
    CHECK(world.files() == Names{k_source_file});
}

TEST_CASE("file store: sealing measures and publishing puts the file in place, read-only") {
    World world;
    SealedImage sealed;
    {
        const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
        overwrite(stage->disk().file()->path, 10 * k_mib, "changed");
        sealed = stage->seal({});
        stage->publish();
    }
    CHECK(world.files() == Names{k_source_file, k_new_file});
    CHECK(sealed.size == 64 * k_mib);
    CHECK(sealed.virtual_size_bytes == 64 * k_mib);
    CHECK(sealed.checksum_algorithm == store::k_content_digest);
    const base::UniqueFd fd = base::open_file(world.file(k_new_file), O_RDONLY);
    CHECK(sealed.checksum == store::content_digest(fd.get(), world.file(k_new_file)));
    CHECK((std::filesystem::status(world.file(k_new_file)).permissions() &
           std::filesystem::perms::all) == std::filesystem::perms(0400));
}

TEST_CASE("file store: a kept stage is adopted by another process and published as it was") {
    World world;
    const KeptStage kept = kept_stage(world);
    CHECK(world.files() == Names{k_stage_file, k_source_file});
    CHECK(kept.proof == std::string(store::k_content_digest) + ":" + kept.sealed.checksum);
    {
        store::FileStore other(world.scratch.path());
        const auto stage = other.adopt(world.source, kept, k_adopted, LineagePolicy::detach);
        CHECK(stage->id() == k_adopted);
        CHECK(world.files() == Names{k_adopted_stage, k_source_file});
        stage->publish();
    }
    CHECK(world.files() == Names{k_source_file, k_adopted_file});
    const base::UniqueFd fd = base::open_file(world.file(k_adopted_file), O_RDONLY);
    CHECK(kept.sealed.checksum == store::content_digest(fd.get(), world.file(k_adopted_file)));
}

TEST_CASE("file store: an adopted stage that is not published leaves nothing") {
    World world;
    const KeptStage kept = kept_stage(world);
    { const auto stage = world.store.adopt(world.source, kept, k_adopted, LineagePolicy::detach); }
    CHECK(world.files() == Names{k_source_file});
}

TEST_CASE("file store: a kept stage that is gone or changed is stale, and is left as it is") {
    World world;
    const KeptStage kept = kept_stage(world);
    const auto adopt = [&] {
        static_cast<void>(world.store.adopt(world.source, kept, k_adopted, LineagePolicy::detach));
    };
    const std::string hint = "apply on the host of the rehearsal, before the plan expires; or "
                             "rehearse again with --rehearse=keep";
    std::filesystem::permissions(world.file(k_stage_file), std::filesystem::perms(0644));
    overwrite(world.file(k_stage_file), 20 * k_mib, "x");
    CHECK(world.error(adopt, ErrorKind::stale) ==
          fmt::format("the bytes the rehearsal kept were changed: DIR/{}\nhint: {}", k_stage_file,
                      hint));
    CHECK(world.files() == Names{k_stage_file, k_source_file});
    world.store.discard(k_new);
    CHECK(world.files() == Names{k_source_file});
    CHECK(world.error(adopt, ErrorKind::stale) ==
          fmt::format("the bytes the rehearsal kept are not on this host: DIR/{}\nhint: {}",
                      k_stage_file, hint));
    world.store.discard(k_new);
}

TEST_CASE("file store: what a kept stage is said to measure is measured again") {
    World world;
    const KeptStage kept = kept_stage(world);
    const auto complaint = [&](auto forge) {
        KeptStage forged = kept;
        forge(forged.sealed);
        return world.error(
            [&] {
                static_cast<void>(
                    world.store.adopt(world.source, forged, k_adopted, LineagePolicy::detach));
            },
            ErrorKind::stale);
    };
    const std::string expected = fmt::format(
        "the bytes the rehearsal kept are not what the plan says of them: DIR/{}\nhint: apply on "
        "the "
        "host of the rehearsal, before the plan expires; or rehearse again with --rehearse=keep",
        k_stage_file);
    CHECK(complaint([](SealedImage &sealed) { sealed.size = 1; }) == expected);
    CHECK(complaint([](SealedImage &sealed) { sealed.virtual_size_bytes = 1; }) == expected);
    CHECK(complaint([](SealedImage &sealed) { sealed.checksum_algorithm = "sha512"; }) == expected);
    CHECK(complaint([](SealedImage &sealed) { sealed.checksum = std::string(128, '0'); }) ==
          expected);
    CHECK(world.files() == Names{k_stage_file, k_source_file});
}

TEST_CASE("file store: discarding takes no published image and no stage under work") {
    World world;
    world.store.discard(k_source);
    const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
    world.store.discard(k_new);
    CHECK(world.files() == Names{k_stage_file, k_source_file});
    CHECK(
        world.error([&] { world.store.discard("../" + std::string(k_source)); }, ErrorKind::invalid)
            .starts_with("'../"));
}

TEST_CASE("file store: publishing never replaces a file") {
    World world;
    make_file(world.file(k_new_file), 3, {{0, "old"}});
    {
        const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
        static_cast<void>(stage->seal({}));
        CHECK(world.error([&] { stage->publish(); }, ErrorKind::refused) ==
              "DIR/22222222-2222-4222-8222-222222222222.raw exists already\n"
              "hint: nothing is ever overwritten; choose another name or move it away");
    }
    CHECK(world.files() == Names{k_source_file, k_new_file});
    CHECK(base::read_file(world.file(k_new_file), 10) == "old");
}

TEST_CASE("file store: two stages of one id cannot be") {
    World world;
    const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
    CHECK(world.error(
              [&] {
                  static_cast<void>(world.store.stage(world.source, k_new, LineagePolicy::detach));
              },
              ErrorKind::refused) ==
          "DIR/.stage-22222222-2222-4222-8222-222222222222.raw exists already\n"
          "hint: nothing is ever overwritten; choose another name or move it away");
    CHECK(world.files() == Names{k_stage_file, k_source_file});
}

TEST_CASE("file store: a qcow2 image is staged as qcow2") {
    World world;
    run_tool("qemu-img", {"convert", "-f", "raw", "-O", "qcow2", world.file(k_source_file),
                          world.scratch / "11111111-1111-4111-8111-111111111111.qcow2"});
    world.source.disk_format = "qcow2";
    world.source.size = static_cast<std::int64_t>(
        std::filesystem::file_size(world.scratch / "11111111-1111-4111-8111-111111111111.qcow2"));
    const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
    CHECK(stage->disk().format() == "qcow2");
    CHECK(stage->disk().file()->path ==
          world.scratch / ".stage-22222222-2222-4222-8222-222222222222.qcow2");
    const SealedImage sealed = stage->seal({});
    CHECK(sealed.size == world.source.size);
    CHECK(sealed.virtual_size_bytes == 64 * k_mib);
    CHECK(sealed.checksum_algorithm == store::k_content_digest);
    stage->publish();
    CHECK(std::filesystem::exists(world.scratch / "22222222-2222-4222-8222-222222222222.qcow2"));
}

TEST_CASE("file store: a stage is sealed in the format that is wanted, the same disk in it") {
    World world;
    const auto [format, compression] = GENERATE(table<const char *, Compression>(
        {{"qcow2", Compression::none}, {"qcow2", Compression::zstd}, {"", Compression::none}}));
    CAPTURE(format);
    const std::string made = format == std::string("qcow2") ? "qcow2" : "raw";
    const std::string name = std::string(k_new) + "." + made;
    {
        const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
        overwrite(stage->disk().file()->path, 10 * k_mib, "changed");
        stage->keep_as({format, compression});
        const SealedImage sealed = stage->seal({});
        CHECK(sealed.virtual_size_bytes == 64 * k_mib);
        CHECK(sealed.size ==
              static_cast<std::int64_t>(std::filesystem::file_size(stage->disk().file()->path)));
        CHECK(world.files().size() == 2); // no second stage
        stage->publish();
    }
    CHECK(world.files() == Names{k_source_file, name});
    Image published;
    published.id = k_new;
    published.disk_format = made;
    published.size =
        static_cast<std::int64_t>(std::filesystem::file_size(world.file(name.c_str())));
    published.virtual_size_bytes = 64 * k_mib;
    const auto copy = world.store.stage(published, k_adopted, LineagePolicy::detach);
    copy->keep_as({"raw", Compression::none});
    static_cast<void>(copy->seal({}));
    std::string wanted = base::read_file(world.file(k_source_file), 64 * k_mib);
    wanted.replace(10 * k_mib, 7, "changed");
    CHECK(base::read_file(copy->disk().file()->path, 64 * k_mib) == wanted);
}

TEST_CASE("file store: a compressed image is compressed again, and takes no second name") {
    World world;
    const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
    stage->keep_as({"qcow2", Compression::zlib});
    static_cast<void>(stage->seal({}));
    stage->publish();
    Image compressed;
    compressed.id = k_new;
    compressed.disk_format = "qcow2";
    compressed.size = static_cast<std::int64_t>(
        std::filesystem::file_size(world.file("22222222-2222-4222-8222-222222222222.qcow2")));
    compressed.virtual_size_bytes = 64 * k_mib;
    const auto again = world.store.stage(compressed, k_adopted, LineagePolicy::detach);
    again->keep_as({"qcow2", Compression::zstd});
    static_cast<void>(again->seal({}));
    CHECK(world.files() == Names{".stage-33333333-3333-4333-8333-333333333333.qcow2", k_source_file,
                                 "22222222-2222-4222-8222-222222222222.qcow2"});
}

TEST_CASE("file store: a stage kept in another format than its source is adopted in it") {
    World world;
    KeptStage kept;
    {
        const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
        stage->keep_as({"qcow2", Compression::none});
        kept.id = k_new;
        kept.sealed = stage->seal({});
        kept.proof = stage->keep("2030-01-01T00:00:00.000000Z");
    }
    const auto adopted = world.store.adopt(world.source, kept, k_adopted, LineagePolicy::detach);
    adopted->publish();
    CHECK(world.files() == Names{k_source_file, "33333333-3333-4333-8333-333333333333.qcow2"});
}

TEST_CASE("file store: what a conversion left that died is removed with its stage") {
    World world;
    base::write_file_atomically(world.file(".output-22222222-2222-4222-8222-222222222222.qcow2"),
                                "half");
    CHECK(world.store.remove_abandoned_bytes(k_new));
    CHECK(world.files() == Names{k_source_file});
}

TEST_CASE("file store: a stage is grown by zeros that take no room") {
    World world;
    const bool is_qcow2 = GENERATE(false, true);
    const bool is_rehearsed = GENERATE(false, true);
    CAPTURE(is_qcow2, is_rehearsed);
    if (is_qcow2) {
        const auto file = world.scratch / "11111111-1111-4111-8111-111111111111.qcow2";
        run_tool("qemu-img",
                 {"convert", "-f", "raw", "-O", "qcow2", world.file(k_source_file), file});
        world.source.disk_format = "qcow2";
        world.source.size = static_cast<std::int64_t>(std::filesystem::file_size(file));
    }
    const auto stage = is_rehearsed ? world.store.rehearsal_stage(world.source, k_new)
                                    : world.store.stage(world.source, k_new, LineagePolicy::detach);
    const std::uint64_t before = allocated(stage->disk().file()->path);
    stage->grow(20 * k_gib);
    CHECK(stage->disk().virtual_size_bytes == 20 * k_gib);
    CHECK(allocated(stage->disk().file()->path) < before + k_mib);
    if (is_rehearsed) // which is never sealed
        return;
    const SealedImage sealed = stage->seal({});
    CHECK(sealed.virtual_size_bytes == 20 * k_gib);
    CHECK((is_qcow2 || sealed.size == 20 * k_gib));
}

TEST_CASE("file store: a stage of 20 GB costs what its data costs") {
    World world;
    world.source.size = world.source.virtual_size_bytes = 20 * k_gib;
    make_disk(world.file(k_source_file), 20 * k_gib);
    const auto stage = world.store.stage(world.source, k_new, LineagePolicy::detach);
    CHECK(std::filesystem::file_size(stage->disk().file()->path) == 20 * k_gib);
    CHECK(allocated(stage->disk().file()->path) < k_mib);
    CHECK(stage->seal({}).size == 20 * k_gib);
}

TEST_CASE("file store: bytes that are missing or of another size are an error") {
    World world;
    CHECK(world.store.disk(world.source).file()->path == world.file(k_source_file));
    CHECK(world.store.disk(world.source).read_only);
    const std::string hint = "\nhint: restore the file from a backup, or remove the image";
    std::filesystem::resize_file(world.file(k_source_file), 32 * k_mib);
    CHECK(world.error([&] { static_cast<void>(world.store.disk(world.source)); }) ==
          "the bytes of image 11111111-1111-4111-8111-111111111111 are not the 67108864 bytes "
          "recorded: DIR/11111111-1111-4111-8111-111111111111.raw" +
              hint);
    std::filesystem::remove(world.file(k_source_file));
    CHECK(world.error([&] {
        static_cast<void>(world.store.stage(world.source, k_new, LineagePolicy::detach));
    }) == "the bytes of image 11111111-1111-4111-8111-111111111111 are missing: "
          "DIR/11111111-1111-4111-8111-111111111111.raw" +
              hint);
    CHECK(world.files().empty());
}

TEST_CASE("file store: ids and formats that are none never become paths") {
    World world;
    world.source.id = "../../etc/passwd\n";
    CHECK(world.error([&] { static_cast<void>(world.store.disk(world.source)); },
                      ErrorKind::invalid) == "'../../etc/passwd\\x0a' is not an image id\nhint: ");
    CHECK(world.error([&] { world.store.remove("../x"); }, ErrorKind::invalid) ==
          "'../x' is not an image id\nhint: ");
    world.source.id = k_source;
    world.source.disk_format = "raw/../x";
    CHECK(world.error([&] { static_cast<void>(world.store.disk(world.source)); },
                      ErrorKind::invalid) ==
          "image 11111111-1111-4111-8111-111111111111 has the unknown disk format 'raw/../x'\n"
          "hint: only raw and qcow2 are supported");
}

TEST_CASE("file store: removing takes published bytes and what a dead stage left") {
    World world;
    make_file(world.file(k_stage_file), 10, {});
    make_file(world.scratch / "22222222-2222-4222-8222-222222222222.qcow2", 10, {});
    make_file(world.scratch / ".import-22222222-2222-4222-8222-222222222222.raw", 10, {});
    world.store.remove(k_new);
    CHECK(world.files() == Names{k_source_file});
    world.store.remove(k_new);
    world.store.remove(k_source);
    CHECK(world.files().empty());
}

TEST_CASE("file store: new bytes clear imports of dead processes, not living ones or stages") {
    World world;
    const auto dead = world.scratch / ".import-33333333-3333-4333-8333-333333333333.raw";
    make_file(dead, 10, {});
    make_file(world.file(k_stage_file), 10, {});
    const auto disk = make_disk(world.scratch / "disk", 2 * k_mib);
    const base::UniqueFd fd = base::open_file(disk, O_RDONLY);
    const auto living = world.store.receive(fd.get(), disk, k_source);
    CHECK_FALSE(world.store.remove_abandoned_bytes(k_source));
    const Names left = {".import-11111111-1111-4111-8111-111111111111.raw", k_stage_file,
                        k_source_file, "disk"};
    CHECK(world.files() == left);
    make_file(dead, 10, {});
    static_cast<void>(world.store.stage(world.source, k_adopted, LineagePolicy::detach));
    CHECK(world.files() == left);
}

TEST_CASE("file store: what cannot be imported leaves nothing") {
    World world;
    const auto junk = make_file(world.scratch / "junk", 2 * k_mib, {});
    const base::UniqueFd fd = base::open_file(junk, O_RDONLY);
    CHECK(world.error([&] { static_cast<void>(world.store.receive(fd.get(), junk, k_new)); },
                      ErrorKind::invalid) ==
          "DIR/junk is not a disk image: it has neither a partition table nor a known "
          "filesystem\nhint: give a raw or qcow2 disk image");
    CHECK(world.files() == Names{k_source_file, "junk"});
}

TEST_CASE("file store: a full disk is noticed before staging and leaves nothing") {
    if (skipped_without_root("a small filesystem"))
        return;
    const Scratch scratch;
    const Mount small(scratch / "small", "tmpfs", "size=8m");
    Image source;
    source.id = k_source;
    source.size = source.virtual_size_bytes = 64 * k_mib;
    make_file(small.path() / k_source_file, 64 * k_mib,
              {{0, boot_sector(1000)}, {k_mib, noise(5 * k_mib)}});
    store::FileStore store(small.path());
    CHECK(error_of(
              scratch.path(),
              [&] { static_cast<void>(store.stage(source, k_new, LineagePolicy::detach)); },
              ErrorKind::failed) ==
          "not enough space in DIR/small: the copy takes 5.0 MiB, 3.0 MiB are free\n"
          "hint: free some space there, or keep the catalog on a larger filesystem");
    CHECK(names_in(small.path()) == Names{k_source_file});
    small.make_read_only();
    CHECK(store.disk(source).file()->path == small.path() / k_source_file);
    CHECK(error_of(
              scratch.path(),
              [&] { static_cast<void>(store.stage(source, k_new, LineagePolicy::detach)); },
              ErrorKind::failed) ==
          "cannot create DIR/small/.stage-22222222-2222-4222-8222-222222222222.raw: "
          "Read-only file system\n"
          "hint: the filesystem of "
          "DIR/small/.stage-22222222-2222-4222-8222-222222222222.raw is mounted read-only; make "
          "it writable and run again");
}

TEST_CASE("file store: bytes that are as published pass, read or not") {
    World world;
    CHECK(world.store.integrity(world.source, {}) == Integrity{});
    CHECK(world.store.integrity(world.source, {.read_bytes = true}) ==
          Integrity{
              {}, {"the bytes: the record holds no checksum sha512-extents to compare them with"}});
    const base::UniqueFd fd = base::open_regular_file(world.file(k_source_file));
    world.source.checksums[store::k_content_digest] =
        store::content_digest(fd.get(), world.file(k_source_file));
    CHECK(world.store.integrity(world.source, {.read_bytes = true}) == Integrity{});
}

TEST_CASE("file store: a digest of the former kind is understood, and verified") {
    World world;
    const base::UniqueFd fd = base::open_regular_file(world.file(k_source_file));
    world.source.checksums[store::k_former_content_digest] =
        store::content_digest(fd.get(), world.file(k_source_file), store::k_former_content_digest);
    CHECK(world.store.integrity(world.source, {.read_bytes = true}) == Integrity{});
    world.source.checksums[store::k_former_content_digest].front() ^= 1;
    const Integrity changed = world.store.integrity(world.source, {.read_bytes = true});
    REQUIRE(changed.deviations.size() == 1);
    CHECK(changed.deviations.front().expected ==
          "sha512-used:" + world.source.checksums[store::k_former_content_digest]);
}

TEST_CASE("file store: bytes are compared with those of the image they were made of") {
    World world;
    Image copy = world.source;
    copy.id = k_new;
    const std::string file = std::string(k_new) + ".raw";
    std::filesystem::copy_file(world.file(k_source_file), world.file(file.c_str()));
    CHECK(world.store.integrity(copy, {.same_as = world.source}) == Integrity{});
    overwrite(world.file(file.c_str()), 4096, "lost");
    const Integrity read = world.store.integrity(copy, {.same_as = world.source});
    REQUIRE(read.deviations.size() == 1);
    CHECK(read.deviations.front().what ==
          fmt::format("bytes of {} against those of {}", file, k_source_file));
    CHECK(read.deviations.front().expected != read.deviations.front().found);
    std::filesystem::remove(world.file(k_source_file));
    CHECK(world.store.integrity(copy, {.same_as = world.source}) ==
          Integrity{{}, {"the bytes against those of the source: its file is missing"}});
}

TEST_CASE("file store: bytes changed in place are found by reading them, a size without") {
    World world;
    const std::string remedy = "restore the file from a backup, or: retouch remove "
                               "11111111-1111-4111-8111-111111111111 --yes, and apply";
    {
        const base::UniqueFd fd = base::open_regular_file(world.file(k_source_file));
        world.source.checksums[store::k_content_digest] =
            store::content_digest(fd.get(), world.file(k_source_file));
    }
    overwrite(world.file(k_source_file), 4096, "changed by hand");
    CHECK(world.store.integrity(world.source, {}) == Integrity{});
    const Integrity read = world.store.integrity(world.source, {.read_bytes = true});
    REQUIRE(read.deviations.size() == 1);
    const Deviation &bytes = read.deviations.front();
    CHECK(bytes.kind == DeviationKind::bytes);
    CHECK(bytes.what == "bytes of 11111111-1111-4111-8111-111111111111.raw");
    CHECK(bytes.expected == std::string(store::k_content_digest) + ":" +
                                world.source.checksums[store::k_content_digest]);
    CHECK(bytes.found != bytes.expected);
    CHECK(bytes.remedy == remedy);

    std::filesystem::resize_file(world.file(k_source_file), k_mib);
    CHECK(world.store.integrity(world.source, {}).deviations ==
          std::vector<Deviation>{{DeviationKind::size,
                                  "size of 11111111-1111-4111-8111-111111111111.raw",
                                  "67108864 bytes", "1048576 bytes", false, remedy}});
    std::filesystem::remove(world.file(k_source_file));
    CHECK(world.store.integrity(world.source, {.read_bytes = true}).deviations ==
          std::vector<Deviation>{{DeviationKind::file,
                                  "file 11111111-1111-4111-8111-111111111111.raw", "a file",
                                  "nothing", false, remedy}});
}
