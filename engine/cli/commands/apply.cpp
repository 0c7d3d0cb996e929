// retouch apply: make the next version of images, from recipes or from one saved plan.
// Order of refusals: wrong recipes, wrong configuration, nobody to ask for what is to be changed;
// only then a guest is opened. Several recipes are applied one after the other; one that fails does
// not stop the rest.

#include "apply/apply.hpp"

#include "base/own_proc.hpp"
#include "base/run_directory.hpp"
#include "base/text.hpp"
#include "base/working_directory.hpp"
#include "cli/apply_rollout.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/documents.hpp"
#include "cli/event_file.hpp"
#include "cli/machine_reports.hpp"
#include "cli/outputs.hpp"
#include "cli/plan_file.hpp"
#include "cli/progress.hpp"
#include "cli/recipes.hpp"
#include "cli/secret_sources.hpp"
#include "cli/shown_reports.hpp"
#include "cli/source_files.hpp"
#include "cli/workspace.hpp"
#include "plan/bundle.hpp"
#include "plan/saved_plan.hpp"
#include "recipe/policy/policy.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace retouch::cli {

namespace {

using Options = ApplyArguments;

const std::vector<std::string> k_reports = {"junit"};

/// What to apply: recipes, or one plan.
struct Work {
    std::vector<plan::CheckedRecipe> recipes;
    std::optional<Plan> plan;
    std::vector<std::size_t> items; ///< of a plan: the numbers of its targets in its file
    std::unique_ptr<base::RunDirectory> unpacked; ///< a bundle's files
};

Work plan_work(const std::string &path, const std::string &text) {
    Work work;
    work.plan = plan::read_plan(text);
    if (plan::is_bundle(path)) {
        work.unpacked = std::make_unique<base::RunDirectory>();
        const std::filesystem::path files = work.unpacked->path() / "files";
        std::filesystem::create_directory(files);
        plan::unpack_bundle(path, files, *work.plan);
    }
    return work;
}

/// Leaves of a plan what is meant.
void choose_targets(Work &work, const Options &options) {
    std::vector<Target> &all = work.plan->targets;
    const std::size_t item = options.item.empty() ? 0 : number_of_images("--item", options.item, 0);
    if (item >= all.size())
        throw Error(ErrorKind::usage, fmt::format("the plan has no image {}: they count from 0 "
                                                  "to {}",
                                                  item, all.size() - 1));
    std::vector<Target> chosen;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!options.selection.takes(all[i].publish.name) || (!options.item.empty() && i != item))
            continue;
        chosen.push_back(std::move(all[i]));
        work.items.push_back(i);
    }
    all = std::move(chosen);
    require_some(all.size(), options.selection);
}

Work read_work(const Options &options, Context &context) {
    for (const std::string &input : options.inputs) {
        const std::optional<std::string> text = plan_file_text(input);
        if (!text)
            continue;
        if (options.inputs.size() > 1)
            throw Error(ErrorKind::usage, fmt::format("{} is a saved plan; it is applied alone",
                                                      base::escape(input)));
        if (!options.variables.empty() || options.from_current || options.rebuild)
            throw Error(
                ErrorKind::usage,
                fmt::format("{} is a saved plan; its variables and source are fixed",
                            base::escape(input)),
                "leave out --var, --var-file, --from-current and --rebuild, or apply the recipe");
        Work work = plan_work(input, *text);
        choose_targets(work, options);
        return work;
    }
    if (!options.item.empty())
        throw Error(ErrorKind::usage, "--item is for a saved plan",
                    "save one: retouch plan -o FILE");
    return {check_recipes(options.inputs, GivenByUser(options.variables, context), context),
            std::nullopt,
            {},
            nullptr};
}

std::vector<Subject> subjects_of(const Work &work, const Options &options) {
    if (work.plan)
        return {{options.inputs.front(), work.plan->targets.front().recipe.name}};
    return retouch::cli::subjects_of(work.recipes);
}

/// Asked when it is known that there is something to confirm, and before that takes time.
void require_consent(const Options &options, const Context &context) {
    if (options.yes || context.console.can_ask())
        return;
    throw Error(ErrorKind::usage, "nobody is there to confirm the changes",
                "add --yes to apply without a question, or look first: retouch plan");
}

base::OutputFile *events_output(const std::string &path, Outputs &outputs) {
    if (path.empty())
        return nullptr;
    if (path == "-")
        throw Error(ErrorKind::usage, "--events needs a file; standard output holds the report",
                    "for example: --events run.jsonl");
    return &outputs.add(path, EventFile::kind());
}

/// What the run reads must not be what it writes.
void keep_apart(Outputs &outputs, const Options &options, const Work &work,
                const Workspace &workspace, const CatalogSettings &catalog) {
    for (const std::string &input : options.inputs)
        outputs.reads(input, work.plan ? "the plan" : "a recipe");
    for (const plan::CheckedRecipe &checked : work.recipes) {
        outputs.reads(checked.recipe.included, "a recipe");
        outputs.reads(checked.injected);
    }
    if (work.plan)
        for (const Target &target : work.plan->targets)
            outputs.reads(target.injected);
    outputs.reads(options.policy, "the policy");
    outputs.reads(workspace.file(), "the configuration");
    outputs.keep_out_of(catalog);
}

apply::Confirm confirmation(const Options &options, Context &context, Progress &progress,
                            const recipe::Policy *policy) {
    return [&options, &context, &progress, policy](const Plan &plan) {
        progress.pause();
        if (policy != nullptr)
            policy->require(to_json(plan));
        const bool ask = !options.yes;
        if (ask || (options.format == "text" && !context.global.quiet))
            context.console.err(shown_plan(plan, "text", context.console.err_colour(), false));
        return !ask || context.console.ask("\nApply these changes? Only 'yes' is accepted: ");
    };
}

/// The plan can only be shown when it is there.
void agree_to_fetch(const plan::AwaitedSource &source, const Options &options, Context &context,
                    Progress &progress) {
    require_consent(options, context);
    progress.pause();
    if (!options.yes &&
        !context.console.ask(fmt::format("The source {} is not in the catalog yet. Fetch it and "
                                         "import it, hidden? Only 'yes' is accepted: ",
                                         base::escape(source.place))))
        throw Error(ErrorKind::failed, "apply was cancelled; nothing was changed");
}

int run(const Options &options, Context &context) {
    Outputs outputs;
    MachineReports reports(options.reports, k_reports, outputs);
    base::OutputFile *const event_output = events_output(options.events, outputs);
    Work work = read_work(options, context);
    const std::unique_ptr<recipe::Policy> policy =
        options.policy.empty() ? nullptr : std::make_unique<recipe::Policy>(options.policy);
    const Workspace workspace(context);
    const CatalogSettings &settings =
        work.plan ? workspace.catalog_of_plan(work.plan->catalog) : workspace.catalog();
    keep_apart(outputs, options, work, workspace, settings);
    outputs.prepare();
    std::optional<EventFile> file;
    Progress progress(context);
    std::vector<EventSink *> sinks = {&progress};
    if (event_output != nullptr)
        sinks.push_back(&file.emplace(*event_output));
    EventTee events(std::move(sinks));

    ShownReports runs(options.format, context, reports, subjects_of(work, options));
    std::unique_ptr<Catalog> catalog;
    runs.prepare([&] {
        catalog = open_catalog(settings, context, events, options.yes ? Clear::all : Clear::host);
    });
    apply::ApplyOptions apply_options;
    base::require_own_proc();
    apply_options.guest = workspace.guest(options.guest);
    apply_options.appliance = workspace.appliance();
    apply_options.limits = workspace.limits();
    apply_options.stop_after = number_of_images("--stop-after", options.stop_after, 0);
    apply_options.begin_work = [&options, &context] { require_consent(options, context); };
    apply_options.plan = {.from_current = options.from_current,
                          .rebuild = options.rebuild,
                          .drop_properties = settings.drop_properties};
    const apply::Confirm confirm = confirmation(options, context, progress, policy.get());
    SecretSources secrets(workspace, context);
    SourceFiles source_files(workspace);

    const auto agree = [&](const Plan &plan) {
        if (!plan.has_changes())
            return;
        require_consent(options, context);
        if (!confirm(plan))
            throw Error(ErrorKind::failed, "apply was cancelled; nothing was changed");
    };
    runs.each([&](std::size_t number) {
        if (work.plan && is_rollout(options)) {
            agree(*work.plan);
            return roll_out_plan(*work.plan, work.items,
                                 base::absolute_path(options.inputs.front()), options, context);
        }
        if (work.plan)
            return report_of_item(options, *work.plan, [&] {
                apply_options.secrets = secrets.get(*work.plan);
                return apply::apply_plan(*work.plan, *catalog, apply_options, confirm, events);
            });
        plan::CheckedRecipe &checked = work.recipes.at(number);
        secrets.get(checked);
        source_files.look(checked, *catalog);
        if (checked.awaited)
            agree_to_fetch(*checked.awaited, options, context, progress);
        source_files.bring(checked, *catalog, events);
        apply_options.secrets = checked.values;
        const std::vector<plan::CheckedRecipe> sources =
            selected_sources(checked, options.selection, *catalog, apply_options.plan);
        if (work.recipes.size() == 1)
            require_some(sources.size(), options.selection);
        if (sources.empty()) // none of its images is meant
            return Report{};
        if (is_rollout(options)) {
            const Plan plan = plan_of(sources, *catalog, apply_options.plan);
            agree(plan);
            std::vector<std::size_t> items(plan.targets.size());
            std::iota(items.begin(), items.end(), std::size_t{0});
            return roll_out_plan(plan, std::move(items), {}, options, context);
        }
        return sources.size() == 1
                   ? apply::apply_recipe(sources.front(), *catalog, apply_options, confirm, events)
                   : apply::apply_recipes(sources, *catalog, apply_options, confirm, events);
    });
    if (file && !file->complaint().empty())
        context.console.warn("events are missing: " + file->complaint());
    return runs.finish();
}

} // namespace

void add_apply(CLI::App &app, Context &context) {
    Command command(app, "apply", "Make the next version of images, from recipes or a saved plan.",
                    "retouch apply recipes/web.yaml\n"
                    "retouch apply recipes/*.yaml --yes --format json\n"
                    "retouch apply web.plan.json --yes --events run.jsonl");
    const auto options = std::make_shared<Options>();
    command.arguments("RECIPE", options->inputs,
                      "recipe files (- is standard input), or one plan saved by: plan -o");
    command.variables(options->variables);
    command.flag("-y,--yes,--auto-approve", options->yes, "apply without asking");
    command.option_of("--format", options->format, {"text", "json", "markdown"},
                      "form of the report on standard output");
    command.option("--policy", options->policy, "FILE",
                   "a JSON Schema the plan must satisfy; else it is refused");
    report_option(command, options->reports, k_reports);
    command.option("--events", options->events, "FILE", "write what happens as JSON lines");
    command.guest(options->guest);
    command.from_current(options->from_current);
    command.rebuild(options->rebuild);
    command.selection(options->selection);
    command.option("--stop-after", options->stop_after, "N",
                   "begin no further image when so many have failed (default: any number)");
    command.option("--parallel", options->parallel, "N",
                   "so many images at once, each in a process of its own (default: 1)");
    command.repeated_option("--canary", options->canary, "NAME",
                            "these images first; when one of them fails, no other is begun");
    command.option("--results", options->results, "DIR",
                   "keep the report and log of each image there, by its number in the plan");
    command.option("--item", options->item, "NUMBER",
                   "of a saved plan this image alone, counted from 0: for engines that run many");
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch::cli
