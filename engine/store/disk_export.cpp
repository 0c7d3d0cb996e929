// How a qemu-storage-daemon is started for one disk, waited for and ended. All its arguments are
// JSON, so no path can smuggle in an option. What is on the disk is nobody's business here.

#include "store/disk_export.hpp"

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "base/last_words.hpp"
#include "base/run_directory.hpp"
#include "base/sync_file.hpp"
#include "base/text.hpp"
#include "base/waiting.hpp"
#include "retouch/json.hpp"
#include "store/block_device.hpp"
#include "store/qcow2_overlay.hpp"
#include "store/rbd/full_pool_watch.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/un.h>
#include <unistd.h>

namespace retouch::store {

namespace fs = std::filesystem;

namespace {

constexpr const char *k_daemon = "qemu-storage-daemon";
constexpr double k_start_limit_seconds = 60;
/// It writes all that the page cache holds; an interruption ends it sooner.
constexpr std::chrono::hours k_stop_patience{1};

std::vector<std::string> arguments(const Disk &disk, DiskExport::Protocol protocol,
                                   const fs::path &path, const fs::path &pid_file,
                                   const base::UniqueFd &overlay) {
    const std::string over = overlay ? fmt::format("/proc/self/fd/{}", overlay.get()) : "";
    std::vector<std::string> result = {"--pidfile", pid_file.string(), "--blockdev",
                                       block_device(disk, over)};
    Json served = {
        {"id", "export"}, {"node-name", "disk"}, {"writable", overlay || !disk.read_only}};
    if (protocol == DiskExport::Protocol::nbd) {
        const Json server = {{"addr", {{"type", "unix"}, {"path", path.string()}}},
                             {"max-connections", 0}};
        result.insert(result.end(), {"--nbd-server", server.dump()});
        served.update({{"type", "nbd"}, {"name", "disk"}});
    } else {
        served.update({{"type", "fuse"}, {"mountpoint", path.string()}});
    }
    result.insert(result.end(), {"--export", served.dump()});
    return result;
}

/// Sockets have short names: a long directory is replaced by one under /tmp.
std::optional<base::TemporaryDirectory> short_directory(DiskExport::Protocol protocol,
                                                        const fs::path &directory) {
    const std::size_t needed = (directory / "disk.sock").string().size() + 1;
    if (protocol == DiskExport::Protocol::fuse || needed <= sizeof(sockaddr_un::sun_path))
        return std::nullopt;
    return base::TemporaryDirectory("/tmp", "disk-");
}

base::ProcessSpec daemon_spec(const Disk &disk, std::vector<std::string> arguments,
                              const DiskExport::Launcher &launcher, const base::UniqueFd &overlay,
                              const fs::path &log) {
    std::vector<std::string> words = launcher.words;
    words.emplace_back(k_daemon);
    base::ProcessSpec spec;
    spec.program = words.front();
    spec.arguments.assign(words.begin() + 1, words.end());
    spec.arguments.insert(spec.arguments.end(), arguments.begin(), arguments.end());
    spec.environment = block_device_environment(disk);
    spec.inherited = launcher.inherited;
    if (overlay)
        spec.inherited.push_back(overlay.get());
    spec.log = log;
    spec.many_descriptors = disk.rbd() != nullptr;
    return spec;
}

/// What FUSE mounts over must exist; a stale pid file would look like a daemon that serves.
void prepare(DiskExport::Protocol protocol, const fs::path &path, const fs::path &log) {
    if (protocol == DiskExport::Protocol::fuse)
        static_cast<void>(base::open_file(path, O_WRONLY | O_CREAT, 0600));
    std::error_code ignored;
    fs::remove(log.parent_path() / "export.pid", ignored);
}

base::UniqueFd overlay_in(const fs::path &directory, std::int64_t virtual_size) {
    try {
        return make_nameless_overlay(directory, virtual_size);
    } catch (const Error &) {
        base::require_room(directory);
        throw;
    }
}

/// What it said went wrong, without the option it repeats.
std::string complaint(const fs::path &log) {
    const std::string said = base::last_words(log);
    constexpr std::string_view end_of_option = "}: ";
    const std::size_t at = said.rfind(end_of_option);
    return at == std::string::npos ? said : said.substr(at + end_of_option.size());
}

/// Throws Error, unavailable, when it said so or could not even say it.
Error start_error(const Disk &disk, const fs::path &log) {
    const std::string said = complaint(log);
    if (said == base::k_no_last_words || said.find(std::strerror(ENOSPC)) != std::string::npos)
        base::require_room(log.parent_path());
    return {ErrorKind::failed, fmt::format("cannot open the disk {}: {}", disk_name(disk), said),
            open_hint(disk, said)};
}

Error ended_error(const base::ProcessEnd &end, const fs::path &log) {
    return {ErrorKind::failed,
            fmt::format("the disk helper {} {}: {}", k_daemon, end.text(), base::last_words(log)),
            "nothing that was written since can be trusted; see what ended it ('dmesg' tells when "
            "memory ran out), and run the command again"};
}

} // namespace

DiskExport::DiskExport(const Disk &disk, Protocol protocol, const fs::path &directory,
                       const Launcher &launcher, Writes writes)
    : protocol_(protocol),
      read_only_(disk.read_only),
      disk_path_(disk.rbd() != nullptr ? fs::path() : disk.file().value().path),
      short_directory_(short_directory(protocol, directory)),
      path_((short_directory_ ? short_directory_->path() : directory) /
            (protocol == Protocol::nbd ? "disk.sock" : "disk.raw")),
      log_(directory / "export.log"),
      overlay_(writes == Writes::thrown_away ? overlay_in(directory, disk.virtual_size_bytes)
                                             : base::UniqueFd()),
      daemon_([&] {
          if (!base::find_program(k_daemon))
              throw Error(ErrorKind::unavailable, fmt::format("{} is not installed", k_daemon),
                          "install the package qemu-system-common (qemu-utils since Debian 13)");
          prepare(protocol, path_, log_);
          return daemon_spec(disk,
                             arguments(disk, protocol, path_, directory / "export.pid", overlay_),
                             launcher, overlay_, log_);
      }()) {
    // The daemon writes its pid file once everything is served.
    const fs::path pid_file = directory / "export.pid";
    const base::Stopwatch waited;
    std::error_code code;
    while (fs::file_size(pid_file, code) == 0 || code) {
        base::check_interrupt();
        if (!daemon_.running() || waited.seconds() > k_start_limit_seconds)
            throw start_error(disk, log_);
        base::pause_for(std::chrono::milliseconds(2));
    }
    overlay_.reset();
    guard_ = std::make_unique<base::HelperGuard>(daemon_.hold());
    if (disk.rbd() != nullptr && !disk.read_only)
        room_watch_ = std::make_unique<FullPoolWatch>(
            *disk.rbd(), [held = std::make_shared<base::ProcessHandle>(daemon_.hold())] {
                held->signal(SIGKILL);
            });
}

DiskExport::~DiskExport() {
    room_watch_.reset();
    daemon_.stop();
    // A daemon that was killed leaves its mount behind, which would keep the directory busy.
    if (protocol_ == Protocol::fuse)
        umount2(path_.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
}

/// That nobody of ours ended it.
void DiskExport::require_wanted() const {
    if (guard_->fired())
        throw base::interrupt_error();
    if (room_watch_)
        room_watch_->require_patience();
}

void DiskExport::require_served() const {
    require_wanted();
    if (const auto end = daemon_.end()) {
        base::check_interrupt(); // who ends a service ends all of its processes at once
        throw ended_error(*end, log_);
    }
}

void DiskExport::finish() {
    require_served();
    const base::ProcessEnd end = daemon_.stop(k_stop_patience);
    require_wanted();
    if (end.exit_status != 0)
        throw ended_error(end, log_);
    // What went over the network is as durable as it gets.
    if (read_only_ || disk_path_.empty())
        return;
    const base::UniqueFd file = base::open_file(disk_path_, O_RDONLY);
    base::sync_file(file.get(), disk_path_);
}

} // namespace retouch::store
