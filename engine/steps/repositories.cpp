// repositories: where the image's package manager finds packages, and the keys they are signed by.
// One step per entry. It writes the files that the package manager reads and runs nothing; whether
// anybody answers there is seen by `packages`.

#include "base/text.hpp"
#include "retouch/step_kind.hpp"
#include "steps/repositories/repository_entries.hpp"
#include "steps/repositories/repository_files.hpp"
#include "steps/support/image_text.hpp"
#include "steps/support/plain_kind.hpp"

namespace retouch::steps {

namespace {

StepChange preview(const Step &step, const GuestView &guest) {
    const ImageChanges changes = repository_changes(step.options, guest);
    const bool is_gone = step.options.contains("state") && changes.changes.empty();
    StepChange change =
        foretold(step, changes, is_gone ? "not there" : base::joined(changes.reasons, ", "));
    for (const Foreseen &each : changes.changes)
        change.diff += text_diff(each, guest);
    return change;
}

StepResult execute(const Step &step, Guest &guest) {
    return carried_out(repository_changes(step.options, guest), guest);
}

Foresight foresee(const Step &step, const GuestView &guest) {
    return foreseen_of(repository_changes(step.options, guest));
}

} // namespace

extern const StepKind k_repositories_step;
const StepKind k_repositories_step = {.name = "repositories",
                                      .order = 2,
                                      .semantics = 1,
                                      .read = read_repositories,
                                      .preview = preview,
                                      .execute = execute,
                                      .needs = needs_nothing,
                                      .section = entries_of,
                                      .foresee = foresee};

} // namespace retouch::steps
