// The appliance's own shell starts the runner, whose program is compiled in.

#include "guest/appliance/runner_call.hpp"

#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "guest/carried_program.hpp"

#include <cerrno>
#include <charconv>
#include <fmt/format.h>
#include <sys/mman.h>

RETOUCH_CARRY(runner, RETOUCH_GUEST_RUNNER);

namespace retouch::guest {

namespace {

constexpr const char *k_runner_path = "/dev/shm/retouch-runner";

} // namespace

void upload_to_runner(const Handle &handle, std::string_view bytes, const char *path, int mode) {
    const base::UniqueFd file(memfd_create("retouch", MFD_CLOEXEC));
    if (!file)
        throw base::system_error("create", "a memory file", errno);
    base::write_all(file.get(), bytes, "a memory file");
    const std::string name = fmt::format("/proc/self/fd/{}", file.get());
    if (guestfs_debug_upload(handle.get(), name.c_str(), path, mode) == -1) {
        base::check_interrupt(); // which ends the appliance
        throw handle.error("hand a command to the appliance");
    }
}

void upload_runner(const Handle &handle) {
    upload_to_runner(handle, carried(retouch_runner_begin, retouch_runner_end), k_runner_path,
                     0700);
}

RunnerReport::RunnerReport(std::string_view text) {
    for (const std::string &line : base::split_lines(text)) {
        const std::size_t blank = std::min(line.find(' '), line.size());
        values_[line.substr(0, blank)] = line.substr(std::min(blank + 1, line.size()));
    }
}

std::string RunnerReport::text(const std::string &key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? "" : found->second;
}

std::uint64_t RunnerReport::number(const std::string &key) const {
    const std::string digits = text(key);
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::string RunnerReport::bytes(const std::string &key) const {
    const auto digit = [](char letter) { return letter <= '9' ? letter - '0' : letter - 'a' + 10; };
    const std::string digits = text(key);
    std::string bytes;
    bytes.reserve(digits.size() / 2);
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2)
        bytes += static_cast<char>(digit(digits[at]) * 16 + digit(digits[at + 1]));
    return bytes;
}

RunnerReport call_runner(const ApplianceRunner &runner, const std::string &arguments) {
    try {
        return RunnerReport(
            ask_shell(runner.handle, fmt::format("{} {}", k_runner_path, arguments)));
    } catch (const Error &) {
        base::check_interrupt();
        if (runner.watchdog.fired())
            throw Error(ErrorKind::failed, "the appliance did not answer in time and was ended");
        throw;
    }
}

} // namespace retouch::guest
