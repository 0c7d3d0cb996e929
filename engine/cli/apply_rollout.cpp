#include "cli/apply_rollout.hpp"

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/run_directory.hpp"
#include "base/text.hpp"
#include "base/undelivered.hpp"
#include "base/working_directory.hpp"
#include "cli/rollout.hpp"
#include "model/names.hpp"
#include "plan/shared_name.hpp"
#include "render/wording.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <optional>

namespace retouch::cli {

namespace {

/// For the processes of single images: what this one was told.
std::vector<std::string> words_for_items(const ApplyArguments &options, const Context &context) {
    std::vector<std::string> words = {"--yes"};
    const auto add = [&](const char *option, const std::string &value) {
        if (!value.empty())
            words.insert(words.end(), {option, value});
    };
    add("--guest", options.guest);
    add("--catalog", context.global.catalog);
    add("--config", context.global.config);
    add("--os-cloud", context.global.os_cloud);
    return words;
}

/// Where the reports of single images go, and the plan they are of.
struct ResultsPlace {
    explicit ResultsPlace(const std::string &named) {
        if (named.empty())
            path = temporary.emplace().path();
        else
            path = base::absolute_path(named);
        std::filesystem::create_directories(path);
    }

    std::optional<base::RunDirectory> temporary{};
    std::filesystem::path path{};
};

} // namespace

std::size_t number_of_images(const char *option, const std::string &text, std::size_t least) {
    constexpr std::size_t k_most = 100'000;
    std::size_t count = 0;
    const char *end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, count);
    if (failed != std::errc{} || stop != end || count < least || count > k_most)
        throw Error(ErrorKind::usage, fmt::format("{} takes a number, from {} on", option, least));
    return count;
}

bool is_rollout(const ApplyArguments &options) {
    return options.item.empty() && (number_of_images("--parallel", options.parallel, 1) > 1 ||
                                    !options.canary.empty() || !options.results.empty());
}

/// Of the records alone: each process looks into its image itself.
Plan plan_of(const std::vector<plan::CheckedRecipe> &sources, const CatalogView &catalog,
             const plan::PlanOptions &options) {
    Plan plan;
    for (const plan::CheckedRecipe &one : sources) {
        Plan of_one = plan::resolve_plan(one, catalog, options);
        std::ranges::move(of_one.targets, std::back_inserter(plan.targets));
        of_one.targets = std::move(plan.targets);
        plan = std::move(of_one);
    }
    plan::require_distinct_names(plan);
    plan.made_at = base::utc_now();
    return plan;
}

Report roll_out_plan(const Plan &plan, std::vector<std::size_t> items,
                     const std::filesystem::path &file, const ApplyArguments &options,
                     Context &context) {
    const ResultsPlace results(options.results);
    RolloutOptions how;
    how.parallel = number_of_images("--parallel", options.parallel, 1);
    how.stop_after = number_of_images("--stop-after", options.stop_after, 0);
    how.first = options.canary;
    how.plan = file;
    how.items = std::move(items);
    how.results = results.path;
    how.words = words_for_items(options, context);
    if (file.empty()) {
        how.plan = results.path / "plan.json";
        base::write_file_atomically(how.plan, to_json(plan).dump(2) + "\n", 0600);
    }
    return roll_out(
        plan, how, [&](const TargetReport &report, std::size_t ended, std::size_t count) {
            if (!context.global.quiet)
                context.console.err(
                    fmt::format("[{}/{}] {} {}{}\n", ended, count, model::to_string(report.outcome),
                                render::in_quotes(report.name),
                                report.error.empty() ? "" : ": " + base::escape(report.error)));
        });
}

/// An item says in its report why it failed.
Report report_of_item(const ApplyArguments &options, const Plan &plan,
                      const std::function<Report()> &act) {
    if (options.item.empty())
        return act();
    Report report;
    try {
        report = act();
    } catch (const Error &error) {
        TargetReport failed = report_of(plan.targets.front(), TargetOutcome::failed);
        failed.error = error.what();
        failed.hint = error.hint();
        failed.exit_code = base::exit_code_of(error);
        report.catalog = plan.catalog;
        report.targets.push_back(std::move(failed));
    }
    if (!options.results.empty())
        base::write_file_atomically(
            item_report(options.results, number_of_images("--item", options.item, 0)),
            to_json(report).dump(2) + "\n", 0600);
    return report;
}

} // namespace retouch::cli
