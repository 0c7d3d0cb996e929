#include "steps/system/system_work.hpp"

#include "base/text.hpp"
#include "steps/support/guest_paths.hpp"

#include <fmt/format.h>

namespace retouch::steps {

SystemWork refused(std::string reason) {
    SystemWork work;
    work.obstacle = std::move(reason);
    return work;
}

SystemWork not_known(const GuestView &guest, std::string_view what) {
    const Facts &facts = guest.facts();
    return refused(fmt::format("where {} keeps {} is not known",
                               base::escape(facts.product.empty() ? facts.type : facts.product),
                               what));
}

bool has_file(const GuestView &guest, const std::string &path) {
    const auto info = stat(guest, path);
    return info && info->type == FileInfo::Type::regular;
}

} // namespace retouch::steps
