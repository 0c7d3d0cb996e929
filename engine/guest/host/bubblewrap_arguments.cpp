#include "guest/host/bubblewrap_arguments.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/command.hpp"
#include "guest/host/launch_orders.hpp"
#include "guest/host/launcher_program.hpp"
#include "guest/resolve.hpp"
#include "guest/sandbox/call_filter.hpp"
#include "guest/sandbox/capabilities.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::uint64_t k_temporary_bytes = std::uint64_t{1} << 30; ///< of /run and of /dev/shm

/// In a temporary filesystem, or over what is there and cannot be replaced.
void add_name_resolution(BubblewrapArguments &arguments, const Sandbox &sandbox,
                         MountPoints &points, const std::string &run) {
    const std::string path = resolver_target(sandbox.guest).value_or("/");
    const std::optional<FileInfo> info = sandbox.guest.lstat(path);
    if (base::is_within(path, run))
        arguments.add_data("--file", "0644", resolver_settings(), path);
    else if (info && info->type == FileInfo::Type::regular)
        arguments.add_data("--ro-bind-data", "0644", resolver_settings(), points.file(path));
}

/// The same for what keeps services from starting.
void add_service_policy(BubblewrapArguments &arguments, const Sandbox &sandbox,
                        MountPoints &points) {
    if (sandbox.guest.lstat(k_policy_path))
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
                        path, base::escape(place), path),
            "make it a directory, or point it where it belongs");
    return place;
}

/// What of /proc is not of the command's own processes: settings can be read, what tells of this
/// host is empty or cannot be opened. A device bound without the right to devices is what cannot be
/// opened. The first process is bubblewrap's: nobody needs its memory.
void add_proc(BubblewrapArguments &arguments, const std::string &proc) {
    arguments.add({"--proc", proc, "--ro-bind", "/proc/sys", base::join(proc, "sys")});
    const std::string closed = base::join(k_own_devices, "null");
    for (const char *name : {"acpi", "asound", "bus", "driver", "fs", "irq", "pressure", "scsi",
                             "1/task", "1/map_files"})
        if (std::filesystem::is_directory(base::join("/proc", name)))
            arguments.add({"--perms", "0755", "--tmpfs", base::join(proc, name), "--remount-ro",
                           base::join(proc, name)});
    for (const char *name : {"kallsyms", "kcore", "keys", "key-users", "kmsg", "sched_debug",
                             "sysrq-trigger", "timer_list", "1/mem"})
        if (std::filesystem::exists(base::join("/proc", name)))
            arguments.add({"--ro-bind", closed, base::join(proc, name)});
    arguments.add_data("--ro-bind-data", "0444", "", base::join(proc, "cmdline"));
}

/// A /sys that knows no hardware: what programs find there would be this host's, and would end up
/// in the image.
void add_sys(BubblewrapArguments &arguments, const std::string &sys) {
    arguments.add({"--tmpfs", sys});
    for (const char *name : {"block", "bus", "class", "dev", "devices", "firmware", "fs", "kernel",
                             "module", "devices/system", "devices/system/cpu"})
        arguments.add({"--dir", base::join(sys, name)});
    for (const char *name : {"online", "possible", "present"}) {
        const std::string path = base::join("/sys/devices/system/cpu", name);
        if (std::filesystem::exists(path))
            arguments.add_data("--file", "0444", base::read_file(path, 4096),
                               base::join(sys, path.substr(5)));
    }
    arguments.add({"--remount-ro", sys});
}

} // namespace

base::UniqueFd memory_file(std::string_view bytes) {
    base::UniqueFd file(memfd_create("retouch", MFD_CLOEXEC));
    if (!file)
        throw base::system_error("create", "a memory file", errno);
    base::write_all(file.get(), bytes, "a memory file");
    lseek(file.get(), 0, SEEK_SET);
    return file;
}

void BubblewrapArguments::add(std::initializer_list<std::string> words) {
    words_.insert(words_.end(), words);
}

void BubblewrapArguments::add_data(const char *option, const char *permissions,
                                   std::string_view bytes, const std::string &path) {
    files_.push_back(memory_file(bytes));
    add({"--perms", permissions, option, std::to_string(files_.back().get()), path});
}

void BubblewrapArguments::add_filter(std::string_view program) {
    files_.push_back(memory_file(program));
    add({"--add-seccomp-fd", std::to_string(files_.back().get())});
}

std::vector<std::string> BubblewrapArguments::words(const std::string &program,
                                                    const GuestCommand &command) {
    std::string text;
    for (const std::string &word : words_)
        text += word + '\0';
    files_.push_back(memory_file(text));
    const std::string arguments = std::to_string(files_.back().get());
    files_.push_back(launcher_program());
    const std::string starter = fmt::format("/proc/self/fd/{}", files_.back().get());
    return {program, "--args", arguments, "--", starter, command.shell, k_script_path};
}

std::vector<int> BubblewrapArguments::descriptors() const {
    std::vector<int> numbers;
    for (const base::UniqueFd &file : files_)
        numbers.push_back(file.get());
    return numbers;
}

BubblewrapArguments make_arguments(const Sandbox &sandbox, const GuestCommand &command,
                                   MountPoints &points, const ProvidedFiles &provided,
                                   int status_fd) {
    BubblewrapArguments arguments;
    const std::string run = own_place(points, "/run", "/var/run");
    const std::string dev = own_place(points, "/dev");
    const std::string size = std::to_string(k_temporary_bytes);
    arguments.add({sandbox.writable ? "--bind" : "--ro-bind", k_mapped_guest, "/"});
    add_proc(arguments, own_place(points, "/proc"));
    arguments.add({"--dev-bind", k_own_devices, dev, "--size", size, "--perms", "1777", "--tmpfs",
                   base::join(dev, "shm")});
    add_sys(arguments, own_place(points, "/sys"));
    arguments.add(
        {"--size", size, "--tmpfs", run, "--perms", "1777", "--dir", base::join(run, "lock")});
    arguments.add_data("--file", "0500", command.script, base::join(run, "retouch/script"));
    if (command.network && !provided.has_resolver())
        add_name_resolution(arguments, sandbox, points, run);
    if (!provided.has_policy())
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

} // namespace retouch::guest
