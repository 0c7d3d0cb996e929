// Gives the runner its three files, starts it through libguestfs' debug call, which is the
// appliance's own shell, and reads its report.

#include "guest/appliance/appliance_command.hpp"

#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "guest/appliance/runner.hpp"
#include "guest/command.hpp"
#include "guest/refusals.hpp"

#include <cerrno>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <sys/mman.h>

namespace retouch {

namespace {

/// For starting and clearing up in a slow appliance.
constexpr std::chrono::seconds k_grace{180};

/// One word for a shell, whatever it holds.
std::string quote(std::string_view word) {
    std::string quoted = "'";
    for (const char letter : word) {
        if (letter == '\'')
            quoted += "'\\''";
        else
            quoted += letter;
    }
    return quoted + "'";
}

std::string make_job(const ApplianceSandbox &sandbox, const GuestCommand &command) {
    std::string environment;
    for (const auto &[name, value] : command_environment(sandbox.facts, command))
        environment += quote(name + "=" + value) + "\n";
    std::string capabilities = "-all";
    for (const char *capability : k_capabilities)
        capabilities += fmt::format(",+{}", capability);
    return fmt::format(
        "writable={}\nnetwork={}\nlimit={}\nbound={}\nshell={}\ndirectory={}\n"
        "hostname={}\nmachine={}\npolicy={}\npolicy_path={}\nscript_path={}\n"
        "capabilities={}\nenvironment=({})\n",
        sandbox.writable ? 1 : 0, command.network ? 1 : 0, command.time_limit.count(),
        k_output_bound, quote(command.shell), quote(command.working_directory),
        quote(k_guest_hostname), quote(sandbox.facts.architecture), quote(k_policy_script),
        quote(k_policy_path), quote(k_script_path), quote(capabilities), environment);
}

void upload(const Handle &handle, std::string_view bytes, const char *path) {
    const UniqueFd file(memfd_create("retouch", MFD_CLOEXEC));
    if (!file)
        throw system_error("create", "a memory file", errno);
    write_all(file.get(), bytes, "a memory file");
    const std::string name = fmt::format("/proc/self/fd/{}", file.get());
    handle.check(guestfs_debug_upload(handle.get(), name.c_str(), path, 0600),
                 "hand a command to the appliance");
}

std::string decode_base64(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char letter : text) {
        constexpr std::string_view alphabet =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const std::size_t value = alphabet.find(letter);
        if (value == std::string_view::npos)
            break;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>(bits >> count & 0xff);
        }
    }
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
    const std::string detail = decode_base64(report.text("detail"));
    if (why == "shell")
        throw missing_shell(command);
    if (why == "directory")
        throw missing_directory(command);
    if (why == "mountpoint")
        throw refusal::file_operation("make a mount point of", detail, EROFS);
    throw Error(ErrorKind::failed, fmt::format("the command could not be started in the guest: {}",
                                               escape(trim(detail))));
}

std::string call_runner(const Handle &handle, const Watchdog &watchdog) {
    try {
        return ask_shell(handle, fmt::format("bash {}", k_runner_path));
    } catch (const Error &) {
        check_interrupt();
        if (watchdog.fired())
            throw Error(ErrorKind::failed, "the appliance did not answer in time and was ended");
        throw;
    }
}

} // namespace

CommandResult run_in_appliance(const Handle &handle, Watchdog &watchdog,
                               const ApplianceSandbox &sandbox, const GuestCommand &command) {
    check_interrupt();
    const Watchdog::Watch watch(watchdog, command.time_limit + k_grace);
    upload(handle, k_runner, k_runner_path);
    upload(handle, make_job(sandbox, command), k_job_path);
    upload(handle, command.script, k_job_script_path);
    const std::string said = call_runner(handle, watchdog);
    const RunnerReport report(said);
    check_started(report, command);
    CommandResult result;
    result.timed_out = !report.has("status");
    result.exit_status =
        result.timed_out ? k_timed_out_status : static_cast<int>(report.number("status"));
    result.out = {decode_base64(report.text("out")), report.number("out_total")};
    result.err = {decode_base64(report.text("err")), report.number("err_total")};
    result.seconds = static_cast<double>(report.number("microseconds")) / 1e6;
    return result;
}

} // namespace retouch
