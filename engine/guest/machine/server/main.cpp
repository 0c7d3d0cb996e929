// The program of a machine of ours: its first process makes a system of what the kernel gives, then
// lives as long as its child, which serves the guest over the line to the host. When that one ends,
// so does the machine.

#include "base/file.hpp"
#include "guest/machine/channel.hpp"
#include "guest/machine/machine_paths.hpp"
#include "guest/machine/server/serve.hpp"
#include "guest/machine/server/system.hpp"
#include "retouch/error.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

void serve_on_the_line() {
    using namespace retouch;
    guest::await_device(guest::k_machine_port);
    guest::Channel line(base::open_file(guest::k_machine_port, O_RDWR));
    guest::serve(line);
}

int child() {
    try {
        serve_on_the_line();
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

/// Whose parent has ended is ours, as is the server.
void wait_for(pid_t server) {
    for (;;) {
        const pid_t ended = waitpid(-1, nullptr, 0);
        if (ended == server || (ended < 0 && errno != EINTR))
            return;
    }
}

} // namespace

int main() {
    try {
        retouch::guest::make_system();
        const pid_t server = fork();
        if (server == 0)
            _exit(child());
        wait_for(server);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    sync();
    reboot(RB_AUTOBOOT);
    return 1;
}
