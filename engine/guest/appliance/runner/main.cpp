// The runner: a small static program that works for the library inside the appliance and prints
// its result. It runs a guest command in namespaces of its own, because libguestfs' way of running
// commands has neither exit status nor time limit, and it looks at the guest's whole tree.

#include "guest/appliance/job.hpp"
#include "guest/appliance/runner/command_process.hpp"
#include "guest/appliance/runner/looking.hpp"
#include "guest/appliance/runner/made_points.hpp"
#include "guest/appliance/runner/supervision.hpp"
#include "guest/appliance/runner/surroundings.hpp"
#include "guest/appliance/runner/whole_file.hpp"

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

std::string run_job(const char *path) {
    Job job = read_job(read_whole(path));
    MadePoints points;
    umask(022);
    std::string report = make_points(job, points);
    if (report.empty())
        report = run(job);
    points.take_away();
    return report;
}

} // namespace

} // namespace retouch

int main(int count, char **words) {
    const std::string_view task = count < 2 ? "" : words[1];
    std::string report;
    if (task == "run" && count == 3)
        report = retouch::run_job(words[2]);
    else if (task == "mark" && count == 3)
        report = retouch::mark_tree(words[2]);
    else if (task == "changes" && count == 2)
        report = retouch::tree_changes();
    else if (task == "piece" && count == 3)
        report = retouch::piece_of_changes(words[2]);
    else
        return 64;
    return retouch::write_all_to(STDOUT_FILENO, report) ? 0 : 1;
}
