#pragma once
// Channel: messages between the library and the program in a machine of ours, each whole or not at
// all. What they mean is wire.hpp's and machine_call.hpp's business.

#include "base/file.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

/// For one thread at a time.
class Channel {
  public:
    static constexpr std::size_t k_largest_message = std::size_t{64} << 20;

    /// Takes a socket or a port, which may block or not.
    explicit Channel(base::UniqueFd line);

    /// From now on nothing is waited for once one of `lifelines`, descriptors that outlive this, is
    /// readable or hung up.
    void end_with(std::vector<int> lifelines) { lifelines_ = std::move(lifelines); }

    /// True once the other end was found to be gone.
    [[nodiscard]] bool ended() const { return ended_; }

    /// Throws Error: internal for more than k_largest_message bytes, interrupted, failed when the
    /// other end is gone or the lifeline has ended.
    void send(std::string_view message);

    /// The next message; nullopt when `limit` ran out before all of it was there: nothing can be
    /// received afterwards. Throws Error: interrupted, failed when the other end is gone or says
    /// that more is coming than may be.
    [[nodiscard]] std::optional<std::string>
    receive(std::optional<std::chrono::milliseconds> limit = std::nullopt);

  private:
    [[nodiscard]] bool fill(std::string &bytes,
                            const std::optional<std::chrono::steady_clock::time_point> &end);

    [[nodiscard]] bool wait_for(short events, std::optional<std::chrono::milliseconds> limit);
    [[noreturn]] void fail_at_end();

    base::UniqueFd line_;
    std::vector<int> lifelines_;
    bool ended_ = false;
};

} // namespace retouch::guest
