#pragma once
// PathSubstitutions: which path's rules hold for another one ("/home" for "/var/home"). It is read
// from a policy's file_contexts.subs or .subs_dist, an untrusted text.

#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

class PathSubstitutions {
  public:
    PathSubstitutions() = default;

    /// `text` as selabel_file(5) describes it: two paths on a line. The later of two for one path
    /// wins. What is no such line is passed over.
    explicit PathSubstitutions(std::string_view text);

    /// `path` with the prefix replaced of the last line that fits, if one does.
    [[nodiscard]] std::string applied_to(std::string path) const;

  private:
    struct Substitution {
        std::string path;
        std::string instead;
    };

    std::vector<Substitution> lines_;
};

} // namespace retouch::guest
