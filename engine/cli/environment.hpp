#pragma once
// Environment: variables and the working directory as values, so that what depends on them can be
// tested without changing the process.

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace retouch::cli {

class Environment {
  public:
    /// The process's own.
    Environment();

    Environment(std::map<std::string, std::string> variables, std::filesystem::path directory)
        : variables_(std::move(variables)), directory_(std::move(directory)) {}

    /// A variable that is set and not empty.
    [[nodiscard]] std::optional<std::string> get(const std::string &name) const;

    /// Those that begin with `prefix`, empty ones too, by the rest of their names.
    [[nodiscard]] std::map<std::string, std::string> with_prefix(const std::string &prefix) const;

    /// The working directory, absolute; empty when it is gone.
    [[nodiscard]] const std::filesystem::path &directory() const { return directory_; }

  private:
    std::map<std::string, std::string> variables_;
    std::filesystem::path directory_;
};

} // namespace retouch::cli
