// Volatile part: see the header. A setuid program is never waved through.

#include "render/volatile_part.hpp"

#include "model/volatile_change.hpp"
#include "render/effect_words.hpp"

namespace retouch {

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
