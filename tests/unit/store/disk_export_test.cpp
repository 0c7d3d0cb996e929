// Disks served by a storage daemon: bytes in and out, awkward names, clear errors, a clean end.

#include "base/file.hpp"
#include "base/process.hpp"
#include "store/disk_export.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

using namespace retouch;
namespace fs = std::filesystem;

namespace {

using Protocol = store::DiskExport::Protocol;

constexpr std::int64_t k_size = std::int64_t{8} << 20;

Disk make_disk(const fs::path &path, const std::string &format, bool read_only = false) {
    base::ProcessSpec spec;
    spec.program = "qemu-img";
    spec.arguments = {"create", "-q", "-f", format, "--", path.string(), std::to_string(k_size)};
    base::run_checked(spec, "create a disk");
    return {DiskFile{format, path}, k_size, read_only};
}

/// Runs one qemu-io command on an NBD export.
base::ProcessResult nbd(const store::DiskExport &disk, const std::string &command) {
    base::ProcessSpec spec;
    spec.program = "qemu-io";
    spec.arguments = {"-f", "raw", "-c", command,
                      "nbd:unix:" + disk.path().string() + ":exportname=disk"};
    return base::run_process(spec);
}

std::string error_of(const Disk &disk, const fs::path &directory) {
    try {
        const store::DiskExport served(disk, Protocol::nbd, directory);
    } catch (const Error &error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return "served";
}

bool has_fuse() {
    return geteuid() == 0 && fs::exists("/dev/fuse");
}

} // namespace

TEST_CASE("disk export: what is written over NBD is in the file after the end") {
    const base::TemporaryDirectory directory("/tmp", "export-test-");
    const std::string format = GENERATE("raw", "qcow2");
    CAPTURE(format);
    const Disk disk = make_disk(directory.path() / "a,file=with: commas", format);
    store::DiskExport served(disk, Protocol::nbd, directory.path());
    CHECK(nbd(served, "write -P 90 1M 64k").ok());
    CHECK(nbd(served, "read -P 90 1M 64k").out.find("read 65536/65536") != std::string::npos);
    const pid_t daemon = served.pid();
    served.finish();
    CHECK(kill(daemon, 0) == -1);

    Disk again = disk;
    again.read_only = true;
    store::DiskExport reading(again, Protocol::nbd, directory.path());
    CHECK(nbd(reading, "read -P 90 1M 64k").out.find("verification failed") == std::string::npos);
    CHECK_FALSE(nbd(reading, "write -P 1 0 512").ok());
    reading.finish();
}

TEST_CASE("disk export: zeroed and discarded parts of a raw disk take no space") {
    const base::TemporaryDirectory directory("/tmp", "export-test-");
    const Disk disk = make_disk(directory.path() / "disk", "raw");
    store::DiskExport served(disk, Protocol::nbd, directory.path());
    CHECK(nbd(served, "write -P 90 0 4M").ok());
    CHECK(nbd(served, "discard 0 4M").ok());
    served.finish();
    base::ProcessSpec spec;
    spec.program = "stat";
    spec.arguments = {"-c", "%b", disk.file().value().path.string()};
    CHECK(std::stol(base::run_checked(spec, "look at the disk").out) < 1024);
}

TEST_CASE("disk export: a FUSE file is the raw disk") {
    if (!has_fuse())
        return;
    const base::TemporaryDirectory directory("/tmp", "export-test-");
    const Disk disk = make_disk(directory.path() / "disk.qcow2", "qcow2");
    const fs::path path = directory.path() / "disk.raw";
    {
        store::DiskExport served(disk, Protocol::fuse, directory.path());
        CHECK(served.path() == path);
        CHECK(fs::file_size(served.path()) == std::uintmax_t{k_size});
        const base::UniqueFd file = base::open_file(served.path(), O_RDWR);
        base::write_all(file.get(), std::string(512, 'Z'), served.path());
        served.finish();
    }
    CHECK(fs::file_size(path) == 0);
    store::DiskExport served(disk, Protocol::nbd, directory.path());
    const std::string read = nbd(served, "read -P 90 0 512").out;
    CHECK(read.find("read 512/512") != std::string::npos);
    CHECK(read.find("verification failed") == std::string::npos);
    served.finish();
}

TEST_CASE("disk export: without finish() nothing stays behind") {
    const base::TemporaryDirectory directory("/tmp", "export-test-");
    const Disk disk = make_disk(directory.path() / "disk", "raw");
    pid_t daemon = 0;
    {
        const store::DiskExport served(disk, has_fuse() ? Protocol::fuse : Protocol::nbd,
                                       directory.path());
        daemon = served.pid();
    }
    CHECK(kill(daemon, 0) == -1);
    CHECK(errno == ESRCH);
}

TEST_CASE("disk export: a daemon that died is told by finish()") {
    const base::TemporaryDirectory directory("/tmp", "export-test-");
    store::DiskExport served(make_disk(directory.path() / "disk", "raw"), Protocol::nbd,
                             directory.path());
    kill(served.pid(), SIGKILL);
    CHECK_THROWS_WITH(served.finish(),
                      "the disk helper qemu-storage-daemon was killed (signal 9): it said nothing");
}

TEST_CASE("disk export: a socket's path may be as long as it likes") {
    const base::TemporaryDirectory directory("/tmp", "export-test-");
    const fs::path deep = directory.path() / std::string(120, 'd');
    fs::create_directory(deep);
    fs::path used;
    {
        store::DiskExport served(make_disk(deep / "disk", "raw"), Protocol::nbd, deep);
        used = served.path();
        CHECK(used.string().size() < 108);
        CHECK(nbd(served, "read 0 512").ok());
        served.finish();
    }
    CHECK_FALSE(fs::exists(used.parent_path()));
}

TEST_CASE("disk export: what cannot be opened is told with the daemon's reason") {
    const base::TemporaryDirectory directory("/tmp", "export-test-");
    const fs::path path = directory.path() / "disk";
    CHECK(error_of({DiskFile{"raw", path}, k_size, true}, directory.path()).find("No such file") !=
          std::string::npos);
    static_cast<void>(make_disk(path, "raw"));
    CHECK(error_of({DiskFile{"qcow2", path}, k_size, true}, directory.path())
              .find("not in qcow2 format") != std::string::npos);
    const Disk shared = make_disk(path, "qcow2");
    const store::DiskExport first(shared, Protocol::nbd, directory.path());
    const fs::path other = directory.path() / "other";
    fs::create_directory(other);
    const std::string refused = error_of(shared, other);
    CAPTURE(refused);
    CHECK(refused.find("cannot open the disk " + path.string()) == 0);
    CHECK(refused.find("| another process has the image open") != std::string::npos);
}
