#include "guest/host/first_in_sandbox.hpp"

#include "base/text.hpp"
#include "guest/mount_words.hpp"
#include "retouch/error.hpp"
#include "retouch/json.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace retouch::guest {

namespace {

constexpr std::chrono::seconds k_end_wait{30};
constexpr std::size_t k_longest_proc_text = std::size_t{1} << 20;

std::string text_of(pid_t process, const char *name) {
    try {
        return base::read_file(fmt::format("/proc/{}/{}", process, name), k_longest_proc_text);
    } catch (const Error &) {
        return {}; // it has ended
    }
}

std::vector<pid_t> children_of(pid_t process) {
    std::vector<pid_t> children;
    const std::string name = fmt::format("task/{}/children", process);
    for (const std::string &word : split_words(text_of(process, name.c_str()), " "))
        children.push_back(std::atoi(word.c_str()));
    return children;
}

bool is_first_of_a_namespace(pid_t process) {
    for (const std::string &line : base::split_lines(text_of(process, "status"))) {
        const std::vector<std::string> words = split_words(line, " \t");
        if (words.size() > 2 && words.front() == "NSpid:")
            return words.back() == "1";
    }
    return false;
}

/// The child of bubblewrap, which is the launcher's; 0: none. Bubblewrap, itself the first of a
/// namespace, knows it by a number that is nobody's here.
pid_t find_below(const base::ProcessHandle &launcher) {
    for (const pid_t bubblewrap : children_of(launcher.id().number()))
        for (const pid_t process : children_of(bubblewrap))
            if (is_first_of_a_namespace(process))
                return launcher.ended() ? 0 : process;
    return 0;
}

} // namespace

FirstInSandbox::FirstInSandbox() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        throw base::system_error("create", "a pipe", errno);
    read_end_.reset(ends[0]);
    write_end_.reset(ends[1]);
}

FirstInSandbox::~FirstInSandbox() {
    end();
}

bool FirstInSandbox::begun() {
    read_status();
    return begun_;
}

bool FirstInSandbox::command_ended() {
    read_status();
    return command_ended_;
}

void FirstInSandbox::read_status() {
    std::array<char, 4096> buffer{};
    ssize_t got = 0;
    while ((got = ::read(read_end_.get(), buffer.data(), buffer.size())) > 0)
        text_.append(buffer.data(), static_cast<std::size_t>(got));
    for (const std::string &line : base::split_lines(text_)) {
        const Json status = Json::parse(line, nullptr, false);
        if (!status.is_object())
            continue;
        begun_ = begun_ || status.contains("child-pid");
        command_ended_ = command_ended_ || status.contains("exit-code");
    }
}

bool FirstInSandbox::hold(const base::ProcessHandle &launcher) {
    if (held_)
        return true;
    const pid_t found = find_below(launcher);
    if (found == 0)
        return false;
    try {
        base::ProcessHandle process{base::ProcessId(found)};
        // Held, the number cannot come to mean another process.
        if (find_below(launcher) == found)
            held_.emplace(std::move(process));
    } catch (const Error &) {
        // It has ended.
    }
    return held_.has_value();
}

void FirstInSandbox::end() const {
    if (!held_)
        return;
    held_->signal(SIGKILL);
    static_cast<void>(held_->ended(k_end_wait));
}

} // namespace retouch::guest
