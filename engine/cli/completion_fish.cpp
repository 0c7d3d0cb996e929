// Completion for fish: one line for each command and option.
// Descriptions stand in single quotes, so quotes and backslashes are escaped.

#include "cli/completion_tree.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

std::string quoted_text(const std::string &text) {
    std::string out = "'";
    for (const char character : text) {
        if (character == '\'' || character == '\\')
            out += '\\';
        out += character;
    }
    return out + "'";
}

std::string action(const CompletionValue &value) {
    switch (value.kind) {
    case CompletionValue::Kind::files:
        return " -r -F";
    case CompletionValue::Kind::words: {
        std::string words;
        for (const std::string &word : value.words)
            words += (words.empty() ? "" : " ") + word;
        return fmt::format(" -x -a '{}'", words);
    }
    case CompletionValue::Kind::free:
        return " -x";
    case CompletionValue::Kind::none:
        return {};
    }
    return {};
}

std::string option_lines(const CompletionCommand &command, const std::string &condition) {
    std::string text;
    for (const CompletionOption &option : command.options) {
        std::string names;
        for (const std::string &name : option.names)
            names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        text += fmt::format("complete -c retouch{}{}{} -d {}\n", condition, names,
                            action(option.value), quoted_text(option.description));
    }
    return text;
}

} // namespace

std::string fish_completion(const std::vector<CompletionCommand> &tree) {
    std::string text = "# fish completion for retouch, made by: retouch completion fish\n"
                       "complete -c retouch -f\n";
    for (const CompletionCommand &command : tree) {
        if (command.name.empty()) {
            text += option_lines(command, "");
            continue;
        }
        const std::string condition =
            fmt::format(" -n '__fish_seen_subcommand_from {}'", command.name);
        text += fmt::format("complete -c retouch -n __fish_use_subcommand -a {} -d {}\n",
                            command.name, quoted_text(command.description));
        text += option_lines(command, condition);
        if (command.argument.kind == CompletionValue::Kind::files)
            text += fmt::format("complete -c retouch{} -F\n", condition);
        if (command.argument.kind == CompletionValue::Kind::words)
            text += fmt::format("complete -c retouch{}{}\n", condition, action(command.argument));
    }
    return text;
}

} // namespace retouch
