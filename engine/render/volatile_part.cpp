// Volatile part: see the header. A setuid program is never waved through.

#include "render/volatile_part.hpp"

#include "base/path_glob.hpp"
#include "render/effect_words.hpp"

#include <algorithm>

namespace retouch {

bool is_volatile_change(const EntryChange &change, const std::vector<std::string> &globs) {
    const auto matches = [&](const std::string &glob) { return matches_path(glob, change.path); };
    return std::ranges::any_of(globs, matches) && !gives_setuid(change);
}

Effect without_volatile(Effect effect, const std::vector<std::string> &globs) {
    std::erase_if(effect.files,
                  [&](const EntryChange &change) { return is_volatile_change(change, globs); });
    return effect;
}

bool changes_again(const PlannedStep &step, const Target &target) {
    return step.rehearsed && step.rehearsed->again &&
           !changes_nothing(without_volatile(*step.rehearsed->again, target.volatile_paths));
}

} // namespace retouch
