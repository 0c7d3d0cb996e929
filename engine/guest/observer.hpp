#pragma once
// Observer: tells what each step really did to a guest. It only looks; the steps are the caller's.

#include "guest/effects/accounts.hpp"
#include "guest/effects/package_source.hpp"
#include "retouch/effect.hpp"
#include "retouch/guest.hpp"

#include <set>
#include <string>
#include <vector>

namespace retouch::guest {

class Observer {
  public:
    /// Remembers the guest as it is now. `keep` as in Guest::mark(). Borrows the guest.
    /// Throws Error.
    Observer(Guest &guest, const std::vector<std::string> &keep);

    /// What changed since the constructor or the last call. Throws Error.
    [[nodiscard]] Effect effect();

    /// To be called after the last effect(). Throws Error when not all was told: some step changed
    /// something unseen.
    void finish() { guest_.require_all_told(); }

  private:
    [[nodiscard]] Accounts read_accounts() const;

    Guest &guest_;
    PackageSource package_source_;
    Packages packages_;
    std::set<std::string> services_;
    Accounts accounts_;
    std::uint64_t bytes_written_ = 0;
};

} // namespace retouch::guest
