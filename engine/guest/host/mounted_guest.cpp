// Files are Rooted's, commands bubblewrap's; here is what holds them together, and the looks at
// what they changed.

#include "guest/host/mounted_guest.hpp"

#include "guest/command.hpp"
#include "guest/disk_layout.hpp"
#include "guest/effects/entry_changes.hpp"
#include "guest/file_pieces.hpp"
#include "guest/host/tree_tools.hpp"
#include "guest/host/trim.hpp"
#include "guest/refusals.hpp"
#include "guest/tree/plain_capabilities.hpp"
#include "guest/volume_doubts.hpp"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <future>
#include <iterator>
#include <sched.h>
#include <utility>

namespace retouch::guest {

namespace {

/// Looking at a tree moves the working directory, which a thread shares with all others unless it
/// asks for one of its own.
LookFailure look_apart(const std::function<LookFailure()> &look) {
    return std::async(std::launch::async,
                      [&look] {
                          if (unshare(CLONE_FS) != 0)
                              return LookFailure{"/", errno};
                          return look();
                      })
        .get();
}

} // namespace

void MountedGuest::open(const std::filesystem::path &root, bool read_only,
                        MountedVolumes::Means means, const std::vector<Volume> &volumes,
                        const std::filesystem::path &disk, EventSink &events) {
    try {
        volumes_.emplace(root, read_only, std::move(means));
        facts_ = mount_all(volumes, disk, events);
        require_sandbox({*this, files(), root, false, limits_});
    } catch (...) {
        let_go(); // what serves the disk is destroyed before this is
        throw;
    }
}

Facts MountedGuest::mount_all(const std::vector<Volume> &volumes, const std::filesystem::path &disk,
                              EventSink &events) {
    const Volume &holder = volumes_->mount_root(volumes, disk);
    FstabMounts fstab(files().head("/etc/fstab", k_largest_fstab + 1).value_or(""), *this);
    Facts found = linux_facts(root_files(files()));
    found.root_device = holder.device;
    found.mount_points = {{"/", holder.device, holder.filesystem}};
    fstab.check_root(found.mount_points.front());
    std::ranges::move(
        fstab.mount(volumes, events,
                    [this](const Volume &volume, const MountAs &as, const std::string &path) {
                        volumes_->mount(volume, as, path);
                    }),
        std::back_inserter(found.mount_points));
    found.unmounted = fstab.unmounted();
    found.doubts = volume_doubts(found.mount_points, volumes, [this](const std::string &name) {
        return volumes_->beginning_of(name);
    });
    found.layout =
        disk_layout(volumes, found.mount_points.front(), volumes_->beginning_of(found.root_device));
    return found;
}

void MountedGuest::let_go() {
    watched_.reset();
    volumes_.reset();
}

std::optional<FileInfo> MountedGuest::lstat(const std::string &path) const {
    return files().lstat(path);
}

std::vector<std::string> MountedGuest::unchangeable(const std::vector<std::string> &paths) const {
    std::vector<std::string> found;
    std::ranges::copy_if(paths, std::back_inserter(found),
                         [this](const std::string &path) { return files().is_unchangeable(path); });
    return found;
}

std::string MountedGuest::read(const std::string &path, std::size_t max_bytes) const {
    return files().read(path, max_bytes);
}

std::string MountedGuest::sha256(const std::string &path) const {
    return files().sha256(path);
}

std::string MountedGuest::read_link(const std::string &path) const {
    return files().read_link(path);
}

std::vector<DirectoryEntry> MountedGuest::list(const std::string &path) const {
    return files().list(path);
}

void MountedGuest::write(const std::string &path, const FileSource &source, std::uint32_t mode,
                         std::uint32_t uid, std::uint32_t gid) {
    write_pieces(
        path, [&source](const Rooted::TakePiece &take) { return for_each_piece(source, take); },
        mode, uid, gid);
}

void MountedGuest::write_pieces(const std::string &path, const Rooted::Pieces &pieces,
                                std::uint32_t mode, std::uint32_t uid, std::uint32_t gid) {
    files().write(path, pieces, mode, uid, gid);
}

void MountedGuest::make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                  std::uint32_t gid) {
    files().make_directory(path, mode, uid, gid);
}

void MountedGuest::make_link(const std::string &target, const std::string &path) {
    files().make_link(target, path);
}

void MountedGuest::set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                  std::uint32_t gid) {
    files().set_attributes(path, mode, uid, gid);
}

void MountedGuest::remove(const std::string &path) {
    files().remove(path);
}

std::optional<std::string> MountedGuest::label(const std::string &path) const {
    return files().label(path);
}

CommandResult MountedGuest::probe(const GuestCommand &command) const {
    return run_command(command, false);
}

CommandResult MountedGuest::run(const GuestCommand &command) {
    return run_command(command, !volumes_->read_only());
}

CommandResult MountedGuest::run_command(const GuestCommand &command, bool writable) const {
    check_command(facts_, command);
    const std::optional<base::ProcessHandle> server = this->server();
    const Sandbox sandbox{*this,   files(),           volumes_->root(), writable,
                          limits_, volumes_->disks(), joined_network(), server ? server->fd() : -1};
    if (!writable)
        return run_in_sandbox(sandbox, command);
    PlainCapabilities capabilities;
    for (const int place : volumes_->places())
        capabilities.watch(place);
    CommandResult result = run_in_sandbox(sandbox, command);
    if (const LookFailure failure =
            look_apart([&] { return capabilities.settle(files().fd(), host_tree_tools()); }))
        throw refusal::cannot_store_capabilities(failure.path, failure.code);
    return result;
}

void MountedGuest::mark(const std::vector<std::string> &keep) {
    volumes_->write_through();
    const std::vector<int> places = volumes_->places();
    watched_.emplace();
    check_look(
        look_apart([&] { return watched_->mark(files().fd(), places, keep, host_tree_tools()); }));
}

std::vector<EntryChange> MountedGuest::changes() {
    volumes_->write_through();
    std::vector<SeenChange> seen;
    check_look(
        look_apart([&] { return watched_->changes(files().fd(), host_tree_tools(), seen); }));
    return entry_changes(std::move(seen));
}

void MountedGuest::require_all_told() {
    std::vector<SeenChange> seen;
    check_look(
        look_apart([&] { return watched_->unnoted(files().fd(), host_tree_tools(), seen); }));
    if (seen.empty())
        return;
    const SeenChange &first = seen.front();
    throw refusal::changed_untold((first.after ? first.after : first.before)->path, seen.size());
}

std::vector<UnlabelledEntry> MountedGuest::unlabelled() const {
    std::vector<UnlabelledEntry> found;
    check_look(look_apart(
        [&] { return find_unlabelled(files().fd(), began_, host_tree_tools(), found); }));
    return found;
}

std::vector<LabelledEntry> MountedGuest::labels() const {
    std::vector<LabelledEntry> found;
    check_look(look_apart([&] { return find_labels(files().fd(), host_tree_tools(), found); }));
    return found;
}

std::vector<FailedLabel> MountedGuest::set_labels(const std::vector<PathLabel> &labels) {
    return store_labels(files().fd(), labels, host_tree_tools());
}

void MountedGuest::trim() {
    volumes_->write_through();
    for (const int place : volumes_->places())
        trim_filesystem(place);
}

void MountedGuest::finish() {
    watched_.reset();
    volumes_->finish();
}

std::uint64_t MountedGuest::bytes_written() const {
    return volumes_->bytes_written();
}

} // namespace retouch::guest
