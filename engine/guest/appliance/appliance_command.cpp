// Writes the job, starts the runner through the appliance's own shell and reads its report. The
// files lie in a tmpfs of the appliance, never in the image.

#include "guest/appliance/appliance_command.hpp"

#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/appliance/job.hpp"
#include "guest/appliance/runner_image.hpp"
#include "guest/command.hpp"
#include "guest/refusals.hpp"
#include "guest/resolve.hpp"

#include <cerrno>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <sys/mman.h>
#include <sys/stat.h>
#include <vector>

namespace retouch {

namespace {

/// For starting and clearing up in a slow appliance.
constexpr std::chrono::seconds k_grace{180};

constexpr const char *k_runner_path = "/dev/shm/retouch-runner";
constexpr const char *k_job_path = "/dev/shm/retouch-job";

/// Which of `names` are in `directory`, as their modes; 0 for those that are not.
std::vector<std::int64_t> modes_in(const Handle &handle, const char *directory,
                                   std::vector<std::string> names) {
    std::vector<char *> pointers;
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

/// Only where something asks the policy: elsewhere its mount point would be a stranger.
void choose_service_policy(const ApplianceSandbox &sandbox, Job &job) {
    const std::vector<std::int64_t> modes =
        modes_in(sandbox.handle, "/usr/sbin", {"policy-rc.d", "invoke-rc.d"});
    if (modes[0] == 0 && (modes[1] == 0 || !sandbox.writable))
        return;
    job.services = resolve_in_guest(sandbox.guest, k_policy_path);
    job.policy = k_policy_script;
}

void choose_resolver(const ApplianceSandbox &sandbox, Job &job) {
    const std::string path = resolve_in_guest(sandbox.guest, "/etc/resolv.conf");
    if (is_within(path, job.run) || sandbox.writable || sandbox.guest.lstat(path))
        job.resolver = path;
}

Job make_job(const ApplianceSandbox &sandbox, const GuestCommand &command) {
    Job job;
    job.writable = sandbox.writable;
    job.network = command.network;
    job.personality_32 = sandbox.guest.facts().architecture == "i686";
    job.limit_seconds = static_cast<std::uint64_t>(command.time_limit.count());
    job.output_bound = k_output_bound;
    job.hostname = k_guest_hostname;
    job.shell = command.shell;
    job.directory = command.working_directory;
    job.script_path = k_script_path;
    job.script = command.script;
    for (const auto &[name, value] : command_environment(sandbox.guest.facts(), command))
        job.environment.push_back(name + "=" + value);
    choose_mount_points(sandbox, job);
    choose_service_policy(sandbox, job);
    if (job.network)
        choose_resolver(sandbox, job);
    return job;
}

void upload(const Handle &handle, std::string_view bytes, const char *path, int mode) {
    const UniqueFd file(memfd_create("retouch", MFD_CLOEXEC));
    if (!file)
        throw system_error("create", "a memory file", errno);
    write_all(file.get(), bytes, "a memory file");
    const std::string name = fmt::format("/proc/self/fd/{}", file.get());
    handle.check(guestfs_debug_upload(handle.get(), name.c_str(), path, mode),
                 "hand a command to the appliance");
}

std::string decode_hex(std::string_view text) {
    const auto digit = [](char letter) { return letter <= '9' ? letter - '0' : letter - 'a' + 10; };
    std::string bytes;
    for (std::size_t at = 0; at + 1 < text.size(); at += 2)
        bytes += static_cast<char>(digit(text[at]) * 16 + digit(text[at + 1]));
    return bytes;
}

/// What the runner printed, by key.
class RunnerReport {
  public:
    explicit RunnerReport(std::string_view text) {
        for (const std::string &line : split_lines(text)) {
            const std::size_t blank = std::min(line.find(' '), line.size());
            values_[line.substr(0, blank)] = line.substr(std::min(blank + 1, line.size()));
        }
    }

    [[nodiscard]] bool has(const std::string &key) const { return values_.count(key) > 0; }

    [[nodiscard]] std::string text(const std::string &key) const {
        const auto found = values_.find(key);
        return found == values_.end() ? "" : found->second;
    }

    [[nodiscard]] std::uint64_t number(const std::string &key) const {
        const std::string digits = text(key);
        std::uint64_t value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }

  private:
    std::map<std::string, std::string> values_;
};

/// Throws when the runner could not start the command.
void check_started(const RunnerReport &report, const GuestCommand &command) {
    if (!report.has("failed") && report.has("microseconds"))
        return;
    const std::string why = report.text("failed");
    const std::string detail = report.text("detail");
    if (why == "shell")
        throw missing_shell(command);
    if (why == "directory")
        throw missing_directory(command);
    if (why == "mountpoint")
        throw refusal::file_operation("make a mount point of", detail,
                                      static_cast<int>(report.number("code")));
    throw Error(ErrorKind::failed, fmt::format("the command could not be started in the guest: {}",
                                               escape(trim(detail))));
}

std::string call_runner(const Handle &handle, const Watchdog &watchdog) {
    try {
        return ask_shell(handle, fmt::format("{} {}", k_runner_path, k_job_path));
    } catch (const Error &) {
        check_interrupt();
        if (watchdog.fired())
            throw Error(ErrorKind::failed, "the appliance did not answer in time and was ended");
        throw;
    }
}

} // namespace

void upload_runner(const Handle &handle) {
    upload(handle, runner_image(), k_runner_path, 0700);
}

CommandResult run_in_appliance(const ApplianceSandbox &sandbox, const GuestCommand &command) {
    check_interrupt();
    const Watchdog::Watch watch(sandbox.watchdog, command.time_limit + k_grace);
    upload(sandbox.handle, write_job(make_job(sandbox, command)), k_job_path, 0600);
    const std::string said = call_runner(sandbox.handle, sandbox.watchdog);
    const RunnerReport report(said);
    check_started(report, command);
    CommandResult result;
    result.timed_out = !report.has("status");
    result.exit_status =
        result.timed_out ? k_timed_out_status : static_cast<int>(report.number("status"));
    result.out = {decode_hex(report.text("out")), report.number("out_total")};
    result.err = {decode_hex(report.text("err")), report.number("err_total")};
    result.seconds = static_cast<double>(report.number("microseconds")) / 1e6;
    return result;
}

} // namespace retouch
