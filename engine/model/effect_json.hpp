#pragma once
// Effects in documents: to_json(Effect) is their documented form, read_effect its inverse.

#include "model/object_reader.hpp"
#include "retouch/effect.hpp"

namespace retouch {

/// Throws Error as ObjectReader does.
[[nodiscard]] Effect read_effect(ObjectReader reader);

} // namespace retouch
