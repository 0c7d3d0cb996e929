#pragma once
// LocalGuest: the guest on the disk of the machine this runs in. Its volumes are partitions of that
// disk as its kernel knows them.

#include "guest/host/mounted_guest.hpp"

namespace retouch::guest {

class LocalGuest final : public MountedGuest {
  public:
    /// Throws Error as open_guest() does.
    LocalGuest(bool read_only, const CommandLimits &limits, EventSink &events);

    ~LocalGuest() override { let_go(); }

    LocalGuest(const LocalGuest &) = delete;
    LocalGuest &operator=(const LocalGuest &) = delete;

    /// Who serves the disk is outside of this machine, and looked after there.
    void require_helpers() const override {}

    void require_room() const override {}

  private:
    [[nodiscard]] std::optional<base::ProcessHandle> server() const override {
        return std::nullopt;
    }
};

} // namespace retouch::guest
