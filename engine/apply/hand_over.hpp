#pragma once
// Hand-over: the record of a new image is reserved, then made complete and invisible, then takes
// the name from the images before it. Before that last change everything can be undone; after it
// nothing needs to be.

#include "apply/journal.hpp"
#include "retouch/catalog.hpp"
#include "retouch/plan.hpp"
#include "retouch/store.hpp"

#include <string>
#include <vector>

namespace retouch {

/// What publishing one target works with. It borrows everything.
struct HandOver {
    const Target &target;
    const PlannedRecipe &recipe;
    const std::string &run;
    Catalog &catalog;
    Journal &journal;
    NameLock &lock;
};

/// Makes sure before any work that publishing as `id` will be allowed. Throws Error; what it added
/// is take_back()'s to remove.
void reserve(const HandOver &hand_over, const std::string &id);

/// Publishes `stage` and returns notes for the report. When it throws, take_back() is due.
[[nodiscard]] std::vector<std::string> publish(const HandOver &hand_over, Stage &stage,
                                               const SealedImage &sealed,
                                               const WorkProgress &progress);

/// Removes the record and the bytes of `id`, which was not handed over; when that fails too, leaves
/// the journal open for the next run. Does not throw.
[[nodiscard]] bool take_back(const HandOver &hand_over, const std::string &id) noexcept;

/// Converges properties and publish fields of the present generation. Throws Error, changing
/// nothing.
void converge(const HandOver &hand_over);

} // namespace retouch
