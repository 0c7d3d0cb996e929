// A group that has processes cannot give controllers to groups below it, so ours is made beside the
// own group, where the one above gives memory and pids to its groups already: as systemd does.

#include "guest/host/control_group.hpp"

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "base/waiting.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_longest_text = std::size_t{1} << 20;
constexpr std::string_view k_prefix = "retouch-command-";

std::string text_of(const fs::path &file) {
    try {
        return read_file(file, k_longest_text);
    } catch (const Error &) {
        return {};
    }
}

bool put(const fs::path &file, std::string_view text) {
    const UniqueFd opened(open(file.c_str(), O_WRONLY | O_CLOEXEC));
    return opened &&
           write(opened.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char letter : text)
        if (letter == ' ' || letter == '\n')
            words.emplace_back();
        else
            words.back() += letter;
    return words;
}

/// True when the line "KEY N" of `text` has another number than 0.
bool has_counted(const std::string &text, std::string_view key) {
    return std::ranges::any_of(split_lines(text), [key](const std::string &line) {
        const std::vector<std::string> words = words_of(line);
        return words.size() == 2 && words[0] == key && words[1] != "0";
    });
}

bool gives_controllers(const fs::path &group) {
    const std::vector<std::string> given = words_of(text_of(group / "cgroup.subtree_control"));
    return std::ranges::count(given, "memory") == 1 && std::ranges::count(given, "pids") == 1;
}

fs::path place() {
    return place_for_groups(text_of("/proc/self/cgroup"), text_of("/proc/self/mountinfo"),
                            gives_controllers);
}

/// The lock of a group, which the living hold; none when somebody has it.
UniqueFd lock_of(const fs::path &group) {
    try {
        UniqueFd opened = open_file(group, O_RDONLY | O_DIRECTORY);
        if (lock_within(opened.get(), LOCK_EX, group, std::chrono::milliseconds(0)))
            return opened;
    } catch (const Error &) {
        // It is gone, or cannot be locked: not ours either way.
    }
    return {};
}

void end_group(const fs::path &group) noexcept {
    constexpr int k_tries = 500;
    static_cast<void>(put(group / "cgroup.kill", "1"));
    for (int left = k_tries; left > 0 && rmdir(group.c_str()) != 0 && errno == EBUSY; --left)
        pause_regardless(std::chrono::milliseconds(10));
}

/// Where version 2 is mounted as a whole; empty for nowhere.
fs::path mount_of_groups(std::string_view mounts) {
    for (const std::string &line : split_lines(mounts)) {
        const std::size_t end = line.find(" - cgroup2 ");
        const std::vector<std::string> words = words_of(line);
        constexpr std::size_t k_root = 3;
        constexpr std::size_t k_point = 4;
        if (end != std::string::npos && words.size() > k_point && words[k_root] == "/")
            return words[k_point];
    }
    return {};
}

} // namespace

fs::path place_for_groups(std::string_view own, std::string_view mounts,
                          const std::function<bool(const fs::path &)> &has_controllers) {
    constexpr std::string_view k_unified = "0::/";
    const fs::path top = mount_of_groups(mounts);
    for (const std::string &line : split_lines(own)) {
        // What lies outside of this cgroup namespace is told as "/..".
        if (top.empty() || !line.starts_with(k_unified) || line.find("/..") != std::string::npos)
            continue;
        const fs::path inner = line.substr(k_unified.size());
        const fs::path group = inner.empty() ? top : top / inner;
        if (has_controllers(group))
            return group;
        if (!inner.empty() && has_controllers(group.parent_path()))
            return group.parent_path();
    }
    return {};
}

std::unique_ptr<ControlGroup> ControlGroup::make(const CommandLimits &limits) {
    const fs::path above = place();
    if (above.empty())
        return nullptr;
    fs::path path = above / fmt::format("{}{}", k_prefix, random_uuid());
    if (mkdir(path.c_str(), 0755) != 0)
        return nullptr;
    std::unique_ptr<ControlGroup> group(new ControlGroup(std::move(path), {}));
    group->living_ = lock_of(group->path_);
    // One process less than the limit of the command's users: so it is this one that is met, and
    // can tell.
    const bool limited = group->living_ &&
                         put(group->path_ / "memory.max", std::to_string(limits.memory_bytes)) &&
                         put(group->path_ / "memory.oom.group", "1") &&
                         put(group->path_ / "pids.max", std::to_string(limits.processes - 1));
    // Where swap is not counted there is no such file.
    static_cast<void>(put(group->path_ / "memory.swap.max", "0"));
    return limited ? std::move(group) : nullptr;
}

ControlGroup::ControlGroup(fs::path path, UniqueFd living)
    : path_(std::move(path)), living_(std::move(living)) {}

ControlGroup::~ControlGroup() {
    end_group(path_);
}

std::vector<CommandLimit> ControlGroup::limits_met() const {
    std::vector<CommandLimit> met;
    if (has_counted(text_of(path_ / "memory.events"), "oom_kill"))
        met.push_back(CommandLimit::memory);
    if (has_counted(text_of(path_ / "pids.events"), "max"))
        met.push_back(CommandLimit::processes);
    return met;
}

void remove_dead_groups() noexcept {
    try {
        const fs::path above = place();
        if (above.empty())
            return;
        for (const auto &entry : fs::directory_iterator(above)) {
            if (!entry.path().filename().string().starts_with(k_prefix))
                continue;
            if (const UniqueFd dead = lock_of(entry.path()))
                end_group(entry.path());
        }
    } catch (const std::exception &) {
        // Others may be removing the same; an empty group does no harm.
    }
}

} // namespace retouch
