#pragma once
// Record rules: what values a record of the local catalog may hold, the same as Glance's where
// Glance has a rule. It checks values, never the database or the store.

#include "retouch/image.hpp"

namespace retouch::catalog {

/// Throws Error: invalid, naming the field.
void check_record(const Image &image);
void check_record(const ImageChange &change);

} // namespace retouch::catalog
