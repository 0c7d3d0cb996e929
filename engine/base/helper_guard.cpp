#include "base/helper_guard.hpp"

#include <csignal>

namespace retouch::base {

HelperGuard::HelperGuard(ProcessHandle helper, std::chrono::milliseconds grace)
    : helper_(std::move(helper)),
      grace_(grace),
      watch_([this](const InterruptionWatch &watch) { end(watch); }) {}

void HelperGuard::end(const InterruptionWatch &watch) {
    helper_.signal(SIGCONT);
    if (watch.ended_within(grace_) || helper_.ended())
        return;
    fired_ = true;
    helper_.signal(SIGKILL);
}

} // namespace retouch::base
