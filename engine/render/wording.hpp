#pragma once
// Wording: the words and small pieces that every view of plans, reports and images shares, so that
// text and markdown never name the same thing differently. All of it is safe to print.

#include "retouch/image.hpp"
#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace retouch::render {

/// The untrusted text in double quotes, escaped.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// "3 steps", "1 step"; plural by adding an s.
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);

/// `recipes/web.yaml:14`.
[[nodiscard]] std::string origin_text(const Origin &origin);

/// `"Debian 12" (0b9c...)`.
[[nodiscard]] std::string reference_text(const ImageReference &reference);

/// The source, with its project where that is not the result's.
[[nodiscard]] std::string source_text(const Target &target);

/// "/ (/dev/sda1, ext4), /srv (/dev/sda2, btrfs, subvol=/@srv)"; empty for a plain root alone.
[[nodiscard]] std::string mounts_text(const Target &target);

/// The command a step will run when its summary does not show it whole: a
/// reviewer must see every line that will run. Raw; empty when there is nothing to add.
[[nodiscard]] std::string script_beyond_summary(const PlannedStep &step);

/// What a plan says of a step: what the rehearsal saw, or what was foreseen.
[[nodiscard]] StepState known_state(const PlannedStep &step);

/// The diff that was foreseen, unless the rehearsal saw the real one. Raw.
[[nodiscard]] std::string foreseen_diff(const PlannedStep &step);

/// The mark a state has in plans: ~ = - ?
[[nodiscard]] char state_mark(StepState state);

/// "change", "unchanged", "skipped", "will run, effect unknown".
[[nodiscard]] std::string_view state_words(StepState state);

/// "changed", "not reached", ...
[[nodiscard]] std::string_view outcome_word(StepOutcome outcome);

/// What becomes of an image that loses the name: `hide "Debian 12" (0b9c...)`.
[[nodiscard]] std::string superseded_text(const Superseded &superseded);

/// Label and value of everything that will stand in the record, in display order; fields at their
/// defaults (no tags, no minimums, not protected) are left out.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
publish_fields(const PublishPlan &publish);

/// For Action::update: label and new value of the fields that will be set.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
changed_publish_fields(const PublishPlan &publish);

} // namespace retouch::render
