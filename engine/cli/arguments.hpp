#pragma once
// Arguments: how a command says what it takes: its arguments, options and what it does. A thin face
// over CLI11, so that commands know nothing of the parser.

#include "cli/context.hpp"
#include "cli/given_variables.hpp"
#include "cli/selection.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace retouch::cli {

/// One command being defined. What values are read into must live as long as the CLI::App; a
/// command keeps its options in a struct that its action owns.
class Command {
  public:
    /// `examples`: lines for --help, the most common first.
    Command(CLI::App &app, const std::string &name, const std::string &summary,
            const std::string &examples);

    /// A required argument, and one that may be repeated.
    void argument(const std::string &name, std::string &value, const std::string &summary);
    void arguments(const std::string &name, std::vector<std::string> &values,
                   const std::string &summary);

    /// Any number of arguments, none included.
    void optional_arguments(const std::string &name, std::vector<std::string> &values,
                            const std::string &summary);

    /// A required argument that is one of a few words.
    void argument_of(const std::string &name, std::string &value,
                     const std::vector<std::string> &choices, const std::string &summary);

    /// `names` as in "-o,--output"; `type` is what the value is called in help.
    void option(const std::string &names, std::string &value, const std::string &type,
                const std::string &summary);
    void required_option(const std::string &names, std::string &value, const std::string &type,
                         const std::string &summary);
    void repeated_option(const std::string &names, std::vector<std::string> &values,
                         const std::string &type, const std::string &summary);
    void option_of(const std::string &names, std::string &value,
                   const std::vector<std::string> &choices, const std::string &summary);
    void flag(const std::string &names, bool &value, const std::string &summary);

    /// A flag that may have one word, as in "--rehearse=keep". `value` is "plain" when it has none.
    void flag_or(const std::string &name, std::string &value, const std::string &word,
                 const std::string &summary);

    /// --var and --var-file, --guest, --from-current: the same words and meaning wherever they are
    /// offered.
    void variables(VariableOptions &values);
    void guest(std::string &value);
    void from_current(bool &value);
    void rebuild(bool &value);
    void selection(Selection &value);

    /// What the command does; returns the exit code.
    void action(Context &context, std::function<int()> act);

  private:
    CLI::App &app_;
};

/// Defines everything. A command that is parsed sets `context.command`.
void define_arguments(CLI::App &app, Context &context);

/// KEY=VALUE words as a map. Throws Error: usage, naming `option` and showing `example`, for a word
/// without "=", an empty key or a key given twice.
[[nodiscard]] std::map<std::string, std::string>
parse_assignments(const std::string &option, const std::vector<std::string> &words,
                  const std::string &example = "release=12");

} // namespace retouch::cli
