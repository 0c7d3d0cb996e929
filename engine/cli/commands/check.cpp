// retouch check: are these recipes right? Offline: no catalog, no configuration, no guest.
// What is right or wrong is decided by the plan layer; here it is only asked and printed.

#include "plan/check.hpp"
#include "base/exit_code.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/machine_reports.hpp"
#include "cli/recipes.hpp"
#include "render/machine/diagnostics_json.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

namespace retouch::cli {

namespace {

struct Options {
    std::vector<std::string> recipes;
    VariableOptions variables;
    std::vector<std::string> reports;
    std::string format = "text";
    bool all = false;
};

const std::vector<std::string> k_reports = {"junit", "sarif"};

int run(const Options &options, Context &context) {
    const GivenByUser variables(options.variables, context);
    Outputs outputs;
    MachineReports reports(options.reports, k_reports, outputs);
    for (const std::string &recipe : options.recipes)
        outputs.reads(recipe, "a recipe");
    outputs.prepare();
    const Findings found = find_mistakes(options.recipes, variables, context);
    reports.add(found.diagnostics, options.recipes);
    reports.write();
    const std::size_t count = found.valid;
    if (options.format == "json") {
        context.console.out(render::diagnostics_json(found.diagnostics, options.recipes).dump(2) +
                            "\n");
        return count < options.recipes.size() ? base::exit_code(ErrorKind::invalid) : 0;
    }
    if (options.all)
        require_valid(found, options.recipes, context, render::k_all_diagnostics);
    else
        require_valid(found, options.recipes, context);
    context.console.out(
        fmt::format("{} {} valid.\n", render::counted(count, "recipe"), count == 1 ? "is" : "are"));
    return 0;
}

} // namespace

void add_check(CLI::App &app, Context &context) {
    Command command(app, "check", "Check recipes offline; all mistakes at once.",
                    "retouch check recipes/web.yaml\n"
                    "retouch check recipes/*.yaml --format json\n"
                    "retouch check recipes/*.yaml --report sarif=recipes.sarif");
    const auto options = std::make_shared<Options>();
    command.arguments("RECIPE", options->recipes, "recipe files; - is standard input");
    command.variables(options->variables);
    command.option_of("--format", options->format, {"text", "json"}, "form of the result");
    command.flag("--all", options->all, "print every mistake, not the first 20 only");
    report_option(command, options->reports, k_reports);
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch::cli
