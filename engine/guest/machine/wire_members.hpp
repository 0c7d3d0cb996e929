#pragma once
// The members of what goes over the wire, each listed once.

#include "retouch/effect.hpp"
#include "retouch/error.hpp"
#include "retouch/facts.hpp"
#include "retouch/guest.hpp"

#include <concepts>
#include <type_traits>

namespace retouch::guest {

/// The last of each enumeration.
constexpr FileInfo::Type last_of(FileInfo::Type /*any*/) {
    return FileInfo::Type::other;
}

constexpr ErrorKind last_of(ErrorKind /*any*/) {
    return ErrorKind::interrupted;
}

/// T, constant or not.
template<typename Given, typename T>
concept Is = std::same_as<std::remove_const_t<Given>, T>;

template<Is<FileInfo> T>
void list_members(T &info, auto each) {
    each(info.type, info.mode, info.uid, info.gid, info.size);
}

template<Is<DirectoryEntry> T>
void list_members(T &entry, auto each) {
    each(entry.name, entry.info);
}

template<Is<LookWish> T>
void list_members(T &wish, auto each) {
    each(wish.path, wish.digest_of_size);
}

template<Is<SeenEntry> T>
void list_members(T &seen, auto each) {
    each(seen.info, seen.sha256);
}

template<Is<MountPoint> T>
void list_members(T &point, auto each) {
    each(point.path, point.device, point.filesystem, point.subvolume);
}

template<Is<DiskPartition> T>
void list_members(T &partition, auto each) {
    each(partition.number, partition.offset, partition.size, partition.what);
}

template<Is<DiskLayout> T>
void list_members(T &layout, auto each) {
    each(layout.table, layout.partitions, layout.root, layout.filesystem, layout.volume_size,
         layout.filesystem_size, layout.logical_volume, layout.physical_rest, layout.group_rest,
         layout.obstacle);
}

template<Is<Facts> T>
void list_members(T &facts, auto each) {
    each(facts.type, facts.distro, facts.version, facts.product, facts.architecture,
         facts.package_manager, facts.root_device, facts.mount_points, facts.unmounted,
         facts.doubts, facts.layout);
}

template<Is<EntryState> T>
void list_members(T &state, auto each) {
    each(state.info, state.target, state.sha256, state.attributes);
}

template<Is<EntryChange> T>
void list_members(T &change, auto each) {
    each(change.path, change.before, change.after, change.diff);
}

template<Is<UnlabelledEntry> T>
void list_members(T &entry, auto each) {
    each(entry.path, entry.type);
}

template<Is<LabelledEntry> T>
void list_members(T &entry, auto each) {
    each(entry.path, entry.type, entry.label);
}

template<Is<PathLabel> T>
void list_members(T &label, auto each) {
    each(label.path, label.label, label.former);
}

template<Is<FailedLabel> T>
void list_members(T &label, auto each) {
    each(label.path, label.code);
}

template<Is<GuestCommand> T>
void list_members(T &command, auto each) {
    each(command.script, command.shell, command.environment, command.working_directory,
         command.time_limit, command.network);
}

template<Is<OutputTail> T>
void list_members(T &tail, auto each) {
    each(tail.text, tail.total);
}

template<Is<CommandResult> T>
void list_members(T &result, auto each) {
    each(result.exit_status, result.timed_out, result.limits, result.out, result.err,
         result.seconds);
}

template<Is<CommandLimits> T>
void list_members(T &limits, auto each) {
    each(limits.memory_bytes, limits.processes, limits.open_files, limits.file_bytes, limits.time);
}

} // namespace retouch::guest
