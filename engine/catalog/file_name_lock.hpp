#pragma once
// FileNameLock: one run at a time may publish under a name, among the processes that share a state
// directory. Held from before the plan is final until after hand-over; the kernel frees it when the
// holder dies.

#include "base/lock_file.hpp"
#include "retouch/catalog.hpp"

#include <filesystem>
#include <string>

namespace retouch::catalog {

class FileNameLock : public NameLock {
  public:
    /// Throws Error: temporary, saying who holds the lock and since when.
    /// `domain` is what domain() answers.
    FileNameLock(const std::filesystem::path &state_directory, const std::string &name,
                 const std::string &run, std::string domain = {});

    /// The kernel takes no lock away from a process that lives.
    [[nodiscard]] Held require_held() override { return Held::throughout; }

    [[nodiscard]] std::string domain() const override { return domain_; }

  private:
    base::LockFile lock_;
    std::string domain_;
};

} // namespace retouch::catalog
