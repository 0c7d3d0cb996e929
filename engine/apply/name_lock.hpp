#pragma once
// NameLock: one run at a time may publish under a name. Held from before the plan is final until
// after hand-over; the kernel frees it when the holder dies.

#include "base/lock_file.hpp"

#include <filesystem>
#include <string>

namespace retouch {

class NameLock {
  public:
    /// Throws Error: temporary, saying who holds the lock and since when.
    NameLock(const std::filesystem::path &state_directory, const std::string &name,
             const std::string &run);

  private:
    LockFile lock_;
};

} // namespace retouch
