#include "guest/observer.hpp"

#include <utility>

namespace retouch {

Observer::Observer(Guest &guest, const std::vector<std::string> &keep) : guest_(guest) {
    guest_.mark(keep);
    bytes_written_ = guest_.bytes_written();
}

Effect Observer::effect() {
    Effect effect;
    effect.files = guest_.changes();
    const std::uint64_t written = guest_.bytes_written();
    effect.bytes_written = written - std::exchange(bytes_written_, written);
    return effect;
}

} // namespace retouch
