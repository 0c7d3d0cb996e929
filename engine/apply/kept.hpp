#pragma once
// Kept stages: what rehearsals leave on purpose, for `apply PLAN` to publish. They are noted in the
// state directory of the host of the rehearsal, and end published, discarded, or some time after
// their plan expired. What is in them is the store's business.

#include "apply/journal.hpp"
#include "retouch/catalog.hpp"
#include "retouch/event.hpp"
#include "retouch/plan.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace retouch::apply {

/// What one rehearsal keeps, until the plan that names it is safe; else it is removed again.
class KeptStages {
  public:
    /// Borrows the catalog.
    explicit KeptStages(Catalog &catalog) : catalog_(&catalog) {}

    /// Removes what was not confirmed. Does not throw: what cannot be removed the next run removes.
    ~KeptStages();
    KeptStages(KeptStages &&) noexcept = default;
    KeptStages &operator=(KeptStages &&) = delete;
    KeptStages(const KeptStages &) = delete;
    KeptStages &operator=(const KeptStages &) = delete;

    /// The stage of `target`, whose `journal` says that it is under work. Requires: target.kept().
    void add(const Target &target, std::unique_ptr<Journal> journal);

    /// The plan is saved: from now on they wait for it. Throws Error.
    void confirm();

  private:
    struct Kept {
        KeptStage stage;
        std::string name; ///< that will be published
        std::string fingerprint;
        std::map<std::string, std::string> facts; ///< that its rehearsal found
        std::unique_ptr<Journal> journal;
    };

    Catalog *catalog_;
    std::vector<Kept> stages_;
};

/// Throws Error: stale when this host knows that the stage was kept for another plan, or for
/// another time. A stage of another host it does not know.
void require_kept_for(const Target &target, const Catalog &catalog);

/// Removes the kept stage of `target`. No error when it is gone. Throws Error: temporary while the
/// name is locked, for it might be being published; and as require_kept_for() does.
void discard_kept(const Target &target, Catalog &catalog);

/// It was published: nothing is to be cleared any more. Does not throw.
void close_kept(const std::string &id, const Catalog &catalog) noexcept;

/// Removes the stages of this host whose plan expired more than an hour ago, unless their name is
/// locked. Cheap when there is nothing. Emits a notice per stage; one that cannot be removed now is
/// tried again next time.
void clear_expired_stages(Catalog &catalog, EventSink &events);

} // namespace retouch::apply
