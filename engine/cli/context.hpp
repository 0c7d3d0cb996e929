#pragma once
// Context: what every command gets: the global options, the console, the environment. It is made
// once in run_cli() and handed down; there is no other global state.

#include "cli/console.hpp"
#include "cli/environment.hpp"

#include <functional>
#include <string>

namespace retouch::cli {

struct GlobalOptions {
    std::string catalog;  ///< --catalog; empty: not given
    std::string config;   ///< --config; empty: search
    std::string os_cloud; ///< --os-cloud; empty: as configured
    bool quiet = false;
};

struct Context {
    Environment environment;
    Console console{environment};
    GlobalOptions global;
    /// What the command line asks for; set while it is parsed, run afterwards; returns the exit
    /// code.
    std::function<int()> command;
};

} // namespace retouch::cli
