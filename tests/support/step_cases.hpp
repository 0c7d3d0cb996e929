#pragma once
// Step cases: the folders tests/steps/KIND/CASE, run on any guest. A case is data: recipe.yaml,
// what the guest holds before (before.yaml), what the plan says (plan.txt), what happens
// (apply.txt), what the guest holds after (after.yaml), and what a second plan says
// (plan-again.txt).
//
// before.yaml and after.yaml: `paths: {PATH: absent | {content, mode, owner, group} | {directory:
// true, mode, ...} | {link: TARGET}}`; before.yaml may also name the `package_manager` of the
// guest.

#include "plan/check.hpp"
#include "retouch/guest.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace retouch::test {

/// What is, or has to be, at a path. What is not given does not matter.
struct PathState {
    std::string path;
    std::optional<FileInfo::Type> type; ///< nullopt: nothing is there
    std::optional<std::string> content; ///< of a link: its target
    std::optional<std::uint32_t> mode;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
};

struct StepCase {
    std::filesystem::path directory;
    plan::CheckedRecipe recipe;
    std::vector<PathState> before;
    std::vector<PathState> after;
    std::string package_manager; ///< empty: any

    /// "files/new-file".
    [[nodiscard]] std::string name() const;

    /// Whether a step executes code of the guest.
    [[nodiscard]] bool runs_code() const;
};

/// All cases, by name. Throws std::runtime_error when one cannot be read.
[[nodiscard]] std::vector<StepCase> step_cases();

/// A guest made ready for a case; what the case's paths held comes back at the end.
class PreparedGuest {
  public:
    PreparedGuest(Guest &guest, const StepCase &step_case);
    ~PreparedGuest();
    PreparedGuest(const PreparedGuest &) = delete;
    PreparedGuest &operator=(const PreparedGuest &) = delete;

  private:
    Guest &guest_;
    std::vector<PathState> former_;
};

/// The foreseen changes as text, one step a line, diffs below. An Error ends the text.
[[nodiscard]] std::string planned(const StepCase &step_case, const GuestView &guest);

/// What happens, one step a line, output below; up to the first step that fails.
[[nodiscard]] std::string applied(const StepCase &step_case, Guest &guest);

/// What of after.yaml does not hold, one line each.
[[nodiscard]] std::string unmet(const StepCase &step_case, const GuestView &guest);

/// The text of a file of the case; with UPDATE_GOLDEN=1 first replaced by `actual`.
[[nodiscard]] std::string golden(const StepCase &step_case, const std::string &file,
                                 const std::string &actual);

} // namespace retouch::test
