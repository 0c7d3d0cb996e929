#pragma once
// Property drops: what a schema cannot say of `drop_properties`: that it must not contradict
// `properties` of the same recipe. What is dropped is the planner's business.

#include "retouch/diagnostics.hpp"
#include "retouch/value.hpp"

#include <string>
#include <vector>

namespace retouch::recipe {

/// An error for each glob that matches a property the recipe sets. `recipe` need not be what the
/// schema accepts; what has another form is passed over.
void check_property_drops(const Value &recipe, const std::string &file,
                          const std::vector<std::string> &lines, Diagnostics &found);

} // namespace retouch::recipe
