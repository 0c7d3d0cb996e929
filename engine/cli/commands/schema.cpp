// retouch schema: the JSON Schema of recipes, for editors and other checkers.

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "recipe/load.hpp"

namespace retouch {

void add_schema(CLI::App &app, Context &context) {
    Command command(app, "schema", "Print the JSON Schema of recipes, for editors.",
                    "retouch schema > recipe.schema.json");
    command.action(context, [&context] {
        std::string text = recipe_schema();
        if (!text.ends_with('\n'))
            text += '\n';
        context.console.out(text);
        return 0;
    });
}

} // namespace retouch
