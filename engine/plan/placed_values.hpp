#pragma once
// PlacedValues: JSON as Values, for the readers of recipes. The line of a Value's mark is a number
// by which its place in the JSON document is found again ("targets[0].steps[1].options.run").

#include "retouch/json.hpp"
#include "retouch/value.hpp"

#include <string>
#include <vector>

namespace retouch::plan {

class PlacedValues {
  public:
    /// `json` stands at `place`.
    [[nodiscard]] Value value(const Json &json, const std::string &place);

    /// The place of the Value, or key, whose mark has this line. Requires: it was made here.
    [[nodiscard]] const std::string &place(int line) const;

  private:
    [[nodiscard]] Mark mark(const std::string &place);

    std::vector<std::string> places_;
};

} // namespace retouch::plan
