#include "guest/root_search.hpp"

#include "base/interrupt.hpp"
#include "guest/refusals.hpp"

namespace retouch::guest {

std::optional<Error> look_for_roots(const std::vector<Volume> &volumes,
                                    const std::function<bool(const Volume &)> &may_hold,
                                    const std::function<void(const Volume &)> &look,
                                    const std::function<bool()> &works) {
    std::optional<Error> damage;
    for (const Volume &volume : volumes) {
        base::check_interrupt();
        if (!may_hold(volume))
            continue;
        try {
            look(volume);
        } catch (const Error &error) {
            if (!refusal::is_of_the_image(error) || !works())
                throw;
            damage = refusal::cannot_open(volume.device, error);
        }
    }
    return damage;
}

} // namespace retouch::guest
