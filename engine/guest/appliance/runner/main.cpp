// The runner: a small static program that works for the library inside the appliance and prints
// its result. It runs a guest command in namespaces of its own, because libguestfs' way of running
// commands has neither exit status nor time limit, and it looks at the guest's whole tree.

#include "guest/appliance/job.hpp"
#include "guest/appliance/runner/command_process.hpp"
#include "guest/appliance/runner/guest_mounts.hpp"
#include "guest/appliance/runner/limits.hpp"
#include "guest/appliance/runner/looking.hpp"
#include "guest/appliance/runner/made_points.hpp"
#include "guest/appliance/runner/outward_network.hpp"
#include "guest/appliance/runner/supervision.hpp"
#include "guest/appliance/runner/surroundings.hpp"
#include "guest/appliance/runner/whole_file.hpp"
#include "guest/sandbox/ids.hpp"
#include "guest/sandbox/provided_file.hpp"
#include "guest/tree/plain_capabilities.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace retouch::guest {

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

std::string not_started(const std::string &detail) {
    return "failed start\ndetail " + detail + "\n";
}

bool make_pipes(Pipes &pipes) {
    return pipe2(pipes.out.data(), O_CLOEXEC) == 0 && pipe2(pipes.err.data(), O_CLOEXEC) == 0 &&
           pipe2(pipes.notices.data(), O_CLOEXEC) == 0 && pipe2(pipes.go.data(), O_CLOEXEC) == 0;
}

/// The first process of new namespaces, its pidfd in `first_fd`; it waits for its orders. The
/// kernel makes no user namespace for a process whose root is not that of its mount namespace, so
/// both leave the appliance's root for that moment.
pid_t make_first_process(Job &job, const Pipes &pipes, int &first_fd) {
    const unsigned long flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                                (job.network ? 0UL : static_cast<unsigned long>(CLONE_NEWNET));
    const int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (!enter_top())
        return -1;
    const long first =
        syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, nullptr, &first_fd, nullptr, nullptr);
    const int code = errno;
    const bool back = fchdir(root) == 0 && chroot(".") == 0;
    close(root);
    if (first == 0) {
        if (!back)
            _exit(1);
        be_first_process(job, pipes);
    }
    errno = code;
    return back ? static_cast<pid_t>(first) : -1;
}

/// The user namespace of `first`, its users mapped; -1 with errno.
int map_users(pid_t first) {
    const std::string directory = "/proc/" + std::to_string(first);
    for (const char *map : {"/uid_map", "/gid_map"}) {
        const int file = open((directory + map).c_str(), O_WRONLY | O_CLOEXEC);
        const bool written = file >= 0 && write_all_to(file, k_id_map);
        close(file);
        if (!written)
            return -1;
    }
    return open((directory + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC);
}

/// What `first` needs to go on. Lines for the report when that fails, else nothing.
std::string prepare(const Job &job, pid_t first, int first_fd, CommandGroup &group,
                    GuestMounts &mounts) {
    if (const std::string problem = group.make(job, first); !problem.empty())
        return not_started(problem);
    if (!set_process_limits(job, first))
        return not_started(std::string("limit the command: ") + std::strerror(errno));
    const int user_namespace = map_users(first);
    if (user_namespace < 0)
        return not_started(std::string("map the guest's users: ") + std::strerror(errno));
    if (std::string report = mounts.put(job, user_namespace); !report.empty())
        return report;
    close(user_namespace);
    if (const std::string problem = make_surroundings(job); !problem.empty())
        return not_started(problem);
    if (const std::string problem = mount_kernel_views(job, first_fd); !problem.empty())
        return not_started(problem);
    return {};
}

/// From now on, but for a command that can write nothing.
void watch_capabilities(const Job &job, PlainCapabilities &capabilities) {
    if (!job.writable)
        return;
    for (const GuestPoint &point : guest_points())
        capabilities.watch(open(point.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/// Lines for the report when that fails, else nothing.
std::string settle_capabilities(const Job &job, PlainCapabilities &capabilities) {
    if (!job.writable)
        return {};
    const int root = open(k_guest_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const LookFailure failure = capabilities.settle(root, runner_tree_tools());
    close(root);
    return failure ? look_report(failure) : "";
}

/// To the end of `first` and of all it started.
std::string run_in(Job &job, const Pipes &pipes, pid_t first, int first_fd) {
    CommandGroup group;
    GuestMounts mounts;
    PlainCapabilities capabilities;
    watch_capabilities(job, capabilities);
    std::string problem = prepare(job, first, first_fd, group, mounts);
    if (problem.empty())
        static_cast<void>(!write(pipes.go[1], "g", 1));
    close(pipes.go[1]);
    Supervision supervision(pipes, job);
    supervision.watch(first, first_fd);
    const std::string met = group.limits_met();
    group.take_away();
    mounts.take_away();
    if (!problem.empty())
        return problem;
    if (problem = settle_capabilities(job, capabilities); !problem.empty())
        return problem;
    return supervision.report(met.rfind("memory", 0) == 0) + "limits " + met + "\nmemory " +
           std::to_string(group.memory_bytes()) + "\n";
}

std::string run(Job &job) {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return not_started(std::string("make private mounts: ") + std::strerror(errno));
    if (job.network)
        leave_out_host(job);
    Pipes pipes;
    int first_fd = -1;
    const pid_t first = make_pipes(pipes) ? make_first_process(job, pipes, first_fd) : -1;
    if (first < 0)
        return not_started(std::string("make namespaces: ") + std::strerror(errno));
    for (const int end : {pipes.out[1], pipes.err[1], pipes.notices[1], pipes.go[0]})
        close(end);
    return run_in(job, pipes, first, first_fd);
}

/// True when it stands there until `provided` ends.
bool provide(const std::string &path, std::string_view bytes, mode_t mode,
             std::vector<ProvidedFile> &provided) {
    if (path.empty())
        return false;
    const std::size_t name = path.rfind('/') + 1;
    const int directory = open((k_guest_root + path.substr(0, name)).c_str(),
                               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    ProvidedFile file(directory, path.substr(name));
    if (directory < 0 || !file.put(bytes, mode))
        return false;
    provided.push_back(std::move(file));
    return true;
}

/// What cannot be put is covered, if there is something.
void provide_files(Job &job, std::vector<ProvidedFile> &provided) {
    if (provide(job.resolver_file, read_whole("/etc/resolv.conf"), 0644, provided))
        job.resolver.clear();
    if (provide(job.services_file, job.policy, 0755, provided))
        job.services.clear();
    static_cast<void>(provide(job.dpkg_file, job.dpkg, 0644, provided));
    static_cast<void>(provide(job.initramfs_file, job.initramfs, 0644, provided));
}

std::string run_job(const char *path) {
    Job job = read_job(read_whole(path));
    MadePoints points;
    std::vector<ProvidedFile> provided;
    umask(022);
    provide_files(job, provided);
    std::string report = make_points(job, points);
    if (report.empty())
        report = run(job);
    provided.clear();
    points.take_away();
    return report;
}

} // namespace

} // namespace retouch::guest

int main(int count, char **words) {
    close_range(3, ~0U, 0); // those of libguestfs' daemon
    const std::string_view task = count < 2 ? "" : words[1];
    std::string report;
    if (task == "run" && count == 3)
        report = retouch::guest::run_job(words[2]);
    else if (task == "mark" && count == 3)
        report = retouch::guest::mark_tree(words[2]);
    else if (task == "unchangeable" && count == 3)
        report = retouch::guest::unchangeable_entries(words[2]);
    else if (task == "changes" && count == 2)
        report = retouch::guest::tree_changes();
    else if (task == "unlabelled" && count == 2)
        report = retouch::guest::unlabelled_entries();
    else if (task == "labels" && count == 2)
        report = retouch::guest::all_labels();
    else if (task == "label" && count == 3)
        report = retouch::guest::label_entries(words[2]);
    else if (task == "piece" && count == 3)
        report = retouch::guest::piece_of_changes(words[2]);
    else
        return 64;
    return retouch::guest::write_all_to(STDOUT_FILENO, report) ? 0 : 1;
}
