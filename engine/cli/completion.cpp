// Completion: the tree of commands reduced to what shells need.
// Type names decide: FILE and RECIPE are paths, words with bars are choices, anything else is free.
// The scripts themselves are in completion_SHELL.cpp.

#include "cli/completion.hpp"

#include "cli/usage.hpp"

#include <CLI/CLI.hpp>

namespace retouch {

namespace {

CompletionValue value_of(const CLI::Option &option, const std::string &type) {
    if (option.get_items_expected_max() == 0)
        return {};
    if (std::vector<std::string> words = choices_of(option); !words.empty())
        return {CompletionValue::Kind::words, std::move(words)};
    if (type == "FILE" || type == "RECIPE")
        return {CompletionValue::Kind::files, {}};
    return {CompletionValue::Kind::free, {}};
}

CompletionCommand describe(const CLI::App &app, const std::string &name) {
    CompletionCommand command{name, app.get_description(), {}, {}};
    for (const CLI::Option *option : app.get_options()) {
        // The program's own --help stands for every command's.
        if (!name.empty() && option == app.get_help_ptr())
            continue;
        if (!option->nonpositional()) {
            const CompletionValue value = value_of(*option, option->get_name(true));
            if (command.argument.kind != CompletionValue::Kind::files)
                command.argument = value;
            continue;
        }
        CompletionOption described;
        for (const std::string &long_name : option->get_lnames())
            described.names.push_back("--" + long_name);
        for (const std::string &short_name : option->get_snames())
            described.names.push_back("-" + short_name);
        described.description = option->get_description();
        described.value = value_of(*option, option->get_type_name());
        command.options.push_back(std::move(described));
    }
    return command;
}

} // namespace

std::vector<CompletionCommand> completion_tree(const CLI::App &app) {
    std::vector<CompletionCommand> tree = {describe(app, "")};
    for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
        tree.push_back(describe(*command, command->get_name()));
    return tree;
}

std::string completion_script(const CLI::App &app, const std::string &shell) {
    const std::vector<CompletionCommand> tree = completion_tree(app);
    if (shell == "zsh")
        return zsh_completion(tree);
    return shell == "fish" ? fish_completion(tree) : bash_completion(tree);
}

} // namespace retouch
