// The probe's frame: each way is tried in a process of its own, which may die or hang without harm.

#include "probe.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace probe {

std::string head(const std::string &path, std::size_t most) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    std::string text(most, '\0');
    std::size_t size = 0;
    while (file >= 0 && size < most) {
        const ssize_t got = read(file, text.data() + size, most - size);
        if (got <= 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    if (file >= 0)
        close(file);
    text.resize(size);
    return text;
}

namespace {

constexpr int k_seconds_each = 10;
constexpr int k_open = 1;

/// Tries one way; returns whether it is open or could not be judged.
bool try_way(const Way &way, const World &world) {
    fflush(stdout);
    const pid_t child = fork();
    if (child < 0) {
        printf("%s: not tried: %s\n", way.name, std::strerror(errno));
        return true;
    }
    if (child == 0) {
        alarm(k_seconds_each);
        std::string detail;
        if (!way.open(world, detail))
            _exit(0);
        std::replace(detail.begin(), detail.end(), '\n', ' ');
        printf("%s%s%s\n", way.name, detail.empty() ? "" : ": ", detail.c_str());
        fflush(stdout);
        _exit(k_open);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        printf("%s: did not end\n", way.name);
        return true;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == k_open;
}

} // namespace

} // namespace probe

/// probe [writable] [canary=TEXT] [port=N] [hosts=A,B] [only=NAME]: exit status 1 when a way is
/// open.
int main(int count, char **words) {
    probe::World world;
    std::string only;
    bool list = false;
    for (int at = 1; at < count; ++at) {
        const std::string_view word = words[at];
        const auto value = [&](std::string_view key) { return word.substr(key.size()); };
        if (word == "writable")
            world.writable = true;
        else if (word == "list")
            list = true;
        else if (word.starts_with("canary="))
            world.canary = value("canary=");
        else if (word.starts_with("port="))
            world.port = value("port=");
        else if (word.starts_with("hosts="))
            world.host_addresses = value("hosts=");
        else if (word.starts_with("only="))
            only = value("only=");
        else
            return 64;
    }
    bool any = false;
    for (const auto &ways :
         {probe::k_file_ways, probe::k_device_ways, probe::k_kernel_ways, probe::k_namespace_ways,
          probe::k_process_ways, probe::k_privilege_ways, probe::k_network_ways})
        for (const probe::Way &way : ways) {
            if (list)
                puts(way.name);
            else if (only.empty() || only == way.name)
                any = probe::try_way(way, world) || any;
        }
    return any ? 1 : 0;
}
