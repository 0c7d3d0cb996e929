// The launcher: a small static program between the library and bubblewrap. It is a process of its
// own because what it gives up it cannot get back: it makes a user namespace, the guest's mounts
// with their owners mapped, a network, limits; becomes root of the namespace; and turns into bwrap,
// which then finds neither our environment nor our descriptors.

#include "guest/appliance/runner/whole_file.hpp"
#include "guest/host/launch_orders.hpp"
#include "guest/host/launcher/failure.hpp"
#include "guest/host/launcher/limits.hpp"
#include "guest/host/launcher/mounts.hpp"
#include "guest/host/launcher/network.hpp"
#include "guest/host/launcher/user_namespace.hpp"

#include <csignal>
#include <linux/keyctl.h>
#include <string>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace retouch {

namespace {

void die_with(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
}

[[noreturn]] void become_bubblewrap(LaunchOrders &orders) {
    std::vector<char *> words;
    for (std::string &word : orders.arguments)
        words.push_back(word.data());
    words.push_back(nullptr);
    char *nothing = nullptr;
    execve(words[0], words.data(), &nothing);
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
    if (orders.only_try)
        _exit(0);
    network.connect();
    if (orders.personality_32 && personality(PER_LINUX32) < 0)
        fail("look like a 32-bit machine");
    become_bubblewrap(orders);
}

} // namespace

} // namespace retouch

int main(int count, char **words) {
    if (count != 2)
        return 64;
    const std::string path = std::string("/proc/self/fd/") + words[1];
    const std::string text = retouch::read_whole(path.c_str());
    close(std::stoi(words[1]));
    retouch::launch(retouch::read_orders(text));
}
