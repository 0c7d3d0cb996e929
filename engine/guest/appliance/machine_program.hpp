#pragma once
// MachineProgram: what libguestfs is told to start as its qemu: a script, in memory only, that
// first asks to be killed when the thread that started it dies, and then becomes qemu. libguestfs
// itself leaves that to a process that looks now and then, and may be killed with us.

#include "base/file.hpp"

#include <string>

namespace retouch {

class MachineProgram {
  public:
    /// `qemu` is the program to become. Throws Error: unavailable when what is needed is missing.
    explicit MachineProgram(const std::string &qemu);

    /// Valid, in any process, while this lives.
    [[nodiscard]] std::string path() const;

  private:
    UniqueFd script_;
};

} // namespace retouch
