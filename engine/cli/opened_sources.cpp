#include "cli/opened_sources.hpp"

#include "base/own_proc.hpp"

namespace retouch::cli {

namespace {

/// Each may be a machine.
constexpr std::size_t k_most = 2;

} // namespace

std::shared_ptr<const GuestView> OpenedSources::open(const Disk &disk, EventSink &events) {
    for (const std::shared_ptr<Opened> &opened : opened_)
        if (opened->disk == disk)
            return {opened, opened->guest.get()};
    if (opened_.size() == k_most)
        opened_.erase(opened_.begin());
    auto made = std::make_shared<Opened>();
    made->disk = disk;
    GuestOptions options;
    base::require_own_proc();
    options.kind = kind_;
    options.appliance = appliance_;
    options.limits = limits_;
    options.run_directory = made->directory.path();
    made->guest = open_guest(disk, options, events);
    opened_.push_back(made);
    return {made, made->guest.get()};
}

} // namespace retouch::cli
