// What disks are opened with, and directories of image files: can they be written, can files share
// blocks, how much room is there.

#include "store/diagnosis.hpp"

#include "base/process.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "model/checks.hpp"
#include "store/sparse_copy.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <sys/statvfs.h>
#include <unistd.h>

namespace retouch::store {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds k_patience{10};
constexpr std::uint64_t k_gibibyte = std::uint64_t{1024} * 1024 * 1024;
/// A small cloud image takes that much once it is unpacked.
constexpr std::uint64_t k_little_for_images = 2 * k_gibibyte;
/// The appliance's temporary files and a guest command's output fit in.
constexpr std::uint64_t k_little_for_runs = k_gibibyte / 2;

model::Verdict storage_daemon() {
    base::ProcessSpec spec;
    spec.program = "qemu-storage-daemon";
    spec.arguments = {"--version"};
    spec.time_limit = k_patience;
    if (!base::find_program(spec.program))
        throw Error(ErrorKind::unavailable, "qemu-storage-daemon is not installed",
                    "install the package qemu-system-common (qemu-utils since Debian 13)");
    const base::ProcessResult ended = base::run_checked(spec, "run qemu-storage-daemon");
    constexpr std::string_view k_version = "version ";
    const std::string first = base::split_lines(ended.out + "\n").front();
    const std::size_t at = first.find(k_version);
    return model::all_well(base::escape(at == std::string::npos ? first : first.substr(at)));
}

model::Verdict room(const fs::path &directory, std::uint64_t little) {
    struct statvfs info {};

    if (statvfs(directory.c_str(), &info) != 0)
        throw base::system_error("look at", directory, errno);
    const std::uint64_t free = std::uint64_t{info.f_bavail} * info.f_frsize;
    const std::string text =
        fmt::format("{} free in {}", base::format_bytes(free), base::escape(directory.string()));
    if (free < little)
        return model::warning(text, "free some space there, or choose another filesystem");
    return model::all_well(text);
}

model::Verdict temporary_directory() {
    std::error_code failed;
    const fs::path parent = fs::temp_directory_path(failed);
    if (failed)
        throw Error(ErrorKind::bad_config,
                    fmt::format("TMPDIR is not a directory that can be used: {}", failed.message()),
                    "set TMPDIR to a directory, or leave it out");
    const base::TemporaryDirectory tried(parent, "retouch-doctor-");
    return room(parent, k_little_for_runs);
}

/// The directory itself, or the nearest above it that exists.
fs::path existing(fs::path directory) {
    std::error_code failed;
    while (!fs::exists(directory, failed) && directory != directory.parent_path())
        directory = directory.parent_path();
    return directory;
}

model::Verdict writable(const fs::path &directory, const fs::path &present) {
    if (!fs::is_directory(present))
        throw base::system_error("use", present, ENOTDIR);
    if (::access(present.c_str(), W_OK | X_OK) != 0)
        throw base::system_error("write to", present, errno);
    if (present == directory)
        return model::all_well(base::escape(directory.string()));
    return model::all_well(
        fmt::format("{} will be made when it is needed", base::escape(directory.string())));
}

model::Verdict shared_blocks(const fs::path &present) {
    const std::string name = ".doctor-" + base::random_uuid();
    const NewFile source(present / name, 0600);
    const NewFile target(present / (name + "-copy"), 0600);
    base::write_all(source.fd(), std::string(4096, 'x'), source.path());
    if (clone_blocks(source.fd(), target))
        return model::all_well("new images share blocks with their source, so copies take no time");
    return model::warning(
        "this filesystem cannot share blocks between files: every new image is a copy, "
        "which takes time and space for the data in use",
        "keep the catalog on XFS or Btrfs for instant copies");
}

} // namespace

std::vector<Finding> disk_findings() {
    model::Checks checks("This host");
    checks.check("qemu-storage-daemon", storage_daemon);
    checks.check("temporary files", temporary_directory);
    return checks.take();
}

std::vector<Finding> file_store_findings(const fs::path &directory) {
    model::Checks checks("Image files");
    const fs::path present = existing(directory);
    if (!checks.check("directory", [&] { return writable(directory, present); }))
        return checks.take();
    checks.check("copies", [&] { return shared_blocks(present); });
    checks.check("space", [&] { return room(present, k_little_for_images); });
    return checks.take();
}

} // namespace retouch::store
