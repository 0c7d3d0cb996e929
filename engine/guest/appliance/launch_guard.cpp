#include "guest/appliance/launch_guard.hpp"

#include "base/process_handle.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::chrono::milliseconds k_between_looks{100};

/// Of /proc/PID/stat: what stands after the name, which may hold anything, is a state and the
/// parent.
pid_t parent_of(const std::filesystem::path &process) {
    constexpr std::size_t k_bound = 4096;
    const std::string text = base::read_file(process / "stat", k_bound);
    const std::size_t at = text.rfind(") ");
    pid_t parent = 0;
    if (at != std::string::npos && at + 4 < text.size())
        std::from_chars(text.data() + at + 4, text.data() + text.size(), parent);
    return parent;
}

std::vector<pid_t> children() {
    std::vector<pid_t> found;
    for (const auto &entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        pid_t number = 0;
        const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (code != std::errc{} || end != name.data() + name.size())
            continue;
        try {
            if (parent_of(entry.path()) == getpid())
                found.push_back(number);
        } catch (const Error &) {
            // It has ended meanwhile.
        }
    }
    return found;
}

/// It is held before it is known to be ours, so that its number cannot come to mean another one.
void end_child(pid_t number) {
    const base::ProcessHandle held{base::ProcessId(number)};
    if (parent_of("/proc/" + std::to_string(number)) == getpid())
        held.signal(SIGKILL);
}

} // namespace

LaunchGuard::LaunchGuard()
    : before_(children()),
      watch_([this](const base::InterruptionWatch &watch) { end_new_children(watch); }) {}

void LaunchGuard::end_new_children(const base::InterruptionWatch &watch) const {
    do {
        try {
            for (const pid_t child : children())
                if (std::ranges::find(before_, child) == before_.end())
                    end_child(child);
        } catch (const std::exception &) {
            // Something ended while it was looked at; the next look tells.
        }
    } while (!watch.ended_within(k_between_looks));
}

} // namespace retouch::guest
