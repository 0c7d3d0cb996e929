// The directory of a running appliance holds the daemon's socket from its first moment on, and
// somebody listens there or names it in a command line. One without that socket may be anybody's.

#include "guest/appliance/leftovers.hpp"

#include "base/file.hpp"

#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace fs = std::filesystem;

namespace {

constexpr const char *k_parent = "/tmp";
constexpr std::string_view k_prefix = "libguestfs";
constexpr const char *k_socket = "guestfsd.sock";

bool is_number(const std::string &name) {
    return name.find_first_not_of("0123456789") == std::string::npos;
}

/// Every command line and every listening socket of this machine.
std::string what_runs() {
    constexpr std::size_t k_bound = std::size_t{64} << 20U;
    std::string all = base::read_if_there("/proc/net/unix", k_bound);
    std::error_code code;
    for (const fs::directory_entry &entry : fs::directory_iterator("/proc", code))
        if (is_number(entry.path().filename()))
            all += base::read_if_there(entry.path() / "cmdline", k_bound) + '\n';
    return all;
}

} // namespace

std::vector<fs::path> stale_appliance_directories() {
    std::vector<fs::path> found;
    std::error_code code;
    for (const fs::directory_entry &entry : fs::directory_iterator(k_parent, code)) {
        struct stat status {};

        const bool named = entry.path().filename().string().rfind(k_prefix, 0) == 0;
        if (named && lstat(entry.path().c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
            status.st_uid == geteuid() && fs::is_socket(entry.path() / k_socket, code))
            found.push_back(entry.path());
    }
    if (found.empty())
        return found;
    const std::string running = what_runs();
    std::erase_if(found, [&](const fs::path &path) {
        return running.find(path.string()) != std::string::npos;
    });
    return found;
}

} // namespace retouch::guest
