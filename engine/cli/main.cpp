// main: what must come first in the process, then the run, then its end. Everything the program
// does is in run.cpp and the commands; nothing here knows a command or an option.

#include "base/apart.hpp"
#include "base/interrupt.hpp"
#include "cli/console.hpp"
#include "cli/run.hpp"

#include <cstdio>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace {

/// A mask may keep things from others, but a run must be able to open what it made.
void keep_own_rights() {
    constexpr mode_t of_others = 077;
    umask(umask(0) & of_others);
}

} // namespace

int main(int argc, char **argv) {
    keep_own_rights();
    retouch::cli::fill_closed_streams();
    retouch::base::install_interrupt_handlers();
    const int code = retouch::cli::run_cli(std::vector<std::string>(argv + 1, argv + argc));
    if (retouch::base::is_any_left_behind()) {
        static_cast<void>(std::fflush(nullptr));
        _exit(code);
    }
    return code;
}
