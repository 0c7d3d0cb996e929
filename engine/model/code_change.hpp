#pragma once

// Code changes: which changes of a guest may change what is run on it. Told by what everybody can
// see of a path, its type, mode, attributes and place, and never by what a recipe or plan declares.

#include "retouch/effect.hpp"

namespace retouch::model {

/// True when what was there or what is there now may be run or says what is run: a regular file
/// with an execute or set-id bit, with capabilities or at a place of code_places.hpp; any link,
/// device, pipe or socket, wherever it leads; a directory at such a place, or below which one may
/// be, that others than root may write to. Bytes are not looked at: data that some program takes
/// for code is not known.
[[nodiscard]] bool concerns_code(const EntryChange &change);

} // namespace retouch::model
