// A limit of processes is only an error code for the process that meets it; what it says about it
// is all there is to go by.

#include "guest/command_limits.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

std::string amount_of(CommandLimit limit, const CommandLimits &limits) {
    switch (limit) {
    case CommandLimit::memory:
        return fmt::format("{} of memory (commands.memory",
                           base::format_bytes(limits.memory_bytes));
    case CommandLimit::processes:
        return fmt::format("{} processes (commands.processes", limits.processes);
    case CommandLimit::open_files:
        return fmt::format("{} open files (commands.open_files", limits.open_files);
    case CommandLimit::file_size:
        return fmt::format("{} for a file (commands.file_size",
                           base::format_bytes(limits.file_bytes));
    case CommandLimit::time:
        return fmt::format("{} for any command (commands.time",
                           base::format_seconds(static_cast<double>(limits.time.count())));
    }
    return {};
}

std::string phrase(const char *verb, CommandLimit limit, const CommandLimits &limits) {
    return fmt::format("it {} the limit of {} in retouch.yaml)", verb, amount_of(limit, limits));
}

/// How libraries, shells and runtimes spell it, in small letters: in one line with `beside`, where
/// that alone would say too little.
struct Sign {
    CommandLimit limit;
    std::string_view words;
    std::string_view beside = {};
};

constexpr std::string_view k_again = "resource temporarily unavailable";
constexpr std::array k_signs = {
    Sign{CommandLimit::memory, "cannot allocate memory"},
    Sign{CommandLimit::memory, "out of memory"},
    Sign{CommandLimit::memory, "memory exhausted"},
    Sign{CommandLimit::memory, "memoryerror"},
    Sign{CommandLimit::memory, "bad_alloc"},
    Sign{CommandLimit::memory, "memory allocation of"},
    Sign{CommandLimit::processes, k_again, "fork"},
    Sign{CommandLimit::processes, k_again, "thread"},
    Sign{CommandLimit::processes, "cannot fork"},
    Sign{CommandLimit::open_files, "too many open files"},
    Sign{CommandLimit::file_size, "file too large"},
    Sign{CommandLimit::file_size, "file size limit exceeded"},
};

bool shows(const std::vector<std::string> &lines, const Sign &sign) {
    return std::ranges::any_of(lines, [&sign](const std::string &line) {
        return line.find(sign.words) != std::string::npos &&
               line.find(sign.beside) != std::string::npos;
    });
}

bool is_told(const CommandResult &result, CommandLimit limit, const CommandLimits &limits) {
    return std::ranges::count(result.limits, met_limit(limit, limits)) > 0;
}

} // namespace

std::string met_limit(CommandLimit limit, const CommandLimits &limits) {
    return phrase("met", limit, limits);
}

std::string met_memory_of_appliance(std::uint64_t bytes) {
    return fmt::format("it met the limit of {} of memory of the appliance (LIBGUESTFS_MEMSIZE in "
                       "the environment, in MiB)",
                       base::format_bytes(bytes));
}

std::chrono::seconds time_for(const GuestCommand &command, const CommandLimits &limits) {
    return std::min(command.time_limit, limits.time);
}

void add_likely_limits(CommandResult &result, const GuestCommand &command,
                       const CommandLimits &limits) {
    if (result.timed_out && limits.time < command.time_limit)
        result.limits.push_back(met_limit(CommandLimit::time, limits));
    if (result.timed_out || result.exit_status == 0)
        return;
    const std::vector<std::string> lines =
        base::split_lines(base::small_letters(result.out.text + result.err.text));
    for (const CommandLimit limit : {CommandLimit::memory, CommandLimit::processes,
                                     CommandLimit::open_files, CommandLimit::file_size}) {
        const bool by_signal =
            limit == CommandLimit::file_size && result.exit_status == 128 + SIGXFSZ;
        const bool by_words = std::ranges::any_of(
            k_signs, [&](const Sign &sign) { return sign.limit == limit && shows(lines, sign); });
        if ((by_signal || by_words) && !is_told(result, limit, limits))
            result.limits.push_back(by_signal ? met_limit(limit, limits)
                                              : phrase("seems to have met", limit, limits));
    }
}

} // namespace retouch::guest
