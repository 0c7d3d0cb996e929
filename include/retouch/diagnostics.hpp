#pragma once
// Diagnostics: every mistake found in something the user wrote, collected and never thrown.
// A value: it knows positions and wording, not how they are printed (render/ does that).
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <compare>
#include <string>
#include <tuple>
#include <vector>

namespace retouch {

/// A place in a file. Lines and columns count from 1; columns count code points. 0 means unknown.
struct Position {
    std::string file;
    int line = 0;
    int column = 0;

    bool operator==(const Position &) const = default;

    std::strong_ordering operator<=>(const Position &other) const {
        return std::tie(file, line, column) <=> std::tie(other.file, other.line, other.column);
    }
};

/// A second place that belongs to a mistake ("first defined here").
struct RelatedPosition {
    Position position;
    std::string message;
    std::string source_line;

    bool operator==(const RelatedPosition &) const = default;
};

struct Diagnostic {
    enum class Severity { error, warning };

    Severity severity = Severity::error;
    Position position;
    std::string message;     ///< one sentence, no final full stop
    std::string source_line; ///< the line at `position`, without its newline; may be empty
    std::string hint;        ///< what to write instead; may be empty
    std::vector<RelatedPosition> related;

    bool operator==(const Diagnostic &) const = default;
};

class Diagnostics {
  public:
    void add(Diagnostic diagnostic) { items_.push_back(std::move(diagnostic)); }

    void merge(Diagnostics other);

    /// Sorted by file, line and column, duplicates removed: the order does not depend on which
    /// check ran first.
    [[nodiscard]] std::vector<Diagnostic> sorted() const;

    [[nodiscard]] bool has_errors() const;

    [[nodiscard]] bool empty() const { return items_.empty(); }

  private:
    std::vector<Diagnostic> items_;
};

} // namespace retouch
