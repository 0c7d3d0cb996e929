#pragma once
// PathClaims: which entry of a section owns which path of the image, so that no two fight over one.
// Directories may be shared; files, links and removals own their path and everything below it.

#include "steps/support/reading.hpp"

#include <map>
#include <string>

namespace retouch::steps {

class PathClaims {
  public:
    enum class Use { file, directory, removal };

    struct Claim {
        Use use;
        Mark mark;
    };

    /// Notes that the entry at `mark` uses `path`. False after an error, which points at both.
    bool claim(const std::string &path, Use use, const Mark &mark, const Reader &reader);

    /// By path.
    [[nodiscard]] const std::map<std::string, Claim> &all() const { return claims_; }

  private:
    std::map<std::string, Claim> claims_;
};

} // namespace retouch::steps
