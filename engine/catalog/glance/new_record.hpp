#pragma once
// New record: making a queued record, also by a service that gives it another id than asked for.

#include "catalog/glance/image_api.hpp"

#include <string>

namespace retouch::catalog {

/// As ImageApi::create(). Throws ApiError: unavailable when the record made bears another id; it is
/// removed again, and the message says so, or that it stays.
[[nodiscard]] GlanceImage create_record(const ImageApi &api, const Image &draft,
                                        const std::string &owner = {});

} // namespace retouch::catalog
