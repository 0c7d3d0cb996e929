// retouch apply: make the next version of images, from recipes or from one saved plan.
// Order of refusals: wrong recipes, nobody to ask, wrong configuration; only then a catalog is
// opened. Several recipes are applied one after the other; one that fails does not stop the rest.

#include "apply/apply.hpp"

#include "base/exit_code.hpp"
#include "base/interrupt.hpp"
#include "base/own_proc.hpp"
#include "base/run_directory.hpp"
#include "base/text.hpp"
#include "base/undelivered.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/documents.hpp"
#include "cli/event_file.hpp"
#include "cli/exit_codes.hpp"
#include "cli/machine_reports.hpp"
#include "cli/outputs.hpp"
#include "cli/plan_file.hpp"
#include "cli/progress.hpp"
#include "cli/recipes.hpp"
#include "cli/workspace.hpp"
#include "model/names.hpp"
#include "plan/bundle.hpp"
#include "plan/saved_plan.hpp"
#include "recipe/policy.hpp"
#include "render/call_summary.hpp"
#include "render/report_summary.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

struct Options {
    std::vector<std::string> inputs;
    std::vector<std::string> variables;
    std::vector<std::string> reports;
    std::string format = "text";
    std::string events;
    std::string guest;
    std::string policy;
    bool yes = false;
    bool from_current = false;
};

const std::vector<std::string> k_reports = {"junit"};

/// What to apply: recipes, or one plan.
struct Work {
    std::vector<CheckedRecipe> recipes;
    std::optional<Plan> plan;
    std::unique_ptr<RunDirectory> unpacked; ///< a bundle's files
};

Work plan_work(const std::string &path, const std::string &text) {
    Work work;
    work.plan = read_plan(text);
    if (is_bundle(path)) {
        work.unpacked = std::make_unique<RunDirectory>();
        const std::filesystem::path files = work.unpacked->path() / "files";
        std::filesystem::create_directory(files);
        unpack_bundle(path, files, *work.plan);
    }
    return work;
}

Work read_work(const Options &options, Context &context) {
    const auto variables = parse_assignments("--var", options.variables);
    for (const std::string &input : options.inputs) {
        const std::optional<std::string> text = plan_file_text(input);
        if (!text)
            continue;
        if (options.inputs.size() > 1)
            throw Error(ErrorKind::usage,
                        fmt::format("{} is a saved plan; it is applied alone", escape(input)));
        if (!variables.empty() || options.from_current)
            throw Error(ErrorKind::usage,
                        fmt::format("{} is a saved plan; its variables and source are fixed",
                                    escape(input)),
                        "leave out --var and --from-current, or apply the recipe");
        return plan_work(input, *text);
    }
    return {check_recipes(options.inputs, variables, context), std::nullopt, nullptr};
}

void require_consent(const Options &options, const Work &work, const Context &context) {
    if (options.yes || context.console.can_ask() || (work.plan && !work.plan->has_changes()))
        return;
    throw Error(ErrorKind::usage, "nobody is there to confirm the changes",
                "add --yes to apply without a question, or look first: retouch plan");
}

OutputFile *events_output(const std::string &path, Outputs &outputs) {
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
    for (const CheckedRecipe &checked : work.recipes)
        outputs.reads(checked.injected);
    if (work.plan)
        for (const Target &target : work.plan->targets)
            outputs.reads(target.injected);
    outputs.reads(options.policy, "the policy");
    outputs.reads(workspace.file(), "the configuration");
    outputs.keep_out_of(catalog);
}

Confirm confirmation(const Options &options, Context &context, Progress &progress,
                     const Policy *policy) {
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

int worst_exit_code(const Report &report) {
    std::vector<int> codes;
    for (const TargetReport &target : report.targets)
        codes.push_back(target.exit_code);
    return combined_exit_code(codes);
}

/// What a report says was done, for the case that it cannot be written.
std::string done_by(const Report &report) {
    std::string text;
    for (const TargetReport &target : report.targets)
        if (target.outcome == TargetOutcome::published || target.outcome == TargetOutcome::updated)
            text += fmt::format("{}{} is {}: retouch show {}", text.empty() ? "" : "\n",
                                in_quotes(target.name), to_string(target.outcome), target.image_id);
    return text;
}

/// One run per recipe or plan: reports are printed as they come, errors do not stop the others.
class Runs {
  public:
    Runs(const Options &options, Context &context, MachineReports &reports, std::size_t count)
        : options_(options), context_(context), reports_(reports), count_(count) {}

    template<typename Act>
    void add(const std::string &path, const std::string &name, const Act &act) {
        try {
            const Report report = act();
            const DocumentPlace here = place();
            reports_.add(report);
            codes_.push_back(worst_exit_code(report));
            counts_.add(report);
            if (codes_.back() != 0)
                failures_.push_back({path, is_unfinished(report) ? "something is left to do" : ""});
            done_ += (done_.empty() ? "" : "\n") + done_by(report);
            show(shown_report(report, here));
        } catch (const Error &error) {
            reports_.add(path, error);
            show(shown_failure(recipe_failure(path, name, error), "report", place()));
            if (count_ == 1 || pending_interrupt() != 0) {
                reports_.write_beside_error(context_.console);
                stopped(path);
                throw;
            }
            context_.console.error(about_recipe(error, path));
            failures_.push_back({path, {}});
            codes_.push_back(exit_code(error.kind()));
        }
    }

    /// `error` keeps this one from being begun; it is said elsewhere.
    void refuse(const std::string &path, const std::string &name, const Error &error) {
        reports_.add(path, error);
        show(shown_failure(recipe_failure(path, name, error), "report", place()));
        codes_.push_back(exit_code_of(error));
    }

    void write_beside_error() { reports_.write_beside_error(context_.console); }

    /// Writes the reports for machines. What is done stays done when an output fails: that is said,
    /// and is the exit code when there is no worse one.
    [[nodiscard]] int finish() {
        try {
            total();
            reports_.write();
        } catch (const Error &error) {
            undelivered(error);
        }
        const int code = combined_exit_code(codes_);
        return code == 0 && undelivered_ ? k_undelivered : code;
    }

  private:
    [[nodiscard]] DocumentPlace place() const {
        return {options_.format, context_.console.out_colour(), count_, !codes_.empty()};
    }

    void show(const std::string &text) {
        try {
            context_.console.out(text);
        } catch (const Error &error) {
            undelivered(error);
        }
    }

    /// The error is said elsewhere; what was done before it stays done.
    void stopped(const std::string &path) {
        if (codes_.empty())
            return;
        failures_.push_back({path, "interrupted"});
        codes_.push_back(exit_code(ErrorKind::interrupted));
        try {
            total();
        } catch (const Error &) {
            // What is thrown next is worse.
        }
    }

    void total() {
        show_total(context_, options_.format, count_ > 1, !failures_.empty(),
                   reports_summary(counts_, count_, failures_, count_ - codes_.size()));
    }

    /// The error, and what was done before it.
    void undelivered(const Error &error) {
        undelivered_ = true;
        if (error.kind() == ErrorKind::interrupted)
            codes_.push_back(exit_code(error.kind()));
        const char *between = done_.empty() || error.hint().empty() ? "" : "\n";
        context_.console.error({error.kind(), error.what(), error.hint() + between + done_});
    }

    const Options &options_;
    Context &context_;
    MachineReports &reports_;
    std::size_t count_;
    std::vector<int> codes_;
    ReportCounts counts_;
    std::vector<Failure> failures_;
    std::string done_; ///< what was published, for people
    bool undelivered_ = false;
};

int run(const Options &options, Context &context) {
    Outputs outputs;
    MachineReports reports(options.reports, k_reports, outputs);
    OutputFile *const event_output = events_output(options.events, outputs);
    const Work work = read_work(options, context);
    require_consent(options, work, context);
    const std::unique_ptr<Policy> policy =
        options.policy.empty() ? nullptr : std::make_unique<Policy>(options.policy);
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

    Runs runs(options, context, reports, work.plan ? 1 : work.recipes.size());
    std::unique_ptr<Catalog> catalog;
    try {
        catalog = open_catalog(settings, context, events, options.yes ? Clear::all : Clear::host);
    } catch (const Error &error) {
        if (work.plan)
            runs.refuse(options.inputs.front(), work.plan->recipe.name, error);
        for (const CheckedRecipe &checked : work.recipes)
            runs.refuse(checked.recipe.path, checked.recipe.name, error);
        runs.write_beside_error();
        throw;
    }
    ApplyOptions apply_options;
    require_own_proc();
    apply_options.guest = workspace.guest(options.guest);
    apply_options.limits = workspace.limits();
    apply_options.plan = {.from_current = options.from_current,
                          .drop_properties = settings.drop_properties};
    const Confirm confirm = confirmation(options, context, progress, policy.get());

    if (work.plan)
        runs.add(options.inputs.front(), work.plan->recipe.name,
                 [&] { return apply_plan(*work.plan, *catalog, apply_options, confirm, events); });
    for (const CheckedRecipe &checked : work.recipes) {
        if (pending_interrupt() != 0)
            break;
        runs.add(checked.recipe.path, checked.recipe.name,
                 [&] { return apply_recipe(checked, *catalog, apply_options, confirm, events); });
    }
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
    command.arguments("RECIPE", options->inputs, "recipe files, or one plan saved by: plan -o");
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
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch
