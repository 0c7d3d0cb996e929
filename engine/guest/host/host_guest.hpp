#pragma once
// HostGuest: a guest opened by this host's kernel. For images that are trusted, as root. It moves
// the calling thread into a private mount namespace, where it stays.

#include "base/file.hpp"
#include "guest/host/mounted_guest.hpp"
#include "store/disk_export.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace retouch::guest {

class HostGuest final : public MountedGuest {
  public:
    /// Throws Error as open_guest() does.
    HostGuest(const Disk &disk, const GuestOptions &options, EventSink &events);

    ~HostGuest() override { let_go(); }

    HostGuest(const HostGuest &) = delete;
    HostGuest &operator=(const HostGuest &) = delete;

    void finish() override;

    void require_helpers() const override { export_->require_served(); }

    void require_room() const override;

  private:
    [[nodiscard]] std::vector<Volume> read_volumes() const;
    [[nodiscard]] MountedVolumes::Means means() const;

    [[nodiscard]] std::optional<base::ProcessHandle> server() const override {
        return export_->hold();
    }

    base::TemporaryDirectory directory_;
    bool read_only_;
    std::unique_ptr<store::DiskExport> export_;
    std::filesystem::path disk_; ///< the exported file, seen through the daemon's namespace
};

} // namespace retouch::guest
