#pragma once
// Call summary: what a command came to that worked on several recipes (or images), in one line: the
// last one it prints. It fits the exit code: "Failed:" stands first when any of them failed.

#include "render/plan_summary.hpp"
#include "retouch/drift.hpp"
#include "retouch/report.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace retouch::render {

/// A recipe or image that failed, and in a few words why; both untrusted.
struct Failure {
    std::string name;
    std::string why; ///< may be empty: it was said already

    bool operator==(const Failure &) const = default;
};

/// The part every such line begins with: "Failed: 2 of 40 recipes: a.yaml (limits broken), b.yaml";
/// empty without failures. All are named.
[[nodiscard]] std::string failures_words(const std::vector<Failure> &failures, std::size_t count,
                                         std::string_view noun);

/// Of `recipes` recipes, of which those in `failures` came to no plan that can be applied; `counts`
/// are those of the rest.
[[nodiscard]] std::string plans_summary(const PlanCounts &counts, std::size_t recipes,
                                        const std::vector<Failure> &failures);

/// Adds up reports.
struct ReportCounts {
    std::size_t published = 0; ///< targets
    std::size_t updated = 0;
    std::size_t unchanged = 0;
    std::size_t failed = 0;
    std::size_t not_started = 0;
    double seconds = 0;

    void add(const Report &report);
};

/// `not_reached` of the recipes were not begun.
[[nodiscard]] std::string reports_summary(const ReportCounts &counts, std::size_t recipes,
                                          const std::vector<Failure> &failures,
                                          std::size_t not_reached);

/// Adds up what looking for drift found.
struct DriftCounts {
    std::size_t differences = 0;
    std::size_t fixed = 0; ///< by apply
    std::size_t pending = 0;
    std::size_t unchecked = 0;
    std::size_t compared = 0;         ///< recipes that have an image to look at
    std::vector<std::string> drifted; ///< paths of recipes

    void add(const DriftReport &report);
};

[[nodiscard]] std::string drifts_summary(const DriftCounts &counts, std::size_t recipes,
                                         const std::vector<Failure> &failures);

} // namespace retouch::render
