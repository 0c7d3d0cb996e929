#pragma once
// Mounting on this host, where nobody else sees it: a mount namespace of our own and mounts that
// end with their owner. Root only.

#include <filesystem>
#include <string>

namespace retouch::guest {

/// Moves the calling thread into a mount namespace of its own, once: what is mounted from now on is
/// invisible to other processes and vanishes with the last process of ours, however it ends. Mounts
/// of the host still arrive here. Call it before starting anything that must see the mounts.
/// Throws Error: not_authorised without the rights.
void enter_private_mounts();

/// The namespace the calling thread was in before. Requires: enter_private_mounts().
[[nodiscard]] int outer_mounts_fd();

class Mount {
  public:
    /// mount(2). Throws Error whose message is the reason alone.
    Mount(const std::filesystem::path &source, const std::filesystem::path &target,
          const std::string &filesystem, unsigned long flags, const std::string &options);
    /// Detaches what is still mounted.
    ~Mount();
    Mount(Mount &&other) noexcept;
    Mount &operator=(Mount &&) = delete;
    Mount(const Mount &) = delete;
    Mount &operator=(const Mount &) = delete;

    [[nodiscard]] const std::filesystem::path &target() const { return target_; }

    /// Unmounts for good, waiting a little for users to let go. Throws Error.
    void unmount();

  private:
    std::filesystem::path target_;
};

} // namespace retouch::guest
