#pragma once
// Opened sources: a source that was opened for one recipe of a call is looked at for the next one,
// too, since opening one may mean starting a machine.

#include "base/run_directory.hpp"
#include "retouch/event.hpp"
#include "retouch/guest.hpp"

#include <memory>
#include <vector>

namespace retouch::cli {

/// Only so many stay open. For one thread.
class OpenedSources {
  public:
    OpenedSources(GuestKind kind, ApplianceKind appliance, const CommandLimits &limits)
        : kind_(kind), appliance_(appliance), limits_(limits) {}

    /// The guest on `disk`, which is only read; opened unless it is open. It stays open as long as
    /// the caller has it. Throws Error.
    [[nodiscard]] std::shared_ptr<const GuestView> open(const Disk &disk, EventSink &events);

    /// One that failed may fail the next, too.
    void close() { opened_.clear(); }

  private:
    struct Opened {
        Disk disk;
        base::RunDirectory directory;
        std::unique_ptr<Guest> guest; ///< gone before its directory
    };

    GuestKind kind_;
    ApplianceKind appliance_;
    CommandLimits limits_;
    std::vector<std::shared_ptr<Opened>> opened_; ///< oldest first
};

} // namespace retouch::cli
