#include "guest/host/first_in_sandbox.hpp"

#include "base/process_handle.hpp"
#include "base/text.hpp"
#include "retouch/error.hpp"
#include "retouch/json.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch {

namespace {

constexpr std::chrono::seconds k_end_wait{30};

} // namespace

FirstInSandbox::FirstInSandbox() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        throw system_error("create", "a pipe", errno);
    read_end_.reset(ends[0]);
    write_end_.reset(ends[1]);
}

FirstInSandbox::~FirstInSandbox() {
    try {
        read_status();
        end();
    } catch (const std::exception &) {
        // Nothing more can be done; the unmount will tell.
    }
}

bool FirstInSandbox::begun() {
    read_status();
    return pid_ > 1;
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
    for (const std::string &line : split_lines(text_)) {
        const Json status = Json::parse(line, nullptr, false);
        if (!status.is_object())
            continue;
        pid_ = status.value("child-pid", pid_);
        namespace_ = status.value("pid-namespace", namespace_);
        command_ended_ = command_ended_ || status.contains("exit-code");
    }
}

void FirstInSandbox::end() const {
    if (pid_ <= 1)
        return;
    const ProcessHandle process{ProcessId(pid_)};

    // The number may already mean another process; the namespace tells.
    struct stat status {};

    const std::string name = fmt::format("/proc/{}/ns/pid", pid_);
    if (stat(name.c_str(), &status) != 0 || status.st_ino != namespace_)
        return;
    process.signal(SIGKILL);
    static_cast<void>(process.ended(k_end_wait));
}

} // namespace retouch
