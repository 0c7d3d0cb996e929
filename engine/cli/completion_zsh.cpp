// Completion for zsh: one _arguments call for the program and one for each command.
// Descriptions stand in brackets and single quotes, so the characters that end those are taken
// away.

#include "cli/completion_tree.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

/// A description inside [brackets] or behind a colon, inside single quotes.
std::string described(const std::string &text) {
    std::string out;
    for (const char character : text) {
        if (character == '\'') {
            out += "'\\''";
            continue;
        }
        if (std::string_view("[]:\\").find(character) != std::string_view::npos)
            out += '\\';
        out += character;
    }
    return out;
}

std::string completing(const CompletionValue &value) {
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
            text += fmt::format("{}'{}[{}]{}' \\\n", indent, name, described(option.description),
                                completing(option.value));
    return text;
}

} // namespace

std::string zsh_completion(const std::vector<CompletionCommand> &tree) {
    std::string names;
    std::string cases;
    for (const CompletionCommand &command : tree) {
        if (command.name.empty())
            continue;
        names += fmt::format("        '{}:{}'\n", command.name, described(command.description));
        const std::string argument = command.argument.kind == CompletionValue::Kind::none
                                         ? ""
                                         : fmt::format("'*{}' ", completing(command.argument));
        cases +=
            fmt::format("            {})\n                _arguments \\\n{}{}                  "
                        "  {}&& return ;;\n",
                        command.name, option_specs(tree.front(), "                    "),
                        option_specs(command, "                    "), argument);
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
                       names, option_specs(tree.front(), "        "), cases);
}

} // namespace retouch
