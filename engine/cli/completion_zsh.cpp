// Completion for zsh: one _arguments call for the program and one for each command.
// Descriptions stand in brackets and single quotes, so the characters that end those are taken
// away.

#include "cli/completion_tree.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

std::string plain(const std::string &description) {
    std::string text;
    for (const char character : description)
        text +=
            std::string_view("[]':\\").find(character) == std::string_view::npos ? character : ' ';
    return text;
}

std::string action(const CompletionValue &value) {
    switch (value.kind) {
    case CompletionValue::Kind::files:
        return ":file:_files";
    case CompletionValue::Kind::words: {
        std::string words;
        for (const std::string &word : value.words)
            words += (words.empty() ? "" : " ") + word;
        return fmt::format(":value:({})", words);
    }
    case CompletionValue::Kind::free:
        return ":value: ";
    case CompletionValue::Kind::none:
        return {};
    }
    return {};
}

std::string option_specs(const CompletionCommand &command, std::string_view indent) {
    std::string text;
    for (const CompletionOption &option : command.options)
        for (const std::string &name : option.names)
            text += fmt::format("{}'{}[{}]{}' \\\n", indent, name, plain(option.description),
                                action(option.value));
    return text;
}

} // namespace

std::string zsh_completion(const std::vector<CompletionCommand> &tree) {
    std::string described;
    std::string cases;
    for (const CompletionCommand &command : tree) {
        if (command.name.empty())
            continue;
        described += fmt::format("        '{}:{}'\n", command.name, plain(command.description));
        const std::string argument =
            command.argument.kind == CompletionValue::Kind::none
                ? "            && return\n"
                : fmt::format("                '*{}' && return\n", action(command.argument));
        cases += fmt::format("            {})\n                _arguments \\\n{}{}{} ;;\n",
                             command.name, option_specs(tree.front(), "                    "),
                             option_specs(command, "                    "),
                             "    " + argument.substr(0, argument.size() - 1));
    }
    return fmt::format(R"(#compdef retouch
# zsh completion for retouch, made by: retouch completion zsh
_retouch() {{
    local -a commands
    local state line
    commands=(
{}    )
    _arguments -C \
{}        '1:command:->command' \
        '*::argument:->argument' && return
    case $state in
    command) _describe command commands ;;
    argument)
        case $words[1] in
{}        esac ;;
    esac
}}
compdef _retouch retouch
)",
                       described, option_specs(tree.front(), "        "), cases);
}

} // namespace retouch
