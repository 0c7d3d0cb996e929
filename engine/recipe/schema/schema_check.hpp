#pragma once
// Checking a Value against a draft-07 JSON Schema through valijson, with our own words and
// positions for every finding, all at once.

#include "retouch/diagnostics.hpp"
#include "retouch/json.hpp"
#include "retouch/value.hpp"

#include <memory>
#include <string>
#include <vector>

namespace retouch::recipe {

/// A schema made ready once and then used for many values; may be shared by threads.
class SchemaChecker {
  public:
    /// Requires: `schema` is a draft-07 schema without "$ref".
    explicit SchemaChecker(Json schema);
    ~SchemaChecker();
    SchemaChecker(SchemaChecker &&) noexcept;
    SchemaChecker &operator=(SchemaChecker &&) noexcept;
    SchemaChecker(const SchemaChecker &) = delete;
    SchemaChecker &operator=(const SchemaChecker &) = delete;

    /// `lines` are the file's, for excerpts. Returns true when nothing was found.
    bool check(const Value &value, const std::string &file, const std::vector<std::string> &lines,
               Diagnostics &diagnostics) const;

  private:
    struct Prepared;
    std::unique_ptr<const Prepared> prepared_;
};

/// The same for one value: prepares the schema first.
bool check_schema(const Value &value, const Json &schema, const std::string &file,
                  const std::vector<std::string> &lines, Diagnostics &diagnostics);

} // namespace retouch::recipe
