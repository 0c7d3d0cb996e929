// The launcher: a small static program between the library and bubblewrap. It is a process of its
// own because what it gives up it cannot get back: it makes a user namespace, the guest's mounts
// with their owners mapped, a network, limits; becomes root of the namespace; and its child turns
// into bwrap, which then finds neither our environment nor our descriptors. In the sandbox it comes
// before the guest's shell: what is to be made there is made with no more rights than a command
// has.

#include "guest/appliance/runner/whole_file.hpp"
#include "guest/host/launch_orders.hpp"
#include "guest/host/launcher/failure.hpp"
#include "guest/host/launcher/limits.hpp"
#include "guest/host/launcher/mounts.hpp"
#include "guest/host/launcher/network.hpp"
#include "guest/host/launcher/process_namespace.hpp"
#include "guest/host/launcher/user_namespace.hpp"
#include "guest/sandbox/capabilities.hpp"
#include "guest/sandbox/run_entry.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <string>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

void die_with(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
}

/// The bounding set becomes what commands may have. Bubblewrap needs more for a moment, and gets it
/// as what root inherits.
void bound_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> sets{};
    bool done = syscall(SYS_capget, &header, sets.data()) == 0;
    for (__user_cap_data_struct &set : sets)
        set.inheritable = set.permitted;
    done = done && syscall(SYS_capset, &header, sets.data()) == 0;
    for (int number = 0; done && prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; ++number) {
        const bool kept = std::any_of(k_capabilities.begin(), k_capabilities.end(),
                                      [&](const Capability &one) { return one.number == number; });
        done = kept || prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == 0;
    }
    if (!done)
        fail("give up capabilities");
}

[[noreturn]] void become_bubblewrap(LaunchOrders &orders) {
    const int program = static_cast<int>(orders.program);
    fcntl(program, F_SETFD, FD_CLOEXEC);
    std::vector<char *> words;
    for (std::string &word : orders.arguments)
        words.push_back(word.data());
    words.push_back(nullptr);
    char *nothing = nullptr;
    syscall(SYS_execveat, program, "", words.data(), &nothing, AT_EMPTY_PATH);
    fail("execute bwrap");
}

[[noreturn]] void launch(LaunchOrders orders) {
    const pid_t parent = getppid();
    die_with(parent);
    // Keys of whoever started us are not the guest's.
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) < 0 && errno != ENOSYS)
        fail("leave the session's keyring");
    const OutwardNetwork network(orders);
    enter_group(orders);
    const int user_namespace = make_user_namespace(orders.processes);
    make_mounts(orders, user_namespace);
    set_limits(orders);
    enter_user_namespace(user_namespace);
    die_with(parent); // becoming another user has undone it
    bound_capabilities();
    network.connect();
    enter_process_namespace();
    if (orders.only_try)
        _exit(0);
    if (orders.personality_32 && personality(PER_LINUX32) < 0)
        fail("look like a 32-bit machine");
    become_bubblewrap(orders);
}

/// In the sandbox, as bubblewrap's child.
[[noreturn]] void start(char *shell, char *script) {
    close_range(3, ~0U, 0);
    make_run_entries();
    char *words[] = {shell, script, nullptr};
    execv(shell, words);
    const std::string said = std::string(k_starting) + shell + ": " + std::strerror(errno) + "\n";
    static_cast<void>(write_all_to(STDERR_FILENO, said));
    _exit(1);
}

} // namespace

} // namespace retouch::guest

int main(int count, char **words) {
    if (count == 3)
        retouch::guest::start(words[1], words[2]);
    if (count != 2)
        return 64;
    const std::string path = std::string("/proc/self/fd/") + words[1];
    const std::string text = retouch::guest::read_whole(path.c_str());
    close(std::stoi(words[1]));
    retouch::guest::launch(retouch::guest::read_orders(text));
}
