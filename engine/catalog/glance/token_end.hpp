#pragma once
// Token end: what users are told of a session whose token cannot be renewed. What follows for a
// run they judge: nobody knows how long it takes.

#include "catalog/glance/keystone.hpp"

#include <string>

namespace retouch::catalog {

/// "the token of cloud 'lab' ends in 52 min, at 2026-01-31 12:00 UTC, and cannot be renewed: a run
/// that takes longer cannot publish"; escaped; empty when new tokens can be had. Throws ApiError.
[[nodiscard]] std::string end_of_token(Session &session);

} // namespace retouch::catalog
