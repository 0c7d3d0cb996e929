// retouch drift: is what the last apply published still as it was published? Looks, changes
// nothing, and says what to do. Several recipes are looked at one after the other.

#include "plan/drift.hpp"
#include "plan/many_sources.hpp"

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/documents.hpp"
#include "cli/recipes.hpp"
#include "cli/secret_sources.hpp"
#include "cli/source_files.hpp"
#include "cli/turns.hpp"
#include "cli/workspace.hpp"
#include "render/call_summary.hpp"

namespace retouch::cli {

namespace {

constexpr int k_drifted = 2;

struct Options {
    std::vector<std::string> recipes;
    VariableOptions variables;
    std::string format = "text";
    bool bytes = false;
    bool against_source = false;
    bool from_current = false;
};

int run(const Options &options, Context &context) {
    std::vector<plan::CheckedRecipe> recipes =
        check_recipes(options.recipes, GivenByUser(options.variables, context), context);
    const Workspace workspace(context);
    SecretSources secrets(workspace, context);
    SourceFiles source_files(workspace);
    render::DriftCounts counts;
    std::vector<render::Failure> failures;
    std::size_t shown = 0;
    const auto place = [&] {
        return DocumentPlace{options.format, context.console.out_colour(), recipes.size(),
                             shown++ > 0};
    };
    Turns turns(context, subjects_of(recipes), [&](const Subject &subject, const Error &error) {
        context.console.out(
            shown_failure(recipe_failure(subject.path, subject.name, error), "drift", place()));
        failures.push_back({subject.path, {}});
    });
    std::unique_ptr<CatalogView> catalog;
    turns.prepare([&] { catalog = view_catalog(workspace.catalog(), context); });
    turns.each([&](std::size_t number) {
        secrets.get(recipes.at(number));
        source_files.look(recipes.at(number), *catalog);
        for (const plan::CheckedRecipe &one : plan::for_each_source(recipes.at(number), *catalog)) {
            const DriftReport report = plan::find_drift(
                one, *catalog,
                {.from_current = options.from_current,
                 .drop_properties = workspace.catalog().drop_properties},
                {.read_bytes = options.bytes, .against_source = options.against_source});
            context.console.out(shown_drift(report, place()));
            counts.add(report);
        }
        return 0;
    });
    show_total(context, options.format, recipes.size() > 1, !failures.empty(),
               render::drifts_summary(counts, recipes.size(), failures));
    const int code = turns.exit_code();
    return code == 0 && !counts.drifted.empty() ? k_drifted : code;
}

} // namespace

void add_drift(CLI::App &app, Context &context) {
    Command command(app, "drift", "Show what was changed by hand since the last apply.",
                    "retouch drift recipes/web.yaml\n"
                    "retouch drift recipes/*.yaml --bytes --format json");
    const auto options = std::make_shared<Options>();
    command.arguments("RECIPE", options->recipes, "recipe files; - is standard input");
    command.variables(options->variables);
    command.option_of("--format", options->format, {"text", "json", "markdown"},
                      "form of the result on standard output");
    command.flag("--bytes", options->bytes,
                 "also compare the bytes with the recorded checksum; reads all of them");
    command.flag("--against-source", options->against_source,
                 "also compare the bytes with the source's, for recipes without steps; reads all "
                 "of both");
    command.from_current(options->from_current);
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch::cli
