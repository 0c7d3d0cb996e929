#include "base/process_space.hpp"

#include "base/file.hpp"
#include "base/process_handle.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

namespace retouch::base {

namespace {

constexpr std::size_t k_longest_id = 64;

} // namespace

std::string process_space() {
    std::error_code failed;
    const auto space = std::filesystem::read_symlink("/proc/self/ns/pid", failed).string();
    return fmt::format("{} {}", trim(read_file("/proc/sys/kernel/random/boot_id", k_longest_id)),
                       space);
}

bool was_here_and_died(const std::string &space, const std::string &pid) {
    pid_t number = 0;
    const char *end = pid.data() + pid.size();
    const auto [stop, failed] = std::from_chars(pid.data(), end, number);
    if (failed != std::errc{} || stop != end || number < 2 || space != process_space())
        return false;
    return !process_exists(ProcessId(number));
}

} // namespace retouch::base
