// retouch check: are these recipes right? Offline: no catalog, no configuration, no guest.
// What is right or wrong is decided by the plan layer; here it is only asked and printed.

#include "plan/check.hpp"
#include "base/exit_code.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/recipes.hpp"
#include "render/diagnostics_json.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

struct Options {
    std::vector<std::string> recipes;
    std::vector<std::string> variables;
    std::string format = "text";
};

int check_as_json(const Options &options, const std::map<std::string, std::string> &variables,
                  Context &context) {
    Diagnostics diagnostics;
    for (const std::string &path : options.recipes)
        static_cast<void>(check_recipe(path, variables, diagnostics));
    context.console.out(diagnostics_json(diagnostics.sorted(), options.recipes).dump(2) + "\n");
    return diagnostics.has_errors() ? exit_code(ErrorKind::invalid) : 0;
}

int run(const Options &options, Context &context) {
    const auto variables = parse_assignments("--var", options.variables);
    if (options.format == "json")
        return check_as_json(options, variables, context);
    const std::size_t count = check_recipes(options.recipes, variables, context).size();
    context.console.out(
        fmt::format("{} {} valid.\n", counted(count, "recipe"), count == 1 ? "is" : "are"));
    return 0;
}

} // namespace

void add_check(CLI::App &app, Context &context) {
    Command command(app, "check", "Check recipes offline; all mistakes at once.",
                    "retouch check recipes/web.yaml\n"
                    "retouch check recipes/*.yaml --format json");
    const auto options = std::make_shared<Options>();
    command.arguments("RECIPE", options->recipes, "recipe files");
    command.variables(options->variables);
    command.option_of("--format", options->format, {"text", "json"}, "form of the result");
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch
