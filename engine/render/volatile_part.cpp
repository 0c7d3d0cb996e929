// Volatile part: see the header. What is made anew is told, but making it twice is no fault.

#include "render/volatile_part.hpp"

#include "model/code_places.hpp"
#include "model/volatile_change.hpp"
#include "render/effect_words.hpp"

namespace retouch {

Effect without_volatile(Effect effect, const std::vector<std::string> &globs) {
    std::erase_if(effect.files,
                  [&](const EntryChange &change) { return is_volatile_change(change, globs); });
    return effect;
}

Effect repeated_part(Effect again, const std::vector<std::string> &globs) {
    std::erase_if(again.files, [](const EntryChange &change) {
        return change.before && change.after && is_made_anew(change.path) &&
               lasting_part(change.path, *change.before) ==
                   lasting_part(change.path, *change.after);
    });
    return without_volatile(std::move(again), globs);
}

bool changes_again(const PlannedStep &step, const Target &target) {
    return step.rehearsed && step.rehearsed->again &&
           !changes_nothing(repeated_part(*step.rehearsed->again, target.volatile_paths));
}

} // namespace retouch
