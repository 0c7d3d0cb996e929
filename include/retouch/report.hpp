#pragma once
// Report: what happened in one apply, per target and step. Plain data; render/ prints it.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include "retouch/event.hpp"
#include "retouch/plan.hpp"
#include "retouch/step.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch {

inline constexpr const char *k_report_format_version = "2.0";

enum class TargetOutcome {
    published,
    updated,
    unchanged,
    failed,
    not_started, ///< the run stopped before it
};

struct StepReport {
    std::string id;
    std::string kind;
    Origin origin;
    std::string summary;
    StepResult result;
    std::optional<Effect> effect = std::nullopt; ///< where it was observed

    bool operator==(const StepReport &) const = default;
};

/// How long a phase took, whether or not it succeeded.
struct PhaseTime {
    PhaseKind kind = PhaseKind::stage;
    double seconds = 0;

    bool operator==(const PhaseTime &) const = default;
};

struct TargetReport {
    PlannedRecipe recipe;
    std::string name; ///< what it publishes
    TargetOutcome outcome = TargetOutcome::failed;
    std::string image_id; ///< of the published or present image; empty when failed before
    std::optional<DiskGrowth> disk = std::nullopt; ///< what became of it; absent: it stayed
    std::vector<StepReport> steps;
    std::vector<PhaseTime> phases;   ///< in the order in which they ended
    std::uint64_t bytes_written = 0; ///< into the stage by the steps
    std::vector<std::string> notes;  ///< what a reader should know; escaped
    std::string error;               ///< empty unless failed
    std::string hint;
    int exit_code = 0; ///< what this target alone would exit with

    bool operator==(const TargetReport &) const = default;
};

struct Report {
    std::string run; ///< id of the run
    std::string catalog;
    std::vector<TargetReport> targets;
    double seconds = 0; ///< of the whole run, without waiting for answers

    bool operator==(const Report &) const = default;
};

[[nodiscard]] Json to_json(const Report &report);

/// Reads what to_json wrote. `text` is untrusted and at most 64 MiB. Throws Error: invalid when it
/// is no report, or of another format version.
[[nodiscard]] Report report_from_json(const std::string &text);

} // namespace retouch
