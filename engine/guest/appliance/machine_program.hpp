#pragma once
// MachineProgram: what libguestfs is told to start as its qemu: a script, in memory only, that
// first asks to be killed when the thread that started it dies, and then becomes qemu, whose kernel
// shall count memory. libguestfs itself has a process for it that looks now and then.

#include "base/file.hpp"

#include <string>

namespace retouch::guest {

class MachineProgram {
  public:
    /// `qemu` is the program to become. Throws Error: unavailable when what is needed is missing.
    explicit MachineProgram(const std::string &qemu);

    /// Valid, in any process, while this lives.
    [[nodiscard]] std::string path() const;

  private:
    base::UniqueFd script_;
};

} // namespace retouch::guest
