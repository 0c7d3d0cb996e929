// Completion for bash: one function, no dependency on the bash-completion package.
// Words of the program never need quoting in a shell; descriptions are not used here.

#include "cli/completion_tree.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

std::string joined(const std::vector<std::string> &words, std::string_view separator) {
    std::string text;
    for (const std::string &word : words)
        text += (text.empty() ? "" : std::string(separator)) + word;
    return text;
}

/// A line that completes a value, without its condition.
std::string reply(const CompletionValue &value) {
    switch (value.kind) {
    case CompletionValue::Kind::files:
        return R"(compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current"))";
    case CompletionValue::Kind::words:
        return fmt::format(R"(mapfile -t COMPREPLY < <(compgen -W "{}" -- "$current"))",
                           joined(value.words, " "));
    case CompletionValue::Kind::none:
    case CompletionValue::Kind::free:
        return ":";
    }
    return ":";
}

std::string value_cases(const CompletionCommand &command) {
    std::string text;
    for (const CompletionOption &option : command.options) {
        if (option.value.kind == CompletionValue::Kind::none)
            continue;
        std::vector<std::string> patterns;
        for (const std::string &name : option.names)
            patterns.push_back((command.name.empty() ? "*" : command.name) + ":" + name);
        text +=
            fmt::format("        {}) {}; return ;;\n", joined(patterns, "|"), reply(option.value));
    }
    return text;
}

std::string option_words(const CompletionCommand &command) {
    std::vector<std::string> words;
    for (const CompletionOption &option : command.options)
        words.insert(words.end(), option.names.begin(), option.names.end());
    return joined(words, " ");
}

} // namespace

std::string bash_completion(const std::vector<CompletionCommand> &tree) {
    const CompletionCommand &root = tree.front();
    std::vector<std::string> names;
    std::string values;
    std::string arguments;
    for (const CompletionCommand &command : tree) {
        values += value_cases(command);
        if (command.name.empty())
            continue;
        names.push_back(command.name);
        arguments += fmt::format(
            "        {})\n            options=\"{} {}\"\n            [[ $current "
            "== -* ]] || {{ {}; return; }} ;;\n",
            command.name, option_words(command), option_words(root), reply(command.argument));
    }
    return fmt::format(R"(# bash completion for retouch, made by: retouch completion bash
_retouch() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
    local command= options index
    # "--format=json" arrives as three words.
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${{COMP_WORDS[COMP_CWORD-2]}}
    fi
    for ((index = 1; index < COMP_CWORD; index++)); do
        case ${{COMP_WORDS[index]}} in
        {0}) command=${{COMP_WORDS[index]}}; break ;;
        esac
    done
    COMPREPLY=()
    case $command:$previous in
{1}    esac
    case $command in
        '')
            options="{2}"
            [[ $current == -* ]] || options="{3}" ;;
{4}    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}}
complete -F _retouch retouch
)",
                       joined(names, "|"), values, option_words(root), joined(names, " "),
                       arguments);
}

} // namespace retouch
