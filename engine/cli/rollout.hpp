#pragma once
// Rollout: the images of a saved plan applied at the same time, each by a process of this program
// (apply PLAN --item I --results DIR), as any engine would run them. What each came to is a file in
// the directory of results.

#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace retouch::cli {

/// The file in a directory of results that has the report of an item of the plan, from 0.
[[nodiscard]] std::filesystem::path item_report(const std::filesystem::path &results,
                                                std::size_t item);

/// What its process said.
[[nodiscard]] std::filesystem::path item_log(const std::filesystem::path &results,
                                             std::size_t item);

/// Of an image that came to nothing else.
[[nodiscard]] TargetReport report_of(const Target &target, TargetOutcome outcome);

struct RolloutOptions {
    std::size_t parallel = 1;       ///< images at work at once, 1 and up
    std::size_t stop_after = 0;     ///< failures after which no further one is begun; 0: never
    std::vector<std::string> first; ///< globs of names: a canary, which must not fail
    std::filesystem::path plan;     ///< the saved plan
    std::vector<std::size_t> items; ///< the number in it of each target
    std::filesystem::path results;  ///< a directory that is there
    std::vector<std::string> words; ///< for every process, behind those that name its item
};

/// Told of every image that ended, and how many of how many have.
using ImageEnded =
    std::function<void(const TargetReport &report, std::size_t ended, std::size_t count)>;

/// One report of all. Requires: as many items as targets. A process that ends without a report has
/// failed. When an interruption is due, what is at work is told to end, which rolls it back, and is
/// waited for; the rest is not started. Throws Error when processes cannot be started.
[[nodiscard]] Report roll_out(const Plan &plan, const RolloutOptions &options,
                              const ImageEnded &ended);

} // namespace retouch::cli
