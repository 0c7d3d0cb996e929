#pragma once
// Observer: tells what each step really did to a guest. It only looks; the steps are the caller's.

#include "retouch/effect.hpp"
#include "retouch/guest.hpp"

#include <map>
#include <string>
#include <vector>

namespace retouch {

class Observer {
  public:
    /// Remembers the guest as it is now. `keep` as in Guest::mark(). Borrows the guest.
    /// Throws Error.
    Observer(Guest &guest, const std::vector<std::string> &keep);

    /// What changed since the constructor or the last call. Throws Error.
    [[nodiscard]] Effect effect();

  private:
    Guest &guest_;
    std::map<std::string, std::string> packages_; ///< name to version
    std::uint64_t bytes_written_ = 0;
};

} // namespace retouch
