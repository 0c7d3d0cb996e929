#pragma once
// The mark of an unfinished image: which run makes it, and among whom that run's lock excludes.
// Whose mark is another's must not be taken for that of a dead run.

#include "retouch/image.hpp"

#include <string>

namespace retouch {

struct RunMark {
    std::string run;
    std::string domain; ///< of the lock the run holds; see NameLock::domain()
    std::string owner;  ///< of the image; see Image
};

/// "RUN", or "RUN@DOMAIN/OWNER" where the lock has a domain: the value of lineage::k_unfinished.
[[nodiscard]] std::string to_text(const RunMark &mark);

/// True when `image` bears the mark of another run of the same owner, which held a lock of the same
/// domain.
[[nodiscard]] bool is_of_earlier_run(const Image &image, const RunMark &ours);

} // namespace retouch
