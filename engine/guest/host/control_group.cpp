// Both versions are directories with files to write to: what they are called is a table.

#include "guest/host/control_group.hpp"

#include "base/process_handle.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "base/waiting.hpp"
#include "guest/host/group_place.hpp"
#include "guest/mount_words.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_longest_text = std::size_t{1} << 20;
constexpr std::string_view k_prefix = "retouch-command-";

std::string text_of(const fs::path &file) {
    try {
        return base::read_file(file, k_longest_text);
    } catch (const Error &) {
        return {};
    }
}

bool put(const fs::path &file, std::string_view text) {
    const base::UniqueFd opened(open(file.c_str(), O_WRONLY | O_CLOEXEC));
    return opened &&
           write(opened.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// True when the line "KEY N" of `text` has another number than 0.
bool has_counted(const std::string &text, std::string_view key) {
    return std::ranges::any_of(base::split_lines(text), [key](const std::string &line) {
        const std::vector<std::string> words = split_words(line, " ");
        return words.size() == 2 && words[0] == key && words[1] != "0";
    });
}

bool gives_controllers(const fs::path &group) {
    const std::vector<std::string> given =
        split_words(text_of(group / "cgroup.subtree_control"), " \n");
    return std::ranges::count(given, "memory") == 1 && std::ranges::count(given, "pids") == 1;
}

/// The lock of a group, which the living hold; none when somebody has it.
base::UniqueFd lock_of(const fs::path &group) {
    try {
        base::UniqueFd opened = base::open_file(group, O_RDONLY | O_DIRECTORY);
        if (base::lock_within(opened.get(), LOCK_EX, group, std::chrono::milliseconds(0)))
            return opened;
    } catch (const Error &) {
        // It is gone, or cannot be locked: not ours either way.
    }
    return {};
}

/// Where the kernel does not end them all at one word.
void kill_members(const fs::path &group) {
    const auto members = [&group] { return base::split_lines(text_of(group / "cgroup.procs")); };
    for (const std::string &member : members()) {
        const base::ProcessHandle held{base::ProcessId(std::atoi(member.c_str()))};
        // Held, the number cannot come to mean another process.
        if (std::ranges::count(members(), member) > 0)
            held.signal(SIGKILL);
    }
}

void end_group(const fs::path &group) noexcept {
    constexpr int k_tries = 500;
    const bool told = put(group / "cgroup.kill", "1");
    for (int left = k_tries; left > 0 && rmdir(group.c_str()) != 0 && errno == EBUSY; --left) {
        try {
            if (!told)
                kill_members(group);
        } catch (const Error &) {
            // It ended in between.
        }
        base::pause_regardless(std::chrono::milliseconds(10));
    }
}

} // namespace

/// What one version calls its files.
struct ControlGroup::Kind {
    enum class Amount { memory, processes, yes, none };

    struct Setting {
        const char *file;
        Amount amount;
        bool required;
    };

    struct Count {
        CommandLimit limit;
        const char *file;
        const char *key;
    };

    std::vector<Setting> settings;
    std::vector<Count> counts;
};

struct ControlGroup::Place {
    const Kind &kind;
    fs::path path;
};

std::vector<ControlGroup::Place> ControlGroup::places() {
    using Amount = Kind::Amount;
    // Where swap is not counted there is no such file, nor are there buffers of TCP in all kernels.
    static const Kind second = {{{"memory.max", Amount::memory, true},
                                 {"memory.oom.group", Amount::yes, true},
                                 {"pids.max", Amount::processes, true},
                                 {"memory.swap.max", Amount::none, false}},
                                {{CommandLimit::memory, "memory.events", "oom_kill"},
                                 {CommandLimit::processes, "pids.events", "max"}}};
    static const Kind first = {{{"memory.limit_in_bytes", Amount::memory, true},
                                {"memory.memsw.limit_in_bytes", Amount::memory, false},
                                {"memory.kmem.tcp.limit_in_bytes", Amount::memory, false}},
                               {{CommandLimit::memory, "memory.oom_control", "oom_kill"}}};
    const std::string own = text_of("/proc/self/cgroup");
    const std::string mounts = text_of("/proc/self/mountinfo");
    std::vector<Place> found;
    if (const fs::path beside = place_for_groups(own, mounts, gives_controllers); !beside.empty())
        found.push_back({second, beside});
    if (const fs::path below = place_for_memory_groups(own, mounts); !below.empty())
        found.push_back({first, below});
    return found;
}

std::unique_ptr<ControlGroup> ControlGroup::make(const CommandLimits &limits) {
    for (const Place &place : places()) {
        fs::path path = place.path / fmt::format("{}{}", k_prefix, base::random_uuid());
        if (mkdir(path.c_str(), 0755) != 0)
            continue;
        base::UniqueFd living = lock_of(path);
        std::unique_ptr<ControlGroup> group(
            new ControlGroup(place.kind, std::move(path), std::move(living)));
        if (group->living_ && group->limit(limits))
            return group;
    }
    return nullptr;
}

ControlGroup::ControlGroup(const Kind &kind, fs::path path, base::UniqueFd living)
    : kind_(kind), path_(std::move(path)), living_(std::move(living)) {}

/// False when it cannot be limited as it must.
bool ControlGroup::limit(const CommandLimits &limits) const {
    // One process less than the limit of the command's users: so it is this one that is met, and
    // can tell.
    const auto value = [&limits](Kind::Amount amount) -> std::uint64_t {
        switch (amount) {
        case Kind::Amount::memory:
            return limits.memory_bytes;
        case Kind::Amount::processes:
            return limits.processes - 1;
        case Kind::Amount::yes:
            return 1;
        case Kind::Amount::none:
            return 0;
        }
        return 0;
    };
    return std::ranges::all_of(kind_.settings, [&](const Kind::Setting &setting) {
        return put(path_ / setting.file, std::to_string(value(setting.amount))) ||
               !setting.required;
    });
}

ControlGroup::~ControlGroup() {
    end_group(path_);
}

std::vector<CommandLimit> ControlGroup::limits_met() const {
    std::vector<CommandLimit> met;
    for (const Kind::Count &count : kind_.counts)
        if (has_counted(text_of(path_ / count.file), count.key))
            met.push_back(count.limit);
    return met;
}

void remove_dead_groups() noexcept {
    try {
        for (const ControlGroup::Place &place : ControlGroup::places())
            for (const auto &entry : fs::directory_iterator(place.path)) {
                if (!entry.path().filename().string().starts_with(k_prefix))
                    continue;
                if (const base::UniqueFd dead = lock_of(entry.path()))
                    end_group(entry.path());
            }
    } catch (const std::exception &) {
        // Others may be removing the same; an empty group does no harm.
    }
}

} // namespace retouch::guest
