#pragma once
// The mark of an unfinished image: which run makes it, among whom that run's lock excludes, and
// where its bytes are. Whose mark is another's must not be taken for that of a dead run.

#include "retouch/image.hpp"

#include <optional>
#include <string>

namespace retouch::model {

struct RunMark {
    std::string run;
    std::string domain;     ///< of the lock the run holds; see NameLock::domain()
    std::string owner;      ///< of the image; see Image
    std::string place = {}; ///< of its stage; see ImageStore::stage_place()
};

/// "RUN", or "RUN@DOMAIN/OWNER" where the lock has a domain, and " in PLACE" where the stage has a
/// place: the value of lineage::k_unfinished.
[[nodiscard]] std::string to_text(const RunMark &mark);

/// The mark `image` bears; its texts are whatever somebody wrote there.
[[nodiscard]] std::optional<RunMark> run_mark_of(const Image &image);

/// True when `image` bears the mark of another run of the same owner, which held a lock of the same
/// domain.
[[nodiscard]] bool is_of_earlier_run(const Image &image, const RunMark &ours);

} // namespace retouch::model
