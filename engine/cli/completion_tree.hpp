#pragma once
// CompletionTree: what a shell must know of the commands, as plain values, and the scripts made of
// it.

#include <string>
#include <vector>

namespace retouch {

/// What may follow an option, or stand as an argument.
struct CompletionValue {
    enum class Kind { none, files, words, free };

    Kind kind = Kind::none; ///< none: an option without a value
    std::vector<std::string> words;
};

struct CompletionOption {
    std::vector<std::string> names; ///< with their dashes
    std::string description;
    CompletionValue value;
};

struct CompletionCommand {
    std::string name; ///< empty for the program itself
    std::string description;
    std::vector<CompletionOption> options;
    CompletionValue argument;
};

/// Scripts; the first entry is the program itself.
[[nodiscard]] std::string bash_completion(const std::vector<CompletionCommand> &tree);
[[nodiscard]] std::string zsh_completion(const std::vector<CompletionCommand> &tree);
[[nodiscard]] std::string fish_completion(const std::vector<CompletionCommand> &tree);

} // namespace retouch
