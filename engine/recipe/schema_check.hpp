#pragma once
// Checking a Value against a draft-07 JSON Schema through valijson, with our own words and
// positions for every finding, all at once.

#include "retouch/diagnostics.hpp"
#include "retouch/json.hpp"
#include "retouch/value.hpp"

#include <string>
#include <vector>

namespace retouch {

/// `lines` are the file's, for excerpts. Returns true when nothing was found.
bool check_schema(const Value &value, const Json &schema, const std::string &file,
                  const std::vector<std::string> &lines, Diagnostics &diagnostics);

} // namespace retouch
