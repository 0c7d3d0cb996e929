#pragma once
// SchemaPatterns: the regular expressions of a schema, each compiled when a text first meets it:
// a recipe meets few, and compiling all would cost more than checking it.

#include <memory>
#include <string>

namespace retouch::recipe {

/// May be shared by threads.
class SchemaPatterns {
  public:
    SchemaPatterns();
    ~SchemaPatterns();
    SchemaPatterns(const SchemaPatterns &) = delete;
    SchemaPatterns &operator=(const SchemaPatterns &) = delete;

    /// True when `expression`, which is ECMAScript's, matches somewhere in `text`; never in a text
    /// of more than 4096 bytes, as std::regex recurses once for each.
    [[nodiscard]] bool match(const std::string &text, const std::string &expression) const;

    static constexpr std::size_t k_longest_text = 4096;

  private:
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
};

} // namespace retouch::recipe
