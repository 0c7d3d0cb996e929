// One command of a guest on this host. The command is a stranger's, and may try anything: what
// keeps it in is the kernel, and nothing of that is optional. Where a part is missing, the command
// does not run, and the message says to use the appliance.
//
//   this process -> launcher -> bwrap -> first process -> the guest's shell
//
// The launcher is a small static program of ours (launcher/): it makes the user namespace, in which
// root of the guest is nobody on the host, and the guest's mount in it, id-mapped; it sets limits,
// starts the network's helper if there is to be one, and becomes bwrap, which makes the other
// namespaces, /proc, /dev and the system call filter, all from arguments made in
// bubblewrap_arguments.cpp. Everything it needs comes by descriptors: nothing by names that a guest
// could have replaced, and nothing in argv or in an environment.
//
// The end matters as much. When the shell ends, everything in its process namespace is killed by
// the kernel; when any process on the way to it dies, so does all behind it, by lifelines and
// parents' death. What ended is told apart: the command (its exit status), a limit (counted by a
// control group where there is one, else by ourselves), the time limit, the disk's server, or bwrap
// itself. Only the first is a result of the step.

#include "guest/host/bubblewrap.hpp"

#include "base/path.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "guest/command.hpp"
#include "guest/command_limits.hpp"
#include "guest/host/bubblewrap_arguments.hpp"
#include "guest/host/control_group.hpp"
#include "guest/host/first_in_sandbox.hpp"
#include "guest/host/host_means.hpp"
#include "guest/host/launch_orders.hpp"
#include "guest/host/launcher_program.hpp"
#include "guest/host/lifeline.hpp"
#include "guest/host/memory_watch.hpp"
#include "guest/host/mount_points.hpp"
#include "guest/host/provided_files.hpp"
#include "guest/host/sandbox_memory.hpp"
#include "guest/resolve.hpp"

#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace retouch::guest {

namespace {

constexpr int k_killed_status = 128 + SIGKILL;
constexpr const char *k_network_hint =
    "install the package slirp4netns again, or use --guest appliance";

/// These exist only while a command runs.
bool is_provided(const std::string &path) {
    return base::is_within(path, "/dev") || base::is_within(path, "/proc") ||
           base::is_within(path, "/sys") || base::is_within(path, "/run");
}

void check_places(const GuestView &guest, const GuestCommand &command) {
    const std::optional<FileInfo> shell = guest.lstat(resolve_in_guest(guest, command.shell));
    if (!shell || shell->type != FileInfo::Type::regular || (shell->mode & 0111) == 0)
        throw missing_shell(command);
    const std::string directory = resolve_in_guest(guest, command.working_directory);
    const std::optional<FileInfo> place = guest.lstat(directory);
    if (!is_provided(directory) && (!place || place->type != FileInfo::Type::directory))
        throw missing_directory(command);
}

LaunchOrders limited(const CommandLimits &limits) {
    LaunchOrders orders;
    orders.memory_bytes = limits.memory_bytes;
    orders.processes = limits.processes;
    orders.open_files = limits.open_files;
    orders.file_bytes = limits.file_bytes;
    return orders;
}

/// What udev would make a link of without writing it in another way.
bool is_plain_name(std::string_view name) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789#+-.:=@_";
    return !name.empty() && name.find_first_not_of(plain) == name.npos && !name.starts_with('.');
}

void add_disk(const SandboxDisk &disk, LaunchOrders &orders) {
    struct stat status {};

    if (stat(disk.device.c_str(), &status) != 0)
        throw base::system_error("look at", disk.device, errno);
    const std::string name = disk.device.filename().string();
    orders.disks += fmt::format("{} {} {}\n", name, major(status.st_rdev), minor(status.st_rdev));
    const std::pair<const char *, std::string> links[] = {
        {"by-uuid", disk.volume->uuid},
        {"by-label", disk.volume->label},
        {"by-partuuid", base::small_letters(disk.volume->partition_uuid)},
        {"by-partlabel", disk.volume->partition_label}};
    for (const auto &[kind, value] : links)
        if (is_plain_name(value))
            orders.disk_links += fmt::format("disk/{}/{} ../../{}\n", kind, value, name);
}

LaunchOrders make_orders(const Sandbox &sandbox) {
    LaunchOrders orders = limited(sandbox.limits);
    orders.writable = sandbox.writable;
    orders.root = sandbox.root.string();
    for (const SandboxDisk &disk : sandbox.disks)
        add_disk(disk, orders);
    return orders;
}

/// slirp4netns holds the other end of `lifeline`.
void add_network(LaunchOrders &orders, base::ProcessSpec &spec, Lifeline &lifeline) {
    orders.network = true;
    orders.slirp = slirp_path();
    orders.lifeline = static_cast<std::uint64_t>(lifeline.far_end());
    spec.inherited.push_back(lifeline.far_end());
    spec.lifelines.push_back(lifeline.near_end());
}

void join_network(LaunchOrders &orders, const std::string &forbidden) {
    orders.network = true;
    orders.joins_network = true;
    orders.forbidden = forbidden;
}

/// The launcher gets an empty environment, and so does what it becomes.
base::ProcessResult launch(const LaunchOrders &orders, base::ProcessSpec spec) {
    const base::UniqueFd program = launcher_program();
    const base::UniqueFd text = memory_file(write_orders(orders));
    spec.program = fmt::format("/proc/self/fd/{}", program.get());
    spec.arguments = {std::to_string(text.get())};
    spec.environment.emplace();
    spec.inherited.push_back(text.get());
    return base::run_process(spec);
}

void try_to_launch(LaunchOrders orders) {
    MemoryWatch::require_means();
    orders.only_try = true;
    const base::ProcessResult ended = launch(orders, {});
    if (!ended.ok())
        throw Error(ErrorKind::unavailable,
                    fmt::format("commands cannot be kept apart from this host: {}",
                                base::escape(base::trim(ended.err))),
                    "use --guest appliance");
}

/// What the launcher says when the network is not there.
bool is_about_network(const base::ProcessResult &ended) {
    return ended.err.starts_with(fmt::format("cannot {}: ", k_connecting));
}

/// Files that programs make without saying a mode get the usual one, whatever ours is.
class UsualUmask {
  public:
    UsualUmask() : former_(umask(022)) {}

    ~UsualUmask() { umask(former_); }

    UsualUmask(const UsualUmask &) = delete;
    UsualUmask &operator=(const UsualUmask &) = delete;

  private:
    mode_t former_;
};

/// Throws when it is not the command that has ended, but what it runs in.
void require_ended_command(const base::ProcessResult &ended, FirstInSandbox &first,
                           const GuestCommand &command) {
    const auto not_executed = [&ended] {
        return ended.exit_status == 1 &&
               (ended.err.starts_with("bwrap: execvp ") || ended.err.starts_with(k_starting));
    };
    // When it was the disk's, whoever looks after the guest's helpers says so.
    if (ended.lost && first.begun())
        throw Error(ErrorKind::failed,
                    fmt::format("the {} ended while the command ran",
                                command.network ? "network helper slirp4netns" : "disk helper"),
                    "see what ended it ('dmesg' tells when memory ran out), and run again");
    if (ended.signal != 0)
        throw Error(ErrorKind::failed,
                    fmt::format("the sandbox the command ran in (bwrap) {}",
                                base::ProcessEnd{ended.exit_status, ended.signal}.text()),
                    "see what ended it ('dmesg' tells when memory ran out), and run again");
    if (!first.command_ended() || not_executed())
        throw Error(ErrorKind::failed,
                    fmt::format("the command could not be started in the guest: {}",
                                base::escape(base::trim(ended.err))),
                    is_about_network(ended) ? k_network_hint : "");
}

bool has_met_memory(const std::vector<CommandLimit> &met) {
    return std::ranges::count(met, CommandLimit::memory) > 0;
}

/// Whether memory is over the limit, as the kernel counts it, or else we.
MemoryWatch::IsOver memory_count(const ControlGroup *group, const CommandLimits &limits) {
    if (group != nullptr)
        return [group](pid_t) { return has_met_memory(group->limits_met()); };
    return [counted = std::make_shared<std::optional<SandboxMemory>>(),
            most = limits.memory_bytes](pid_t first) {
        if (!*counted)
            counted->emplace(first);
        return (*counted)->exceeds(most);
    };
}

/// A command that met a limit the kernel counts has failed, whatever it says itself: of memory it
/// was ended for it.
void add_limits(CommandResult &result, const std::vector<CommandLimit> &met,
                const GuestCommand &command, const CommandLimits &limits) {
    for (const CommandLimit limit : met)
        result.limits.push_back(met_limit(limit, limits));
    if (!met.empty())
        result.exit_status = std::max(result.exit_status, 1);
    if (!result.timed_out && has_met_memory(met))
        result.exit_status = k_killed_status;
    add_likely_limits(result, command, limits);
}

} // namespace

void require_sandbox(const Sandbox &sandbox) {
    try_to_launch(make_orders(sandbox));
}

void require_sandbox_here() {
    try_to_launch(limited({}));
}

void require_network_here() {
    LaunchOrders orders = limited({});
    orders.only_try = true;
    base::ProcessSpec spec;
    Lifeline lifeline;
    add_network(orders, spec, lifeline);
    spec.begun = [&lifeline](const base::ProcessHandle &) { lifeline.give_away(); };
    const base::ProcessResult ended = launch(orders, std::move(spec));
    if (!ended.ok())
        throw Error(
            ErrorKind::unavailable,
            fmt::format("commands cannot have a network: {}", base::escape(base::trim(ended.err))),
            is_about_network(ended) ? k_network_hint : "use --guest appliance");
}

CommandResult run_in_sandbox(const Sandbox &sandbox, const GuestCommand &command) {
    check_places(sandbox.guest, command);
    MountPoints points(sandbox.guest, sandbox.files);
    const std::unique_ptr<ControlGroup> group = ControlGroup::make(sandbox.limits);
    FirstInSandbox first;
    const ProvidedFiles provided(sandbox, command);
    BubblewrapArguments arguments = make_arguments(sandbox, command, points, provided, first.fd());
    LaunchOrders orders = make_orders(sandbox);
    if (group)
        orders.group = group->path().string();
    orders.personality_32 = sandbox.guest.facts().architecture == "i686";
    orders.arguments = arguments.words(bubblewrap_path(), command);
    const base::UniqueFd program = bubblewrap_program();
    orders.program = static_cast<std::uint64_t>(program.get());
    base::ProcessSpec spec;
    spec.inherited = arguments.descriptors();
    spec.inherited.push_back(program.get());
    spec.inherited.push_back(first.fd());
    spec.output_bound = k_output_bound;
    spec.time_limit = time_for(command, sandbox.limits);

    if (sandbox.server >= 0)
        spec.lifelines.push_back(sandbox.server);
    std::optional<Lifeline> lifeline;
    if (command.network && sandbox.joined_network)
        join_network(orders, *sandbox.joined_network);
    else if (command.network)
        add_network(orders, spec, lifeline.emplace());

    const UsualUmask usual_umask;
    std::optional<MemoryWatch> watch;
    spec.begun = [&](const base::ProcessHandle &launcher) {
        if (lifeline)
            lifeline->give_away();
        watch.emplace(launcher, first, memory_count(group.get(), sandbox.limits));
    };
    base::ProcessResult ended = launch(orders, std::move(spec));
    std::vector<CommandLimit> met = group ? group->limits_met() : std::vector<CommandLimit>();
    if (watch->stop() && !has_met_memory(met))
        met.push_back(CommandLimit::memory);
    if (met.empty() && !ended.timed_out)
        require_ended_command(ended, first, command);
    CommandResult result;
    result.exit_status = ended.timed_out ? k_timed_out_status : ended.exit_status;
    result.timed_out = ended.timed_out;
    result.out = {std::move(ended.out), ended.out_total};
    result.err = {std::move(ended.err), ended.err_total};
    result.seconds = ended.seconds;
    add_limits(result, met, command, sandbox.limits);
    return result;
}

} // namespace retouch::guest
