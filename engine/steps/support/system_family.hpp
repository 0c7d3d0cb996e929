#pragma once
// Families of systems: which package manager an image has, and which files hold what.

#include "retouch/facts.hpp"

namespace retouch::steps {

enum class SystemFamily { debian, rhel, suse, alpine, windows, other };

[[nodiscard]] SystemFamily system_family(const Facts &facts);

} // namespace retouch::steps
