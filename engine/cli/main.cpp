// main: what must come first in the process, then the run. Everything the program does is in
// run.cpp and the commands; nothing here knows a command or an option.

#include "base/interrupt.hpp"
#include "cli/console.hpp"
#include "cli/run.hpp"

#include <string>
#include <vector>

int main(int argc, char **argv) {
    retouch::fill_closed_streams();
    retouch::install_interrupt_handlers();
    return retouch::run_cli(std::vector<std::string>(argv + 1, argv + argc));
}
