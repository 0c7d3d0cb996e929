// retouch completion: a script that teaches a shell the commands and options of this program.

#include "cli/completion.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"

namespace retouch {

void add_completion(CLI::App &app, Context &context) {
    Command command(app, "completion", "Print a completion script for a shell.",
                    "retouch completion bash > /etc/bash_completion.d/retouch\n"
                    "retouch completion fish > ~/.config/fish/completions/retouch.fish");
    const auto shell = std::make_shared<std::string>();
    command.argument_of("SHELL", *shell, {"bash", "zsh", "fish"}, "bash, zsh or fish");
    command.action(context, [shell, &app, &context] {
        context.console.out(completion_script(app, *shell));
        return 0;
    });
}

} // namespace retouch
