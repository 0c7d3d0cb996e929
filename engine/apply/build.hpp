#pragma once
// Build: one new image from its source, up to the sealed stage: stage, open, steps, checks, close,
// seal. Everything it made disappears with it unless it was published.

#include "apply/apply.hpp"
#include "base/run_directory.hpp"
#include "guest/observer.hpp"
#include "retouch/catalog.hpp"
#include "retouch/event.hpp"
#include "retouch/guest.hpp"
#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace retouch::apply {

/// What an image is built for: one that is only rehearsed may be staged elsewhere.
enum class Purpose { publishing, rehearsal };

class Build {
  public:
    /// Stages `source`, the record of the target's source, as `id`. Throws Error, leaving nothing
    /// behind: stale when there is no source.
    Build(const Target &target, const std::optional<Image> &source, const std::string &id,
          Catalog &catalog, TargetReport &report, EventSink &events,
          Purpose purpose = Purpose::publishing);
    ~Build();
    Build(const Build &) = delete;
    Build &operator=(const Build &) = delete;

    /// Makes the disk as the target wants it, and says what became of it; nothing where it wants
    /// nothing. Requires: before open(). Throws Error: refused when that cannot be, stale when it
    /// is not what was foreseen.
    [[nodiscard]] std::optional<DiskGrowth> grow(const ApplyOptions &options);

    /// Opens the stage as a guest, as plan::is_opened() and is_written() say. Throws Error.
    const GuestView &open(const ApplyOptions &options);

    /// From now on the report tells what each step did. Requires: open(). Throws Error.
    void observe();

    /// False when a step failed; the report says which. Can be repeated.
    bool run_steps();

    /// What the target's properties name of the image, by name. Requires: run_steps() returned
    /// true. Throws Error: failed when the image does not tell.
    [[nodiscard]] std::map<std::string, std::string> facts();

    /// A note on how packages differ from those of `present`. Requires: run_steps() returned true.
    /// Throws Error.
    [[nodiscard]] std::string package_news(const Image &present, const CatalogView &catalog,
                                           const ApplyOptions &options);

    /// Writes back and closes the guest, if one is open. Throws Error.
    void close();

    /// Makes the stage final. Requires: run_steps() returned true, close(). Throws Error.
    void seal();

    /// Requires: seal().
    [[nodiscard]] Stage &stage() { return *stage_; }

    [[nodiscard]] const SealedImage &sealed() const { return sealed_; }

  private:
    struct FitnessBefore;

    /// Looked at after the last step whatever the recipe says, because an image is made for many
    /// machines: that it can still be booted, and that no step has given it what only one of them
    /// may have.
    [[nodiscard]] bool is_fit(const FitnessBefore &before);

    [[nodiscard]] DiskGrowth grown_disk(const ApplyOptions &options, const DiskGrowth &planned);

    const Target &target_;
    TargetReport &report_;
    EventSink &events_;
    std::unique_ptr<base::RunDirectory> directory_;
    std::unique_ptr<Stage> stage_;
    std::unique_ptr<Guest> guest_;
    std::unique_ptr<guest::Observer> observer_;
    SealedImage sealed_;
    bool full_disk_ = false; ///< as the plan says: the root fills it already
};

} // namespace retouch::apply
