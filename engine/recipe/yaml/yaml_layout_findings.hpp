#pragma once
// Layout findings: reports what the layout check finds and keeps the masks for it. A finding
// without a mask leaves open what the lines around it mean.

#include "recipe/yaml/yaml_mask.hpp"
#include "recipe/yaml/yaml_scan.hpp"
#include "recipe/yaml/yaml_source.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch::recipe {

using MaybeFinding = std::optional<RefusedYaml>;

class LayoutFindings {
  public:
    LayoutFindings(YamlSource &source, Diagnostics &diagnostics)
        : source_(source), diagnostics_(diagnostics) {}

    /// A finding around which the rest of its line and all other lines are still understood.
    void report(const RefusedYaml &finding);

    /// A finding behind which its line was not read. Unless it was masked(), it also leaves open
    /// what other lines mean.
    void report_end_of_line(const RefusedYaml &finding);

    /// Notes for `finding`, if it is one, that `replacement` can stand for everything from `from`
    /// to where reading goes on. The innermost note counts.
    MaybeFinding masked(std::size_t from, std::string replacement, MaybeFinding finding);

    /// Masks a stretch that is known already; in order with all others.
    void hide(std::size_t from, std::size_t to, std::string replacement = {});

    /// Reading goes on at `offset`.
    void go_on_at(std::size_t offset);

    /// What was found leaves open what other lines mean.
    void distrust() { trusted_ = false; }

    [[nodiscard]] bool any() const { return found_ > 0; }

    [[nodiscard]] bool too_many() const;

    /// In order; absent when the text cannot be trusted around them.
    [[nodiscard]] std::optional<std::vector<Mask>> take_masks();

  private:
    YamlSource &source_;
    Diagnostics &diagnostics_;
    std::vector<Mask> masks_;
    std::optional<Mask> next_; ///< for the finding about to be reported
    bool open_ = false;        ///< the last mask has no end yet
    bool trusted_ = true;
    std::size_t found_ = 0;
};

} // namespace retouch::recipe
