#pragma once
// LocalGuest: the guest on the disk of the machine this runs in. Its volumes are partitions of that
// disk as its kernel knows them.

#include "guest/host/mounted_guest.hpp"

namespace retouch::guest {

class LocalGuest final : public MountedGuest {
  public:
    /// What of the memory `limits` allow this machine does not have is not had. `forbidden`: ranges
    /// that commands with a network may not reach; nothing: there is no network. Throws Error as
    /// open_guest() does, and refused for disks that may hold more than its kernel shows.
    LocalGuest(bool read_only, const CommandLimits &limits,
               const std::optional<std::vector<std::string>> &forbidden, EventSink &events);

    ~LocalGuest() override { let_go(); }

    LocalGuest(const LocalGuest &) = delete;
    LocalGuest &operator=(const LocalGuest &) = delete;

    [[nodiscard]] std::vector<std::optional<SeenEntry>>
    look_at(const std::vector<LookWish> &wishes) const override;

    [[nodiscard]] CommandResult probe(const GuestCommand &command) const override {
        return with_own_limit(MountedGuest::probe(command));
    }

    CommandResult run(const GuestCommand &command) override {
        return with_own_limit(MountedGuest::run(command));
    }

    /// Who serves the disk is outside of this machine, and looked after there.
    void require_helpers() const override {}

    void require_room() const override {}

  private:
    /// A limit of memory that was met is the machine's, where that is the lower one.
    [[nodiscard]] CommandResult with_own_limit(CommandResult result) const;

    [[nodiscard]] std::optional<base::ProcessHandle> server() const override {
        return std::nullopt;
    }

    [[nodiscard]] std::optional<std::string> joined_network() const override { return network_; }

    std::uint64_t allowed_memory_bytes_; ///< to commands, by the limits that were given
    std::optional<std::string> network_;
};

} // namespace retouch::guest
