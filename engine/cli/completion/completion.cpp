// Completion: walks over the words before the last one as the parser would, without judging them,
// to know which option waits for its value, or which argument is the next; that decides what fits.

#include "cli/completion/completion.hpp"

#include "base/text.hpp"
#include "cli/usage.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace retouch::cli {

namespace {

bool takes_value(const CLI::Option &option) {
    return option.get_items_expected_max() > 0;
}

/// The option a word with dashes names, of the command or the program; nullptr for none.
const CLI::Option *option_named(const CLI::App &command, const std::string &word) {
    for (const CLI::App *app = &command; app != nullptr; app = app->get_parent())
        if (const CLI::Option *option = app->get_option_no_throw(word); option != nullptr)
            return option;
    return nullptr;
}

/// Where the last word stands.
struct Place {
    const CLI::App *command = nullptr;
    const CLI::Option *waiting = nullptr; ///< for its value
    std::size_t arguments = 0;            ///< that stand before it
    bool only_arguments = false;          ///< behind "--"
    GivenOptions given;
};

class Walk {
  public:
    explicit Walk(const CLI::App &app) { place_.command = &app; }

    void pass(const std::string &word) {
        if (place_.waiting != nullptr) {
            give(*std::exchange(place_.waiting, nullptr), word);
        } else if (!place_.only_arguments && word == "--") {
            place_.only_arguments = true;
        } else if (!place_.only_arguments && word.size() > 1 && word.front() == '-') {
            pass_option(word);
        } else if (const CLI::App *command = command_named(word)) {
            place_.command = command;
        } else {
            ++place_.arguments;
        }
    }

    [[nodiscard]] const Place &place() const { return place_; }

  private:
    void pass_option(const std::string &word) {
        const std::size_t equals = word.find('=');
        const CLI::Option *option = option_named(*place_.command, word.substr(0, equals));
        if (option == nullptr || !takes_value(*option))
            return;
        if (equals == std::string::npos)
            place_.waiting = option;
        else
            give(*option, word.substr(equals + 1));
    }

    void give(const CLI::Option &option, const std::string &value) {
        if (!option.get_lnames().empty())
            place_.given[option.get_lnames().front()] = value;
    }

    [[nodiscard]] const CLI::App *command_named(const std::string &word) const {
        const auto found = place_.command->get_subcommands(
            [&](const CLI::App *command) { return command->get_name() == word; });
        return found.empty() ? nullptr : found.front();
    }

    Place place_;
};

class Completing {
  public:
    Completing(const Place &place, const NameSources &sources) : place_(place), sources_(sources) {}

    /// Of an option or argument; `before` stands before the value in its word.
    void add_values(const CLI::Option &option, const std::string &type, const std::string &value,
                    const std::string &before = {}) {
        for (const std::string &choice : choices_of(option))
            add({before + choice, ""}, before + value);
        if (type == "FILE" || type == "RECIPE")
            found_.files = true;
        else if (type == "IMAGE")
            add_names(sources_.images, value, before);
        else if (option.check_lname("catalog"))
            add_names(sources_.catalogs, value, before);
        else if (option.check_lname("os-cloud"))
            add_names(sources_.clouds, value, before);
        else if (type.starts_with("[=") && !before.empty())
            add({before + type.substr(2, type.size() - 3), ""}, before + value);
    }

    void add_commands(const std::string &word) {
        for (const CLI::App *command : place_.command->get_subcommands(everything))
            add({command->get_name(), command->get_description()}, word);
    }

    void add_options(const std::string &word) {
        for (const CLI::App *app = place_.command; app != nullptr; app = app->get_parent())
            for (const CLI::Option *option : app->get_options())
                // The program's own --help stands for every command's.
                if (app->get_parent() == nullptr || option != app->get_help_ptr())
                    add_option(*option, word);
    }

    void add_argument(const std::string &word) {
        const CLI::Option *argument = nullptr;
        std::size_t before = 0;
        for (const CLI::Option *option : place_.command->get_options()) {
            if (option->nonpositional() || before > place_.arguments)
                continue;
            argument = option;
            before += static_cast<std::size_t>(option->get_items_expected_max());
        }
        if (argument != nullptr && before > place_.arguments)
            add_values(*argument, argument->get_name(true), word);
    }

    [[nodiscard]] Completion take() { return std::move(found_); }

  private:
    static bool everything(const CLI::App * /*command*/) { return true; }

    void add_option(const CLI::Option &option, const std::string &word) {
        for (const std::string &name : option.get_lnames())
            add({"--" + name, option.get_description()}, word);
        for (const std::string &name : option.get_snames())
            add({"-" + name, option.get_description()}, word);
    }

    void add_names(const NameSources::Names &names, const std::string &value,
                   const std::string &before) {
        for (Candidate &name : names(place_.given)) {
            name.word.insert(0, before);
            add(std::move(name), before + value);
        }
    }

    void add(Candidate candidate, const std::string &word) {
        if (candidate.word.starts_with(word) && !base::unsafe_character(candidate.word))
            found_.candidates.push_back(std::move(candidate));
    }

    const Place &place_;
    const NameSources &sources_;
    Completion found_;
};

/// bash takes words apart at "=": "--format", "=", "js". The value is then a word of its own.
void join_equals(std::vector<std::string> &words) {
    if (words.size() > 1 && words.back() == "=")
        words.back().clear();
    for (std::size_t i = 1; i + 1 < words.size(); ++i)
        if (words[i] == "=" && words[i - 1].starts_with("--"))
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(i--));
}

} // namespace

Completion complete(const CLI::App &app, std::vector<std::string> words,
                    const NameSources &sources) {
    if (words.empty())
        return {};
    join_equals(words);
    const std::string word = std::move(words.back());
    words.pop_back();
    Walk walk(app);
    for (const std::string &passed : words)
        walk.pass(passed);
    const Place &place = walk.place();
    Completing completing(place, sources);
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    if (place.waiting != nullptr) {
        completing.add_values(*place.waiting, place.waiting->get_type_name(), word);
    } else if (!place.only_arguments && equals != std::string::npos) {
        if (const CLI::Option *option = option_named(*place.command, word.substr(0, equals)))
            completing.add_values(*option, option->get_type_name(), word.substr(equals + 1),
                                  word.substr(0, equals + 1));
    } else if (!place.only_arguments && word.starts_with('-')) {
        completing.add_options(word);
    } else if (place.command->get_parent() == nullptr) {
        completing.add_commands(word);
    } else {
        completing.add_argument(word);
    }
    return completing.take();
}

std::string completion_text(const Completion &completion) {
    std::string text = completion.files ? "files\n" : "words\n";
    for (const auto &[word, description] : completion.candidates)
        text += fmt::format("{}\t{}\n", word, base::escape(description));
    return text;
}

} // namespace retouch::cli
