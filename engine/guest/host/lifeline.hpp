#pragma once
// Lifeline: a line between us and a helper that the kernel would not kill when we die, or when its
// parent does. The end of either hangs up the other's end.

#include "base/file.hpp"

namespace retouch::guest {

class Lifeline {
  public:
    /// Throws Error.
    Lifeline();

    /// Requires: the helper is being ended. Waits for that.
    ~Lifeline();

    Lifeline(const Lifeline &) = delete;
    Lifeline &operator=(const Lifeline &) = delete;

    /// Ours. No program that we start inherits it.
    [[nodiscard]] int near_end() const { return near_.get(); }

    /// The helper's.
    [[nodiscard]] int far_end() const { return far_.get(); }

    /// To be called once the helper has its end.
    void give_away() { far_.reset(); }

  private:
    base::UniqueFd near_;
    base::UniqueFd far_;
};

} // namespace retouch::guest
