#pragma once
// How apply works on many images: what it is told, and its rollouts. How processes are run is
// rollout.hpp's.

#include "cli/context.hpp"
#include "cli/given_variables.hpp"
#include "cli/selection.hpp"
#include "plan/check.hpp"
#include "plan/planner.hpp"
#include "retouch/catalog.hpp"
#include "retouch/report.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace retouch::cli {

/// What apply is told.
struct ApplyArguments {
    std::vector<std::string> inputs;
    VariableOptions variables;
    std::vector<std::string> reports;
    std::string format = "text";
    std::string events;
    std::string guest;
    std::string policy;
    bool yes = false;
    bool from_current = false;
    bool rebuild = false;
    Selection selection;
    std::string stop_after = "0";
    std::string parallel = "1";
    std::vector<std::string> canary;
    std::string item;
    std::string results;
};

/// Throws Error: usage, unless `text` is a number from `least` on.
[[nodiscard]] std::size_t number_of_images(const char *option, const std::string &text,
                                           std::size_t least);

/// True when images are applied by processes of their own.
[[nodiscard]] bool is_rollout(const ApplyArguments &options);

/// The plan of several recipes, of records alone: each process looks into its image itself. Throws
/// Error, as planning does.
[[nodiscard]] Plan plan_of(const std::vector<plan::CheckedRecipe> &sources,
                           const CatalogView &catalog, const plan::PlanOptions &options);

/// Applies the targets of `plan`, which are the `items` of the saved plan `file`; without a file it
/// is saved among the results. Throws Error.
[[nodiscard]] Report roll_out_plan(const Plan &plan, std::vector<std::size_t> items,
                                   const std::filesystem::path &file, const ApplyArguments &options,
                                   Context &context);

/// What `act` returns; of an item, its Error is in the report, which goes to the results. `plan`
/// has that item alone.
[[nodiscard]] Report report_of_item(const ApplyArguments &options, const Plan &plan,
                                    const std::function<Report()> &act);

} // namespace retouch::cli
