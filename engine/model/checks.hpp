#pragma once
// Checks: the findings of one area while they are made. Whatever a check throws becomes a finding,
// so that the next one is made all the same. What is checked is up to the layers above.

#include "retouch/finding.hpp"

#include <functional>
#include <string>
#include <vector>

namespace retouch::model {

/// How something is: a Finding without its place.
struct Verdict {
    Finding::State state = Finding::State::ok;
    std::string detail;
    std::string remedy = {};
};

[[nodiscard]] inline Verdict all_well(std::string detail) {
    return {Finding::State::ok, std::move(detail)};
}

[[nodiscard]] inline Verdict warning(std::string detail, std::string remedy) {
    return {Finding::State::warning, std::move(detail), std::move(remedy)};
}

class Checks {
  public:
    enum class Need {
        needed,
        optional, ///< a failure here keeps nobody from working: it is a warning
    };

    explicit Checks(std::string area, Need need = Need::needed)
        : area_(std::move(area)), need_(need) {}

    /// Adds what `look` says; an Error it throws is a failure, the hint its remedy. False then.
    /// Throws only Error: interrupted.
    bool check(const std::string &subject, const std::function<Verdict()> &look);

    [[nodiscard]] std::vector<Finding> take() { return std::move(findings_); }

  private:
    std::string area_;
    Need need_;
    std::vector<Finding> findings_;
};

/// A Finding about something that could not be done.
[[nodiscard]] Finding failure(const std::string &area, const std::string &subject,
                              const Error &error);

} // namespace retouch::model
