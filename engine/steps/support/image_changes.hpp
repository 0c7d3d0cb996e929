#pragma once
// ImageChanges: what a step makes of a guest, worked out by looking alone: paths with what will be
// there. The plan tells it, later steps foresee it, and the step does it, so that all are the same.

#include "retouch/step_kind.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

struct ImageChanges {
    std::string obstacle;             ///< why it cannot be; escaped; empty when it can
    std::vector<Foreseen> changes;    ///< in the order they are made; directories above come along
    std::vector<std::string> reasons; ///< for people; escaped

    void fail(std::string why) {
        if (obstacle.empty())
            obstacle = std::move(why);
    }

    [[nodiscard]] bool possible() const { return obstacle.empty(); }
};

[[nodiscard]] ImageChanges cannot(std::string obstacle);

[[nodiscard]] Foreseen nothing_at(std::string path);
[[nodiscard]] Foreseen link_at(std::string path, std::string target);
[[nodiscard]] Foreseen file_at(std::string path, std::string text, std::uint32_t mode,
                               std::uint32_t uid, std::uint32_t gid);

/// One that is there keeps what it holds.
[[nodiscard]] Foreseen directory_at(std::string path, std::uint32_t mode, std::uint32_t uid,
                                    std::uint32_t gid);

/// Adds an obstacle when one of the paths can be neither made nor removed. Throws Error.
void require_possible(const GuestView &guest, ImageChanges &changes);

// Of a kind whose steps are such changes. Each throws Error.

/// Throws StepObstacle. `reason` says what changes, or why nothing does.
[[nodiscard]] StepChange foretold(const Step &step, const ImageChanges &changes,
                                  std::string reason);
[[nodiscard]] StepResult carried_out(ImageChanges changes, Guest &guest);
[[nodiscard]] std::vector<Foreseen> foreseen_of(ImageChanges changes);

} // namespace retouch::steps
