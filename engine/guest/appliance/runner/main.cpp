// The runner: a small static program that runs one guest command inside the appliance, in
// namespaces of its own, and prints its result. It is given a job file. libguestfs' own way of
// running commands has neither exit status nor time limit.

#include "guest/appliance/job.hpp"
#include "guest/appliance/runner/command_process.hpp"
#include "guest/appliance/runner/made_points.hpp"
#include "guest/appliance/runner/supervision.hpp"
#include "guest/appliance/runner/surroundings.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace retouch {

namespace {

std::string read_all(const char *path) {
    std::string text;
    std::array<char, 65536> buffer{};
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    for (ssize_t got = 0; file >= 0 && (got = read(file, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    close(file);
    return text;
}

/// Why the command cannot start when the guest lacks a place to mount something and it cannot be
/// made; empty when all are there.
std::string make_points(const Job &job, MadePoints &points) {
    const auto missing = [](const std::string &path) {
        return "failed mountpoint\ncode " + std::to_string(errno) + "\ndetail " + path + "\n";
    };
    const std::string root = k_guest_root;
    for (const std::string *path : {&job.run, &job.proc, &job.dev, &job.sys})
        if (!points.directory(root + *path))
            return missing(*path);
    const bool resolver_in_run = job.resolver.rfind(job.run + "/", 0) == 0;
    if (!job.resolver.empty() && !resolver_in_run && !points.file(root + job.resolver))
        return missing(job.resolver);
    if (!job.services.empty() && !points.file(root + job.services))
        return missing(job.services);
    return {};
}

std::string run(Job &job) {
    Pipes pipes;
    const bool made = pipe2(pipes.out.data(), O_CLOEXEC) == 0 &&
                      pipe2(pipes.err.data(), O_CLOEXEC) == 0 &&
                      pipe2(pipes.notices.data(), O_CLOEXEC) == 0;
    const unsigned long flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                                (job.network ? 0UL : static_cast<unsigned long>(CLONE_NEWNET));
    int first_fd = -1;
    const long first = made ? syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, nullptr, &first_fd,
                                      nullptr, nullptr)
                            : -1;
    if (first == 0)
        be_first_process(job, pipes);
    if (first < 0)
        return std::string("failed start\ndetail make namespaces: ") + std::strerror(errno) + "\n";
    close(pipes.out[1]);
    close(pipes.err[1]);
    close(pipes.notices[1]);
    Supervision supervision(pipes, job);
    supervision.watch(static_cast<pid_t>(first), first_fd);
    return supervision.report();
}

void print(std::string_view text) {
    while (!text.empty()) {
        const ssize_t put = write(STDOUT_FILENO, text.data(), text.size());
        if (put <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(put));
    }
}

} // namespace

} // namespace retouch

int main(int count, char **words) {
    if (count != 2)
        return 64;
    retouch::Job job = retouch::read_job(retouch::read_all(words[1]));
    retouch::MadePoints points;
    umask(022);
    std::string report = retouch::make_points(job, points);
    if (report.empty())
        report = retouch::run(job);
    points.take_away();
    retouch::print(report);
    return 0;
}
