#pragma once
// Disk import: a disk image of this host, maybe compressed or packed, becomes an image of a
// catalog, with progress as runs have it. Where the file comes from is not its business.

#include "apply/phases.hpp"
#include "cli/workspace.hpp"
#include "retouch/catalog.hpp"
#include "retouch/event.hpp"

#include <filesystem>
#include <string>

namespace retouch::cli {

/// What is done for one image, told by its name.
class ImportWork {
  public:
    /// Borrows `events`.
    ImportWork(std::string name, EventSink &events) : events_(events) {
        report_.name = std::move(name);
    }

    template<typename Act>
    auto phase(PhaseKind kind, const Act &act) {
        const apply::Phase phase(kind, report_, events_);
        return act(apply::tell_progress(kind, report_, events_));
    }

    [[nodiscard]] EventSink &events() const { return events_; }

  private:
    EventSink &events_;
    TargetReport report_{};
};

/// A new image with the disk in `file`; `record` is one of catalog::imported_record(). Errors call
/// the file `shown`. Throws Error as apply::import_file() and apply::unpack() do.
[[nodiscard]] Image import_disk(Catalog &catalog, const std::filesystem::path &file,
                                const std::string &shown, Image record, const Workspace &workspace,
                                ImportWork &work);

} // namespace retouch::cli
