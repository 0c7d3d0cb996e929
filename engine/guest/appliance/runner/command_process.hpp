#pragma once
// The processes inside a command's namespaces: the first one, which only waits, and the command.
// Part of the runner.

#include "guest/appliance/job.hpp"

#include <array>

namespace retouch::guest {

struct Pipes {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    std::array<int, 2> notices{};
    std::array<int, 2> go{}; ///< a byte tells the first process that its surroundings are there
};

/// To be called in the first process of new namespaces, all but that of the mounts. Its end is the
/// end of everything in them.
[[noreturn]] void be_first_process(Job &job, const Pipes &pipes);

/// To be called in a child of the first process, which has entered the guest.
[[noreturn]] void become_command(Job &job, const Pipes &pipes);

} // namespace retouch::guest
