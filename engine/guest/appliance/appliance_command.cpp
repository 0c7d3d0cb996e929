// Writes the job, has the runner do it and reads its report.

#include "guest/appliance/appliance_command.hpp"

#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/appliance/forbidden_ranges.hpp"
#include "guest/appliance/job.hpp"
#include "guest/appliance/runner_call.hpp"
#include "guest/command.hpp"
#include "guest/command_limits.hpp"
#include "guest/initramfs.hpp"
#include "guest/refusals.hpp"
#include "guest/resolve.hpp"
#include "guest/sandbox/call_filter.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <sys/stat.h>
#include <vector>

namespace retouch::guest {

namespace {

/// For starting and clearing up in a slow appliance.
constexpr std::chrono::seconds k_grace{180};

constexpr const char *k_job_path = "/dev/shm/retouch-job";

/// Which of `names` are in `directory`, as their modes; 0 for those that are not.
std::vector<std::int64_t> modes_in(const Handle &handle, const char *directory,
                                   std::vector<std::string> names) {
    std::vector<char *> pointers;
    pointers.reserve(names.size() + 1);
    for (std::string &name : names)
        pointers.push_back(name.data());
    pointers.push_back(nullptr);
    std::vector<std::int64_t> modes(names.size());
    struct guestfs_statns_list *list =
        guestfs_lstatnslist(handle.get(), directory, pointers.data());
    if (list == nullptr)
        return modes;
    for (std::size_t at = 0; at < modes.size() && at < list->len; ++at)
        modes[at] = list->val[at].st_ino == -1 ? 0 : list->val[at].st_mode;
    guestfs_free_statns_list(list);
    return modes;
}

void choose_mount_points(const ApplianceSandbox &sandbox, Job &job) {
    const std::vector<std::int64_t> modes =
        modes_in(sandbox.handle, "/", {"run", "proc", "dev", "sys"});
    const auto place = [&](std::size_t which, const char *path) {
        const bool is_link = S_ISLNK(static_cast<mode_t>(modes[which]));
        return is_link ? resolve_in_guest(sandbox.guest, path) : path;
    };
    job.run = place(0, "/run");
    job.proc = place(1, "/proc");
    job.dev = place(2, "/dev");
    job.sys = place(3, "/sys");
}

/// A link above it resolved; a final one is what stands there.
std::string entry_at(const GuestView &guest, const std::string &path) {
    return base::join(resolve_in_guest(guest, base::parent_path(path)), base::base_name(path));
}

/// Only where something asks the policy: elsewhere it would be a stranger.
void choose_service_policy(const ApplianceSandbox &sandbox, Job &job) {
    const std::vector<std::int64_t> modes =
        modes_in(sandbox.handle, "/usr/sbin", {"policy-rc.d", "invoke-rc.d"});
    job.policy = k_policy_script;
    if (modes[0] != 0)
        job.services = resolve_in_guest(sandbox.guest, k_policy_path);
    if (sandbox.writable && (modes[0] != 0 || modes[1] != 0))
        job.services_file = entry_at(sandbox.guest, k_policy_path);
}

void choose_resolver(const ApplianceSandbox &sandbox, Job &job) {
    const std::string path = resolver_target(sandbox.guest).value_or("/");
    const bool is_in_run = base::is_within(path, job.run);
    const auto info = is_in_run ? std::nullopt : sandbox.guest.lstat(path);
    if (is_in_run || (info && info->type == FileInfo::Type::regular))
        job.resolver = path;
    if (sandbox.writable && !is_in_run)
        job.resolver_file = entry_at(sandbox.guest, k_resolver_path);
}

Job make_job(const ApplianceSandbox &sandbox, const GuestCommand &command) {
    Job job;
    job.writable = sandbox.writable;
    job.network = command.network;
    job.personality_32 = sandbox.guest.facts().architecture == "i686";
    job.limit_seconds = static_cast<std::uint64_t>(time_for(command, sandbox.limits).count());
    job.output_bound = k_output_bound;
    job.memory_bytes = sandbox.limits.memory_bytes;
    job.processes = sandbox.limits.processes;
    job.open_files = sandbox.limits.open_files;
    job.file_bytes = sandbox.limits.file_bytes;
    job.filters = call_filters();
    job.hostname = k_guest_hostname;
    job.shell = command.shell;
    job.directory = command.working_directory;
    job.script_path = k_script_path;
    job.script = command.script;
    for (const auto &[name, value] :
         command_environment(sandbox.guest.facts(), command, sandbox.writable))
        job.environment.push_back(fmt::format("{}={}", name, value));
    choose_mount_points(sandbox, job);
    choose_service_policy(sandbox, job);
    if (sandbox.writable && modes_in(sandbox.handle, "/etc/dpkg", {"dpkg.cfg.d"})[0] != 0) {
        job.dpkg_file = entry_at(sandbox.guest, k_dpkg_path);
        job.dpkg = k_dpkg_settings;
    }
    if (sandbox.writable && initramfs_is_for_one_machine(sandbox.guest)) {
        job.initramfs_file = entry_at(sandbox.guest, k_initramfs_path);
        job.initramfs = k_initramfs_settings;
    }
    if (job.network) {
        choose_resolver(sandbox, job);
        job.forbidden = forbidden_ranges();
    }
    return job;
}

/// Throws when the runner could not start the command.
void check_started(const RunnerReport &report, const GuestCommand &command) {
    if (!report.has("failed") && report.has("microseconds"))
        return;
    const std::string why = report.text("failed");
    const std::string detail = report.text("detail");
    if (report.has("path"))
        throw refusal::cannot_store_capabilities(report.bytes("path"),
                                                 static_cast<int>(report.number("failed")));
    if (why == "shell")
        throw missing_shell(command);
    if (why == "directory")
        throw missing_directory(command);
    if (why == "mountpoint")
        throw refusal::file_operation("make a mount point of", detail,
                                      static_cast<int>(report.number("code")));
    if (why == "owners")
        throw Error(
            ErrorKind::refused,
            fmt::format("commands cannot run in this guest: the appliance's kernel cannot map the "
                        "owners of files on {}",
                        detail.empty() ? "its filesystems" : base::escape(base::trim(detail))),
            "recipes for it can only inject files");
    throw Error(ErrorKind::failed, fmt::format("the command could not be started in the guest: {}",
                                               base::escape(base::trim(detail))));
}

/// A signal ends the appliance, and then whatever it was asked last fails in its own words.
RunnerReport do_job(const ApplianceSandbox &sandbox, const GuestCommand &command) {
    try {
        upload_to_runner(sandbox.handle, write_job(make_job(sandbox, command)), k_job_path, 0600);
        return call_runner({sandbox.handle, sandbox.watchdog}, fmt::format("run {}", k_job_path));
    } catch (const Error &) {
        base::check_interrupt();
        throw;
    }
}

/// `given`: what the appliance had for the command and all it started.
std::string memory_met(std::uint64_t given, const CommandLimits &limits) {
    if (given >= limits.memory_bytes)
        return met_limit(CommandLimit::memory, limits);
    return met_memory_of_appliance(given);
}

/// Those that the kernel of the appliance has counted. A command that met one has failed, whatever
/// it says itself.
void add_counted_limits(CommandResult &result, const RunnerReport &report,
                        const CommandLimits &limits) {
    const std::string met = report.text("limits");
    if (met.find("memory") != std::string::npos)
        result.limits.push_back(memory_met(report.number("memory"), limits));
    if (met.find("processes") != std::string::npos)
        result.limits.push_back(met_limit(CommandLimit::processes, limits));
    if (!met.empty())
        result.exit_status = std::max(result.exit_status, 1);
}

} // namespace

CommandResult run_in_appliance(const ApplianceSandbox &sandbox, const GuestCommand &command) {
    base::check_interrupt();
    const Watchdog::Watch watch(sandbox.watchdog, time_for(command, sandbox.limits) + k_grace);
    const RunnerReport report = do_job(sandbox, command);
    check_started(report, command);
    CommandResult result;
    result.timed_out = !report.has("status");
    result.exit_status =
        result.timed_out ? k_timed_out_status : static_cast<int>(report.number("status"));
    result.out = {report.bytes("out"), report.number("out_total")};
    result.err = {report.bytes("err"), report.number("err_total")};
    add_counted_limits(result, report, sandbox.limits);
    add_likely_limits(result, command, sandbox.limits);
    result.seconds = static_cast<double>(report.number("microseconds")) / 1e6;
    return result;
}

} // namespace retouch::guest
