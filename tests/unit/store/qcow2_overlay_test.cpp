// Overlays: what qemu and our own reader say of them, and what a rehearsal's stage made of one
// does.

#include "store/disk_export.hpp"
#include "store/file_store.hpp"
#include "store/qcow2_file.hpp"
#include "store/qcow2_overlay.hpp"
#include "unit/store/disk_files.hpp"

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr std::uint64_t k_block = 4096;
constexpr const char *k_source = "11111111-1111-4111-8111-111111111111";
constexpr const char *k_new = "22222222-2222-4222-8222-222222222222";
constexpr const char *k_stage_file = ".stage-22222222-2222-4222-8222-222222222222.qcow2";

/// All bytes of the disk as a guest would read them.
std::string bytes_of(const store::DiskExport &served, const std::filesystem::path &copy) {
    run_tool("qemu-img", {"convert", "-f", "raw", "-O", "raw",
                          "nbd:unix:" + served.path().string() + ":exportname=disk", copy});
    return base::read_file(copy, 64 * k_mib);
}

void write_through(const store::DiskExport &served, const std::string &command) {
    run_tool("qemu-io", {"-f", "raw", "-c", command, "-c", "flush",
                         "nbd:unix:" + served.path().string() + ":exportname=disk"});
}

} // namespace

TEST_CASE("qcow2 overlay: of any size, it is a sound disk and takes next to nothing") {
    const Scratch scratch;
    const std::uint64_t size =
        GENERATE(as<std::uint64_t>{}, 512, 64 * k_mib + 512, 2 * k_gib, 200 * k_gib, 4096 * k_gib,
                 std::uint64_t{64} * 1024 * k_gib);
    CAPTURE(size);
    const auto path = scratch / "overlay";
    const store::NewFile file(path, 0600);
    store::make_overlay(file, static_cast<std::int64_t>(size));
    CHECK(allocated(path) <= 16 * k_block);
    run_tool("qemu-img", {"check", "-q", "-f", "qcow2", path});
    const store::Qcow2File seen = store::read_qcow2(file.fd(), path);
    CHECK(seen.virtual_size_bytes == static_cast<std::int64_t>(size));
    store::check_qcow2_tables(file.fd(), seen, path);
}

TEST_CASE("qcow2 overlay: a disk that ends within a sector gets all of it") {
    const Scratch scratch;
    const store::NewFile file(scratch / "overlay", 0600);
    store::make_overlay(file, 1000);
    CHECK(store::read_qcow2(file.fd(), scratch / "overlay").virtual_size_bytes == 1024);
}

TEST_CASE("file store: a rehearsal's stage holds what is changed, and nothing else") {
    const Scratch scratch;
    const std::string format = GENERATE("raw", "qcow2");
    CAPTURE(format);
    store::FileStore store(scratch.path());
    Image source;
    source.id = k_source;
    source.disk_format = format;
    const auto source_file = scratch / (k_source + ("." + format));
    make_file(scratch / "disk", 64 * k_mib,
              {{0, noise(8 * k_mib)}, {40 * k_mib, noise(8 * k_mib)}});
    run_tool("qemu-img", {"convert", "-f", "raw", "-O", format, scratch / "disk", source_file});
    source.size = static_cast<std::int64_t>(std::filesystem::file_size(source_file));
    source.virtual_size_bytes = 64 * k_mib;
    const std::string before = base::read_file(source_file, 128 * k_mib);
    std::string expected = base::read_file(scratch / "disk", 64 * k_mib);
    std::filesystem::remove(scratch / "disk");
    {
        const auto stage = store.rehearsal_stage(source, k_new);
        CHECK(stage->id() == k_new);
        CHECK(stage->location() == (scratch / k_stage_file).string());
        const Disk disk = stage->disk();
        CHECK(disk.format() == "qcow2");
        CHECK(disk.virtual_size_bytes == 64 * k_mib);
        CHECK_FALSE(disk.read_only);
        CHECK(std::get<DiskOverlay>(disk.place) ==
              DiskOverlay{scratch / k_stage_file, DiskFile{format, source_file}});
        CHECK(allocated(scratch / k_stage_file) <= 16 * k_block);

        const base::TemporaryDirectory sockets("/tmp", "overlay-test-");
        store::DiskExport served(disk, store::DiskExport::Protocol::nbd, sockets.path());
        CHECK(bytes_of(served, sockets.path() / "copy") == expected);
        for (const std::uint64_t block : {0U, 3U, 5000U, 10241U, 12000U}) {
            write_through(served, fmt::format("write -P 90 {} {}", block * k_block, k_block));
            expected.replace(block * k_block, k_block, std::string(k_block, 'Z'));
        }
        CHECK(bytes_of(served, sockets.path() / "again") == expected);
        served.finish();
        CHECK(allocated(scratch / k_stage_file) <= 64 * k_block);
        run_tool("qemu-img", {"check", "-q", "-f", "qcow2", scratch / k_stage_file});
    }
    CHECK(names_in(scratch.path()) == std::vector<std::string>{source_file.filename().string()});
    CHECK(base::read_file(source_file, 128 * k_mib) == before);
}

TEST_CASE("file store: a rehearsal needs no room for a copy") {
    if (skipped_without_root("a filesystem of its own"))
        return;
    const Scratch scratch;
    const Mount small(scratch / "small", "tmpfs", "size=20m");
    store::FileStore store(small.path());
    Image source;
    source.id = k_source;
    source.size = source.virtual_size_bytes = 64 * k_mib;
    make_file(small.path() / (std::string(k_source) + ".raw"), 64 * k_mib,
              {{0, noise(16 * k_mib)}});
    CHECK_THROWS_AS(store.stage(source, k_new, LineagePolicy::detach), Error);
    CHECK(store.rehearsal_stage(source, k_new)->id() == k_new);
}
