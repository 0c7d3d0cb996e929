// Place: diagnostics from marks and lines.
// Wording that only one check needs stands beside that check.

#include "recipe/place.hpp"

#include <utility>

namespace retouch::recipe {

namespace {
/// Longer lines are machine-made; keeping them in every diagnostic would cost more than it helps.
constexpr std::size_t k_longest_excerpt = 4096;
} // namespace

std::string excerpt_of(std::string line) {
    return line.size() > k_longest_excerpt ? std::string() : std::move(line);
}

Diagnostic error_at(const std::string &file, const Mark &mark, std::string line,
                    std::string message, std::string hint) {
    Diagnostic diagnostic;
    diagnostic.position = {file, mark.line, mark.column};
    diagnostic.message = std::move(message);
    diagnostic.source_line = excerpt_of(std::move(line));
    diagnostic.hint = std::move(hint);
    return diagnostic;
}

Diagnostic error_at(const std::string &file, const Mark &mark,
                    const std::vector<std::string> &lines, std::string message, std::string hint) {
    const auto index = static_cast<std::size_t>(mark.line) - 1;
    const bool known = mark.line > 0 && index < lines.size();
    return error_at(file, mark, known ? lines[index] : std::string(), std::move(message),
                    std::move(hint));
}

Diagnostic too_large(const std::string &file) {
    return error_at(file, {}, std::string(), "the file is larger than 1 MiB",
                    "keep large contents in files of their own");
}

} // namespace retouch::recipe
