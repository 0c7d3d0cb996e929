// retouch plan: what would apply change? Looks at the catalog and the source, writes to neither.
// Several recipes give several plans, one after the other; one that fails does not stop the rest.
// A rehearsal works on a copy of its own, which is thrown away or, if asked for, kept for apply.

#include "apply/rehearsal.hpp"
#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "base/own_proc.hpp"
#include "base/text.hpp"
#include "base/undelivered.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/documents.hpp"
#include "cli/machine_reports.hpp"
#include "cli/opened_sources.hpp"
#include "cli/outputs.hpp"
#include "cli/planned_images.hpp"
#include "cli/progress.hpp"
#include "cli/recipes.hpp"
#include "cli/secret_sources.hpp"
#include "cli/shown_plans.hpp"
#include "cli/source_files.hpp"
#include "cli/turns.hpp"
#include "cli/workspace.hpp"
#include "model/names.hpp"
#include "model/rehearsal_verdict.hpp"
#include "plan/bundle.hpp"
#include "plan/package_news.hpp"
#include "plan/planner.hpp"
#include "plan/shared_name.hpp"
#include "plan/source_selection.hpp"
#include "recipe/policy/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace retouch::cli {

namespace {

constexpr int k_changes_pending = 2;
constexpr int k_most_days = 3650;

struct Options {
    std::vector<std::string> recipes;
    VariableOptions variables;
    std::vector<std::string> reports;
    std::string format = "text";
    std::string output;
    std::string guest;
    bool detailed_exit_code = false;
    bool from_current = false;
    bool rebuild = false;
    Selection selection;
    std::string policy;
    std::string rehearse; ///< empty: not; "plain"; "keep"
    bool prove = false;
    std::string expires = "7";
    bool bundle = false;
};

const std::vector<std::string> k_reports = {"junit", "gitlab-terraform"};

/// How long a saved plan may be applied; 0 for ever.
int days_to_live(const Options &options) {
    int days = -1;
    const char *end = options.expires.data() + options.expires.size();
    const auto [stop, failed] = std::from_chars(options.expires.data(), end, days);
    if (failed != std::errc{} || stop != end || days < 0 || days > k_most_days)
        throw Error(ErrorKind::usage,
                    fmt::format("--expires takes a number of days from 0 to {}", k_most_days),
                    "0 is for a plan that does not expire");
    return days;
}

bool keeps_stages(const Options &options) {
    return options.rehearse == "keep";
}

/// RFC 3339; empty: never.
std::string expiry(const Options &options) {
    const int days = days_to_live(options);
    return days > 0 ? base::utc_in(std::chrono::hours(24) * days) : std::string();
}

void refuse_keeping_for_nobody(const Options &options) {
    const auto refuse = [](const char *what, const char *hint) {
        throw Error(ErrorKind::usage, what, hint);
    };
    if (options.output.empty())
        refuse("--rehearse=keep needs --output: only a saved plan can be applied to what is kept",
               "add -o FILE, or rehearse without keeping: --rehearse");
    if (options.prove)
        refuse("--prove runs the steps once more, and what is left is not what would be published",
               "prove first, then rehearse with --rehearse=keep");
    if (days_to_live(options) == 0)
        refuse("what --rehearse=keep keeps has to be cleared some day, so its plan must expire",
               "name a number of days: --expires DAYS");
}

void refuse_contradictions(const Options &options) {
    static_cast<void>(days_to_live(options));
    if (options.bundle && options.output.empty())
        throw Error(ErrorKind::usage, "--bundle needs a file to write",
                    "for example: --bundle --output web.plan.tar");
    if (keeps_stages(options))
        refuse_keeping_for_nobody(options);
}

plan::PlanOptions plan_options(const Options &options, const Workspace &workspace) {
    return {.from_current = options.from_current,
            .rebuild = options.rebuild,
            .drop_properties = workspace.catalog().drop_properties};
}

/// What is shown while nobody knows yet what it will be called.
std::string name_of(const Recipe &recipe) {
    return plan::is_settled(recipe) ? recipe.publish.name.value_or(recipe.source_image)
                                    : recipe.name;
}

/// The planner opens a guest only if there is something to rebuild; then this is told and shown.
Plan plan_one(const plan::CheckedRecipe &checked, const CatalogView &catalog,
              const Options &options, const Workspace &workspace, OpenedSources &sources,
              EventSink &events) {
    const auto open = [&](const Disk &disk) {
        const std::string name = name_of(checked.recipe);
        events.on({EventKind::target_started, name, "", Json::object()});
        events.on(
            {EventKind::phase_started, name, "", {{"phase", model::to_string(PhaseKind::open)}}});
        auto guest = sources.open(disk, events);
        events.on(
            {EventKind::phase_started, name, "", {{"phase", model::to_string(PhaseKind::plan)}}});
        return guest;
    };
    return plan::make_plan(checked, catalog, plan_options(options, workspace), open,
                           workspace.guest(options.guest));
}

/// `rehearsed` has shown that no package is newer; what else is to be done, then?
Plan without_new_image(const Plan &rehearsed, const plan::CheckedRecipe &checked,
                       const CatalogView &catalog, plan::PlanOptions options) {
    options.leave_packages = true;
    Plan plan = plan::resolve_plan(checked, catalog, options);
    for (std::size_t i = 0; i < plan.targets.size(); ++i)
        plan.targets[i].notes.push_back(plan::why_not_needed(rehearsed.targets.at(i)));
    return plan;
}

/// Plans on the copy itself: one guest launch.
Planned rehearse_one(const plan::CheckedRecipe &checked, Catalog &catalog, const Options &options,
                     const Workspace &workspace, EventSink &events) {
    Plan plan = plan::resolve_plan(checked, catalog, plan_options(options, workspace));
    apply::RehearsalOptions how{.prove = options.prove};
    if (keeps_stages(options))
        how.keep_until = plan.expires_at = expiry(options);
    apply::ApplyOptions apply_options;
    base::require_own_proc();
    apply_options.guest = workspace.guest(options.guest);
    apply_options.appliance = workspace.appliance();
    apply_options.limits = workspace.limits();
    apply_options.secrets = checked.values;
    apply::KeptStages kept = apply::rehearse(plan, catalog, apply_options, how, events);
    if (std::ranges::any_of(plan.targets, plan::rehearsed_same_packages))
        return {without_new_image(plan, checked, catalog, plan_options(options, workspace))};
    Planned planned{std::move(plan)};
    planned.kept.push_back(std::move(kept));
    return planned;
}

/// 0 when there was no rehearsal.
int rehearsal_exit_code(const Plan &plan) {
    for (const Target &target : plan.targets) {
        if (model::passed_rehearsal(target))
            continue;
        const bool refused = model::verdict_of(target) == model::RehearsalVerdict::limits_broken;
        return base::exit_code(refused ? ErrorKind::refused : ErrorKind::failed);
    }
    return 0;
}

void save(Plan plan, base::OutputFile &file, const Options &options, Context &context) {
    plan.made_at = base::utc_now();
    if (plan.expires_at.empty())
        plan.expires_at = expiry(options);
    if (options.bundle)
        file.write([&](int fd) { plan::write_bundle(fd, file.path(), plan); });
    else
        file.write(to_json(plan).dump(2) + "\n");
    if (!context.global.quiet)
        context.console.err(
            fmt::format("Saved to {0}. Apply exactly this plan with: retouch apply {0}\n",
                        base::escape(options.output)));
}

/// What steps change cannot be reviewed before.
void require_fetched(const plan::CheckedRecipe &checked) {
    if (checked.awaited)
        throw Error(ErrorKind::failed,
                    fmt::format("the source {} is not in the catalog yet, so no plan of it can be "
                                "saved",
                                base::escape(checked.awaited->place)),
                    "fetch it with the plan: --rehearse; or apply the recipe");
}

constexpr int k_some_failed = 3;

int run(const Options &options, Context &context) {
    refuse_contradictions(options);
    Outputs outputs;
    base::OutputFile *const saved =
        options.output.empty() ? nullptr : &outputs.add(options.output, saved_plan_kind());
    MachineReports reports(options.reports, k_reports, outputs);
    std::vector<plan::CheckedRecipe> recipes =
        check_recipes(options.recipes, GivenByUser(options.variables, context), context);
    const Workspace workspace(context);
    for (const plan::CheckedRecipe &checked : recipes) {
        outputs.reads(checked.recipe.path, "a recipe");
        outputs.reads(checked.recipe.included, "a recipe");
        outputs.reads(checked.injected);
    }
    outputs.reads(options.policy, "the policy");
    outputs.reads(workspace.file(), "the configuration");
    outputs.keep_out_of(workspace.catalog());
    outputs.prepare();
    const std::unique_ptr<recipe::Policy> policy =
        options.policy.empty() ? nullptr : std::make_unique<recipe::Policy>(options.policy);
    Progress progress(context);
    SecretSources secrets(workspace, context);
    SourceFiles source_files(workspace);
    const bool rehearses = !options.rehearse.empty() || options.prove;
    ShownPlans shown(context, options.format, recipes.size());
    std::unique_ptr<Catalog> writable;
    std::unique_ptr<CatalogView> view;
    std::optional<OpenedSources> sources;
    bool changes = false;
    Turns turns(context, subjects_of(recipes), [&](const Subject &subject, const Error &error) {
        if (sources)
            sources->close();
        progress.pause();
        reports.add(subject.path, error);
        shown.fail(recipe_failure(subject.path, subject.name, error));
    });
    Planned all;
    std::size_t planned_recipes = 0;
    std::size_t selected = 0;
    const auto save_all = [&] {
        if (planned_recipes < recipes.size())
            throw Error(ErrorKind::failed,
                        fmt::format("{} was not saved: {} of {} recipes have no whole plan",
                                    base::escape(options.output), recipes.size() - planned_recipes,
                                    recipes.size()),
                        "what keeps them from one is said above: fix it, or leave it out");
        plan::require_distinct_names(all.plan);
        save(all.plan, *saved, options, context);
        all.confirm();
    };
    try {
        turns.prepare([&] {
            sources.emplace(workspace.guest(options.guest), workspace.appliance(),
                            workspace.limits());
            if (rehearses)
                writable = open_catalog(workspace.catalog(), context, progress);
            else
                view = view_catalog(workspace.catalog(), context);
        });
        turns.each([&](std::size_t number) {
            plan::CheckedRecipe &checked = recipes.at(number);
            secrets.get(checked);
            const CatalogView &catalog = rehearses ? *writable : *view;
            source_files.look(checked, catalog);
            if (rehearses)
                source_files.bring(checked, *writable, progress);
            else if (saved != nullptr)
                require_fetched(checked);
            ImagesOfRecipe images(checked, options.selection, plan_options(options, workspace),
                                  context);
            images.plan(catalog, [&](const plan::CheckedRecipe &one) {
                return rehearses
                           ? rehearse_one(one, *writable, options, workspace, progress)
                           : Planned{plan_one(one, *view, options, workspace, *sources, progress)};
            });
            progress.pause();
            planned_recipes += images.failed() == 0 ? 1 : 0;
            if (images.is_empty())
                return 0;
            const Plan plan = images.planned().plan;
            shown.show(plan);
            if (policy)
                policy->require(to_json(plan));
            selected += plan.targets.size();
            all.add(images.take());
            if (saved != nullptr && recipes.size() == 1)
                save_all();
            reports.add(plan);
            shown.count(plan);
            changes = changes || plan.has_changes();
            const int code = rehearsal_exit_code(plan);
            return code == 0 && images.failed() > 0 ? k_some_failed : code;
        });
        require_some(selected, options.selection);
        if (saved != nullptr && recipes.size() > 1)
            save_all();
    } catch (const Error &) {
        shown.finish_beside_error();
        reports.write_beside_error(context.console);
        throw;
    }
    try {
        shown.finish();
    } catch (const Error &) {
        reports.write_beside_error(context.console);
        throw;
    }
    reports.write();
    const int code = turns.exit_code();
    return code == 0 && changes && options.detailed_exit_code ? k_changes_pending : code;
}

} // namespace

void add_plan(CLI::App &app, Context &context) {
    Command command(app, "plan", "Show what apply would change, and change nothing.",
                    "retouch plan recipes/web.yaml\n"
                    "retouch plan recipes/web.yaml --rehearse --output web.plan.json\n"
                    "retouch plan recipes/*.yaml --detailed-exitcode --format markdown");
    const auto options = std::make_shared<Options>();
    command.arguments("RECIPE", options->recipes, "recipe files; - is standard input");
    command.variables(options->variables);
    command.option_of("--format", options->format, {"text", "json", "markdown"},
                      "form of the plan on standard output");
    command.option("-o,--output", options->output, "FILE",
                   "save the plan, for: retouch apply FILE");
    command.flag("--bundle", options->bundle,
                 "save the injected files with the plan, as one archive to apply elsewhere");
    command.option("--expires", options->expires, "DAYS",
                   "how long the saved plan may be applied; 7 by default, 0 for ever");
    command.option("--policy", options->policy, "FILE",
                   "a JSON Schema the plan must satisfy; else it is refused");
    command.flag_or("--rehearse", options->rehearse, "keep",
                    "run the steps on a copy that is thrown away, and show what they do; with "
                    "=keep the copy stays, and apply FILE publishes its very bytes");
    command.flag("--prove", options->prove,
                 "rehearse, run the steps once more, and show which change something again");
    report_option(command, options->reports, k_reports);
    command.flag("--detailed-exitcode", options->detailed_exit_code,
                 "exit with 2 when changes are pending");
    command.guest(options->guest);
    command.from_current(options->from_current);
    command.rebuild(options->rebuild);
    command.selection(options->selection);
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch::cli
