#include "unit/base/child_helpers.hpp"

#include <cerrno>
#include <chrono>
#include <exception>
#include <fstream>
#include <iostream>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace retouch {

int in_child(const std::function<int()> &body) {
    const pid_t pid = fork();
    if (pid == 0) {
        int status = 99;
        try {
            status = body();
        } catch (const std::exception &error) {
            std::cerr << error.what() << '\n';
        }
        _exit(status);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int beside_bystander(const std::function<int()> &body) {
    return in_child([&] {
        if (unshare(CLONE_NEWPID) != 0)
            return 96;
        return in_child([&] {
            const pid_t bystander = fork();
            if (bystander == 0)
                while (true)
                    pause();
            const int status = in_child([&] {
                const int result = body();
                return result == 0 && !has_no_children() ? 97 : result;
            });
            if (waitpid(bystander, nullptr, WNOHANG) != 0)
                return 98;
            return status;
        });
    });
}

void leave_descriptors(unsigned count) {
    const int next = dup(STDIN_FILENO);
    close(next);
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = static_cast<rlim_t>(next) + count;
    setrlimit(RLIMIT_NOFILE, &limit);
}

bool survives(pid_t pid) {
    for (int turn = 0; turn < 200; ++turn) {
        std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
        std::string id;
        std::string name;
        std::string state;
        if (!(file >> id >> name >> state) || state == "Z" || state == "X")
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

bool has_no_children() {
    return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

long status_number(const std::string &name) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name + ":"))
            return std::stol(line.substr(name.size() + 1));
    return -1;
}

} // namespace retouch
