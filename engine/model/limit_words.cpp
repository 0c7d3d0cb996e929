#include "model/limit_words.hpp"

#include "base/text.hpp"

#include <cassert>
#include <fmt/format.h>

namespace retouch::model {

std::string limit_complaint(LimitKind limit, const std::string &what, bool many,
                            const Limits &limits) {
    switch (limit) {
    case LimitKind::may_change:
        return fmt::format("changed {}{}, which may_change does not allow", what,
                           many ? " paths" : "");
    case LimitKind::packages:
        return fmt::format("changed {}{}{}, which packages does not allow",
                           many ? "" : "the package ", what, many ? " packages" : "");
    case LimitKind::bytes_written:
        return fmt::format(
            "wrote {}, more than the {} of bytes_written", what,
            base::format_bytes(static_cast<std::uint64_t>(limits.bytes_written.value_or(0))));
    case LimitKind::no_new_setuid:
        return fmt::format("gave {}{} setuid, setgid or capabilities, which no_new_setuid forbids",
                           what, many ? " files" : "");
    case LimitKind::no_network:
        return "uses the network, which no_network forbids";
    }
    assert(false);
    return {};
}

} // namespace retouch::model
