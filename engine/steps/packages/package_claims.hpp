#pragma once
// PackageClaims: which package a section names where, so that no two entries undo or repeat each
// other.

#include "steps/support/reading.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::steps {

struct PackageClaim {
    std::string verb;
    std::string name;
    std::string family; ///< empty: all
    Mark mark;
};

class PackageClaims {
  public:
    /// With an error when it contradicts one that was made before.
    void claim(PackageClaim claim, const Reader &reader);

    /// Names that stand in an entry of this verb, sorted.
    [[nodiscard]] std::vector<std::string> names_of(std::string_view verb) const;

  private:
    std::multimap<std::string, PackageClaim> by_name_;
};

} // namespace retouch::steps
