// retouch schema: the JSON Schemas of recipes and of what they include, for editors, and of plans,
// for policies.

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "recipe/load.hpp"

namespace retouch::cli {

void add_schema(CLI::App &app, Context &context) {
    Command command(app, "schema", "Print the JSON Schema of recipes, for editors, or of plans.",
                    "retouch schema > recipe.schema.json\n"
                    "retouch schema --of fragment\n"
                    "retouch schema --of plan");
    const auto document = std::make_shared<std::string>("recipe");
    command.option_of("--of", *document, {"recipe", "fragment", "plan"}, "what it describes");
    command.action(context, [document, &context] {
        std::string text = *document == "plan"       ? recipe::plan_schema()
                           : *document == "fragment" ? recipe::printed_fragment_schema()
                                                     : recipe::recipe_schema();
        if (!text.ends_with('\n'))
            text += '\n';
        context.console.out(text);
        return 0;
    });
}

} // namespace retouch::cli
