// Usage: turns CLI11's exceptions into errors that name the word and suggest another.
// A word nobody knows is reported before anything that is missing: it usually is the reason.
// The exit code is that of ErrorKind::usage, never CLI11's own.

#include "cli/usage.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::cli {

namespace {

std::vector<std::string> command_names(const CLI::App &app) {
    std::vector<std::string> names;
    for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
        names.push_back(command->get_name());
    return names;
}

std::vector<std::string> option_names(const CLI::App &root, const CLI::App &command) {
    std::vector<std::string> names;
    for (const CLI::App *app : {&command, &root})
        for (const CLI::Option *option : app->get_options())
            for (const std::string &name : option->get_lnames())
                names.push_back("--" + name);
    return names;
}

std::string see_help(const CLI::App &command) {
    return command.get_parent() == nullptr
               ? "see 'retouch --help'"
               : fmt::format("see 'retouch {} --help'", command.get_name());
}

std::string hint_for(const std::string &word, const std::vector<std::string> &candidates,
                     const CLI::App &command) {
    const auto suggestion = base::did_you_mean(word, candidates);
    return suggestion ? fmt::format("did you mean '{}'?", *suggestion) : see_help(command);
}

Error unknown_word(const CLI::App &root, const CLI::App &command, const std::string &word) {
    const std::string shown = base::escape(word);
    if (word.size() > 1 && word.front() == '-') {
        const std::string name = word.substr(0, word.find('='));
        return {ErrorKind::usage, fmt::format("unknown option '{}'", base::escape(name)),
                hint_for(name, option_names(root, command), command)};
    }
    if (&command == &root)
        return {ErrorKind::usage, fmt::format("unknown command '{}'", shown),
                hint_for(word, command_names(root), root)};
    return {ErrorKind::usage,
            fmt::format("'{}' is one argument too many for {}", shown, command.get_name()),
            see_help(command)};
}

/// "NAME is missing" for what CLI11 calls "NAME is required".
std::string missing_message(const std::string &message) {
    constexpr std::string_view k_tail = " is required";
    if (message.ends_with(k_tail))
        return message.substr(0, message.size() - k_tail.size()) + " is missing";
    return message;
}

/// The long option, without dashes, that a word behind one dash spells or begins to spell.
std::string long_option_meant(const std::string &word, const std::vector<std::string> &names) {
    constexpr std::size_t k_shortest = 3;
    for (const std::string &dashed : names) {
        const std::string name = dashed.substr(2);
        if (std::min(name.size(), word.size()) >= k_shortest &&
            (name.starts_with(word) || word.starts_with(name)))
            return name;
    }
    return {};
}

const CLI::App &command_named(const CLI::App &app, const std::vector<std::string> &arguments) {
    for (const std::string &word : arguments)
        for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
            if (command->get_name() == word)
                return *command;
    return app;
}

} // namespace

void refuse_long_words_with_one_dash(const CLI::App &app,
                                     const std::vector<std::string> &arguments) {
    const std::vector<std::string> names = option_names(app, command_named(app, arguments));
    for (const std::string &argument : arguments) {
        if (argument == "--")
            return;
        if (!argument.starts_with('-') || argument.starts_with("--"))
            continue;
        const std::size_t equals = std::min(argument.find('='), argument.size());
        const std::string name = long_option_meant(argument.substr(1, equals - 1), names);
        if (!name.empty())
            throw Error(
                ErrorKind::usage,
                fmt::format("unknown option '{}'", base::escape(argument.substr(0, equals))),
                fmt::format("write --{}{}", name, base::escape(argument.substr(equals))));
    }
}

const CLI::App &selected_command(const CLI::App &app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : *parsed.front();
}

Error usage_error(const CLI::App &app, const CLI::ParseError &error) {
    const CLI::App &command = selected_command(app);
    std::vector<std::string> unknown = app.remaining();
    const std::vector<std::string> more = command.remaining();
    unknown.insert(unknown.end(), more.begin(), more.end());
    // Options first: the word behind an unknown option is often its value.
    for (const std::string &word : unknown)
        if (word.size() > 1 && word.front() == '-')
            return unknown_word(app, command, word);
    if (!unknown.empty())
        return unknown_word(app, command, unknown.front());
    const std::string message = base::escape(error.what());
    if (error.get_name() == "RequiredError")
        return {ErrorKind::usage, missing_message(message), see_help(command)};
    if (error.get_name() == "ArgumentMismatch")
        return {ErrorKind::usage,
                fmt::format("{} needs a value", message.substr(0, message.find(':'))),
                see_help(command)};
    return {ErrorKind::usage, message, see_help(command)};
}

std::vector<std::string> choices_of(const CLI::Option &option) {
    std::vector<std::string> choices = base::split(option.get_type_name(), '|');
    if (choices.size() == 1)
        choices.clear();
    return choices;
}

std::string not_a_choice(const std::string &word, const std::vector<std::string> &choices) {
    if (std::ranges::find(choices, word) != choices.end())
        return {};
    std::string text =
        fmt::format("'{}' is not one of {}", base::escape(word), base::joined(choices, ", "));
    if (const auto suggestion = base::did_you_mean(word, choices))
        text += fmt::format("; did you mean '{}'?", *suggestion);
    return text;
}

} // namespace retouch::cli
