#pragma once
// Hand-over: the record of a new image is reserved, then made complete and invisible, then takes
// the name from the images before it. Until its mark is off everything can be undone; from then on
// there is only forward, by this run or the next.

#include "apply/journal.hpp"
#include "retouch/catalog.hpp"
#include "retouch/plan.hpp"
#include "retouch/store.hpp"

#include <map>
#include <string>
#include <vector>

namespace retouch::apply {

/// What publishing one target works with. It borrows everything.
struct HandOver {
    const Target &target;
    const std::string &run;
    Catalog &catalog;
    Journal &journal;
    NameLock &lock;
    std::string place = {}; ///< of the stage; see ImageStore::stage_place()
    /// What the finished image tells, by name, for those of its properties that name it.
    std::map<std::string, std::string> facts = {};
};

/// Makes sure before any work that publishing as `id` will be allowed. Throws Error; what it added
/// is take_back()'s to remove.
void reserve(const HandOver &hand_over, const std::string &id);

struct Published {
    std::vector<std::string> notes; ///< for the report
    std::vector<std::string> left;  ///< what is left to be done, as notes; the journal is open then
};

/// Publishes `stage`. When it throws, take_back() is due.
[[nodiscard]] Published publish(const HandOver &hand_over, Stage &stage, const SealedImage &sealed,
                                const WorkProgress &progress);

enum class TakingBack {
    removed, ///< the catalog is as it was
    left,    ///< the unfinished image could not be removed
    unknown, ///< nobody can tell whether it was handed over, so nothing of it was touched
};

/// Removes the record and the bytes of `id` unless its mark may be off; what is left, the open
/// journal tells the next run. Does not throw.
[[nodiscard]] TakingBack take_back(const HandOver &hand_over, const std::string &id) noexcept;

/// Converges properties and publish fields of the current generation, and returns what is left to
/// be done. Throws Error, changing nothing.
[[nodiscard]] std::vector<std::string> converge(const HandOver &hand_over);

} // namespace retouch::apply
