// retouch completion: a script that teaches a shell to complete the words of this program.

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/completion/scripts.hpp"

namespace retouch::cli {

void add_completion(CLI::App &app, Context &context) {
    Command command(app, "completion", "Print a completion script for a shell.",
                    "retouch completion bash > /etc/bash_completion.d/retouch\n"
                    "retouch completion fish > ~/.config/fish/completions/retouch.fish");
    const auto shell = std::make_shared<std::string>();
    command.argument_of("SHELL", *shell, {"bash", "zsh", "fish"}, "bash, zsh or fish");
    command.action(context, [shell, &context] {
        context.console.out(completion_script(*shell));
        return 0;
    });
}

} // namespace retouch::cli
