#pragma once
// MachineNetwork: slirp4netns beside a machine of ours. It makes connections of this host's of what
// the machine sends, but none to the host's loopback; what else is left out, the machine's routes
// say.

#include "base/process.hpp"

#include <filesystem>

namespace retouch::guest {

/// It ends with this, and with the thread that made it.
class MachineNetwork {
  public:
    /// `directory`: for its socket and what it says; its path must leave room for that of a socket.
    /// Throws Error: unavailable, interrupted.
    explicit MachineNetwork(const std::filesystem::path &directory);

    /// Frames go through it.
    [[nodiscard]] int frames() const { return frames_.get(); }

    /// Readable once it has ended.
    [[nodiscard]] int ended() const { return hold_.fd(); }

    /// Throws Error: failed when it has ended.
    void require_running() const;

  private:
    std::filesystem::path log_;
    base::ChildProcess process_;
    base::ProcessHandle hold_;
    base::UniqueFd frames_;
};

} // namespace retouch::guest
