// The arguments for bwrap and what becomes of its end. Data goes in through memory files, never
// through the image.

#include "guest/host/bubblewrap.hpp"

#include "base/path.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "guest/command.hpp"
#include "guest/command_limits.hpp"
#include "guest/host/control_group.hpp"
#include "guest/host/first_in_sandbox.hpp"
#include "guest/host/host_means.hpp"
#include "guest/host/launch_orders.hpp"
#include "guest/host/launcher_program.hpp"
#include "guest/host/lifeline.hpp"
#include "guest/host/mount_points.hpp"
#include "guest/resolve.hpp"
#include "guest/sandbox/call_filter.hpp"
#include "guest/sandbox/capabilities.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch {

namespace {

constexpr std::uint64_t k_temporary_bytes = std::uint64_t{1} << 30; ///< of /run and of /dev/shm

UniqueFd memory_file(std::string_view bytes) {
    UniqueFd file(memfd_create("retouch", MFD_CLOEXEC));
    if (!file)
        throw system_error("create", "a memory file", errno);
    write_all(file.get(), bytes, "a memory file");
    lseek(file.get(), 0, SEEK_SET);
    return file;
}

/// Collects bwrap's arguments and the memory files they name.
class Arguments {
  public:
    void add(std::initializer_list<std::string> words) { words_.insert(words_.end(), words); }

    /// `option` is --file or --ro-bind-data.
    void add_data(const char *option, const char *permissions, std::string_view bytes,
                  const std::string &path) {
        files_.push_back(memory_file(bytes));
        add({"--perms", permissions, option, std::to_string(files_.back().get()), path});
    }

    void add_filter(std::string_view program) {
        files_.push_back(memory_file(program));
        add({"--add-seccomp-fd", std::to_string(files_.back().get())});
    }

    /// What stands in the process list: the rest, environment included, goes through a file.
    [[nodiscard]] std::vector<std::string> words(const std::string &program,
                                                 const GuestCommand &command) {
        std::string text;
        for (const std::string &word : words_)
            text += word + '\0';
        files_.push_back(memory_file(text));
        return {program, "--args",      std::to_string(files_.back().get()),
                "--",    command.shell, k_script_path};
    }

    [[nodiscard]] std::vector<int> descriptors() const {
        std::vector<int> numbers;
        for (const UniqueFd &file : files_)
            numbers.push_back(file.get());
        return numbers;
    }

  private:
    std::vector<std::string> words_;
    std::vector<UniqueFd> files_;
};

void add_name_resolution(Arguments &arguments, const Sandbox &sandbox, MountPoints &points,
                         const std::string &run) {
    const std::string settings = fmt::format("nameserver {}\n", k_name_server);
    const std::string path = resolve_in_guest(sandbox.guest, "/etc/resolv.conf");
    if (is_within(path, run))
        arguments.add_data("--file", "0644", settings, path);
    else if (sandbox.writable || sandbox.guest.lstat(path))
        arguments.add_data("--ro-bind-data", "0644", settings, points.file(path));
}

/// Only where something asks the policy: elsewhere its mount point would be a stranger.
void add_service_policy(Arguments &arguments, const Sandbox &sandbox, MountPoints &points) {
    const bool exists = sandbox.guest.lstat(k_policy_path).has_value();
    const bool asked = sandbox.guest.lstat("/usr/sbin/invoke-rc.d").has_value();
    if (exists || (asked && sandbox.writable))
        arguments.add_data("--ro-bind-data", "0755", k_policy_script, points.file(k_policy_path));
}

/// Where a temporary filesystem goes. Elsewhere it would hide files of the guest, and what the
/// command writes there would be lost.
std::string own_place(MountPoints &points, const std::string &path, const char *other = nullptr) {
    std::string place = points.directory(path);
    if (place != path && (other == nullptr || place != other))
        throw Error(
            ErrorKind::refused,
            fmt::format("{} of the guest is a link to {}, and commands need a {} that holds "
                        "no files of the guest",
                        path, escape(place), path),
            "make it a directory, or point it where it belongs");
    return place;
}

/// What of /proc is not of the command's own processes: settings can be read, what tells of this
/// host is empty or cannot be opened. A device bound without the right to devices is what cannot be
/// opened. The first process is bubblewrap's: nobody needs its memory.
void add_proc(Arguments &arguments, const std::string &proc) {
    arguments.add({"--proc", proc, "--ro-bind", "/proc/sys", join(proc, "sys")});
    const std::string closed = join(k_own_devices, "null");
    for (const char *name : {"acpi", "asound", "bus", "driver", "fs", "irq", "pressure", "scsi",
                             "1/task", "1/map_files"})
        if (std::filesystem::is_directory(join("/proc", name)))
            arguments.add(
                {"--perms", "0755", "--tmpfs", join(proc, name), "--remount-ro", join(proc, name)});
    for (const char *name : {"kallsyms", "kcore", "keys", "key-users", "kmsg", "sched_debug",
                             "sysrq-trigger", "timer_list", "1/mem"})
        if (std::filesystem::exists(join("/proc", name)))
            arguments.add({"--ro-bind", closed, join(proc, name)});
    arguments.add_data("--ro-bind-data", "0444", "", join(proc, "cmdline"));
}

/// A /sys that knows no hardware: what programs find there would be this host's, and would end up
/// in the image.
void add_sys(Arguments &arguments, const std::string &sys) {
    arguments.add({"--tmpfs", sys});
    for (const char *name : {"block", "bus", "class", "dev", "devices", "firmware", "fs", "kernel",
                             "module", "devices/system", "devices/system/cpu"})
        arguments.add({"--dir", join(sys, name)});
    for (const char *name : {"online", "possible", "present"}) {
        const std::string path = join("/sys/devices/system/cpu", name);
        if (std::filesystem::exists(path))
            arguments.add_data("--file", "0444", read_file(path, 4096), join(sys, path.substr(5)));
    }
    arguments.add({"--remount-ro", sys});
}

Arguments make_arguments(const Sandbox &sandbox, const GuestCommand &command, MountPoints &points,
                         int status_fd) {
    Arguments arguments;
    const std::string run = own_place(points, "/run", "/var/run");
    const std::string dev = own_place(points, "/dev");
    const std::string size = std::to_string(k_temporary_bytes);
    arguments.add({sandbox.writable ? "--bind" : "--ro-bind", k_mapped_guest, "/"});
    add_proc(arguments, own_place(points, "/proc"));
    arguments.add({"--dev-bind", k_own_devices, dev, "--size", size, "--perms", "1777", "--tmpfs",
                   join(dev, "shm")});
    add_sys(arguments, own_place(points, "/sys"));
    arguments.add({"--size", size, "--tmpfs", run, "--perms", "1777", "--dir", join(run, "lock")});
    arguments.add_data("--file", "0500", command.script, join(run, "retouch/script"));
    if (command.network)
        add_name_resolution(arguments, sandbox, points, run);
    add_service_policy(arguments, sandbox, points);
    arguments.add({"--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup",
                   "--hostname", k_guest_hostname, "--die-with-parent", "--new-session",
                   "--cap-drop", "ALL"});
    for (const Capability &capability : k_capabilities)
        arguments.add({"--cap-add", capability.name});
    arguments.add({"--clearenv"});
    for (const auto &[name, value] :
         command_environment(sandbox.guest.facts(), command, sandbox.writable))
        arguments.add({"--setenv", name, value});
    arguments.add(
        {"--chdir", command.working_directory, "--json-status-fd", std::to_string(status_fd)});
    for (const std::string &filter : call_filters())
        arguments.add_filter(filter);
    return arguments;
}

/// These exist only while a command runs.
bool is_provided(const std::string &path) {
    return is_within(path, "/dev") || is_within(path, "/proc") || is_within(path, "/sys") ||
           is_within(path, "/run");
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

LaunchOrders make_orders(const Sandbox &sandbox) {
    LaunchOrders orders = limited(sandbox.limits);
    orders.writable = sandbox.writable;
    orders.root = sandbox.root.string();
    return orders;
}

/// slirp4netns holds the other end of `lifeline`.
void add_network(LaunchOrders &orders, ProcessSpec &spec, Lifeline &lifeline) {
    orders.network = true;
    orders.slirp = slirp_path();
    orders.lifeline = static_cast<std::uint64_t>(lifeline.far_end());
    spec.inherited.push_back(lifeline.far_end());
    spec.begun = [&lifeline] { lifeline.give_away(); };
    spec.lifeline = lifeline.near_end();
}

/// The launcher gets an empty environment, and so does what it becomes.
ProcessResult launch(const LaunchOrders &orders, ProcessSpec spec) {
    const UniqueFd program = launcher_program();
    const UniqueFd text = memory_file(write_orders(orders));
    spec.program = fmt::format("/proc/self/fd/{}", program.get());
    spec.arguments = {std::to_string(text.get())};
    spec.environment.emplace();
    spec.inherited.push_back(text.get());
    return run_process(spec);
}

void try_to_launch(LaunchOrders orders) {
    orders.only_try = true;
    const ProcessResult ended = launch(orders, {});
    if (!ended.ok())
        throw Error(ErrorKind::unavailable,
                    fmt::format("commands cannot be kept apart from this host: {}",
                                escape(trim(ended.err))),
                    "use --guest appliance");
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
void require_ended_command(const ProcessResult &ended, FirstInSandbox &first) {
    constexpr std::string_view not_executed = "bwrap: execvp ";
    if (ended.lost && first.begun())
        throw Error(ErrorKind::failed, "the network helper slirp4netns ended while the command ran",
                    "see what ended it ('dmesg' tells when memory ran out), and run again");
    if (ended.signal != 0)
        throw Error(ErrorKind::failed,
                    fmt::format("the sandbox the command ran in (bwrap) {}",
                                ProcessEnd{ended.exit_status, ended.signal}.text()),
                    "see what ended it ('dmesg' tells when memory ran out), and run again");
    if (!first.command_ended() || (ended.exit_status == 1 && ended.err.starts_with(not_executed)))
        throw Error(ErrorKind::failed,
                    fmt::format("the command could not be started in the guest: {}",
                                escape(trim(ended.err))));
}

/// A command that met a limit the kernel counts has failed, whatever it says itself.
void add_limits(CommandResult &result, const std::vector<CommandLimit> &met,
                const GuestCommand &command, const CommandLimits &limits) {
    for (const CommandLimit limit : met)
        result.limits.push_back(met_limit(limit, limits));
    if (!met.empty())
        result.exit_status = std::max(result.exit_status, 1);
    add_likely_limits(result, command, limits);
}

} // namespace

void require_sandbox(const Sandbox &sandbox) {
    try_to_launch(make_orders(sandbox));
}

void require_sandbox_here() {
    try_to_launch(limited({}));
}

CommandResult run_in_sandbox(const Sandbox &sandbox, const GuestCommand &command) {
    check_places(sandbox.guest, command);
    MountPoints points(sandbox.guest, sandbox.files);
    const std::unique_ptr<ControlGroup> group = ControlGroup::make(sandbox.limits);
    FirstInSandbox first;
    Arguments arguments = make_arguments(sandbox, command, points, first.fd());
    LaunchOrders orders = make_orders(sandbox);
    if (group)
        orders.group = group->path().string();
    orders.personality_32 = sandbox.guest.facts().architecture == "i686";
    orders.arguments = arguments.words(bubblewrap_path(), command);
    ProcessSpec spec;
    spec.inherited = arguments.descriptors();
    spec.inherited.push_back(first.fd());
    spec.output_bound = k_output_bound;
    spec.time_limit = time_for(command, sandbox.limits);

    std::optional<Lifeline> lifeline;
    if (command.network)
        add_network(orders, spec, lifeline.emplace());

    const UsualUmask usual_umask;
    ProcessResult ended = launch(orders, std::move(spec));
    const std::vector<CommandLimit> met = group ? group->limits_met() : std::vector<CommandLimit>();
    if (met.empty() && !ended.timed_out)
        require_ended_command(ended, first);
    CommandResult result;
    result.exit_status = ended.timed_out ? k_timed_out_status : ended.exit_status;
    result.timed_out = ended.timed_out;
    result.out = {std::move(ended.out), ended.out_total};
    result.err = {std::move(ended.err), ended.err_total};
    result.seconds = ended.seconds;
    add_limits(result, met, command, sandbox.limits);
    return result;
}

} // namespace retouch
