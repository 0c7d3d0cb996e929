#include "apply/fitness.hpp"

#include "base/path_glob.hpp"
#include "base/text.hpp"
#include "guest/machine_identity.hpp"
#include "plan/volatile_paths.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace retouch::apply {

namespace {

/// The recipe puts it there itself, or says that it may be there.
bool is_meant(const std::string &path, const Target &target,
              const std::vector<std::string> &stated) {
    const auto puts_it = [&](const PlannedStep &planned) {
        return std::ranges::find(planned.step.places, path) != planned.step.places.end();
    };
    const auto allows_it = [&](const std::string &glob) { return base::matches_path(glob, path); };
    return std::ranges::any_of(target.steps, puts_it) || std::ranges::any_of(stated, allows_it);
}

void require_no_new_identity(const std::set<std::string> &before, const Target &target,
                             const GuestView &guest) {
    const std::vector<std::string> stated = plan::stated_volatile_paths(target.volatile_paths);
    std::vector<std::string> made;
    for (const std::string &path : guest::identity_files(guest))
        if (!before.contains(path) && !is_meant(path, target, stated))
            made.push_back(base::escape(path));
    if (made.empty())
        return;
    const std::vector<std::string> cleanup = guest::cleanup_of_identity(made);
    const std::string how =
        cleanup.empty() ? std::string("remove it with a step")
                        : fmt::format("clean it up with cleanup: [{}]", fmt::join(cleanup, ", "));
    throw Error(
        ErrorKind::failed,
        fmt::format("a step has given the image what all machines made from it would share: "
                    "{}",
                    fmt::join(made, ", ")),
        how + ", or say under 'volatile' that it is meant to be there");
}

} // namespace

FitnessBefore fitness_before(const GuestView &guest) {
    return {guest::boot_entries(guest), guest::identity_files(guest)};
}

void require_fit(const FitnessBefore &before, const Target &target, const GuestView &guest) {
    guest::require_bootable(before.entries, guest);
    require_no_new_identity(before.identity, target, guest);
}

} // namespace retouch::apply
