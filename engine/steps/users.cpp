// users: accounts of the image. One step per entry. It changes the files of accounts as useradd,
// usermod and userdel would, so that the plan is exact, and runs nothing of the image.

#include "base/text.hpp"
#include "retouch/step_kind.hpp"
#include "steps/support/plain_kind.hpp"
#include "steps/users/user_changes.hpp"
#include "steps/users/user_entries.hpp"

namespace retouch::steps {

namespace {

StepChange preview(const Step &step, const GuestView &guest) {
    const ImageChanges changes = user_changes(guest, step.options);
    const bool gone = step.options.contains("state") && changes.changes.empty();
    return foretold(step, changes, gone ? "not there" : base::joined(changes.reasons, ", "));
}

StepResult execute(const Step &step, Guest &guest) {
    return carried_out(user_changes(guest, step.options), guest);
}

Foresight foresee(const Step &step, const GuestView &guest) {
    return foreseen_of(user_changes(guest, step.options));
}

} // namespace

extern const StepKind k_users_step;
const StepKind k_users_step = {.name = "users",
                               .order = 8,
                               .semantics = 1,
                               .read = read_users,
                               .preview = preview,
                               .execute = execute,
                               .needs = needs_nothing,
                               .section = entries_of,
                               .foresee = foresee,
                               .secret_keys = {"password"}};

} // namespace retouch::steps
