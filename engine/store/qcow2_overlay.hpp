#pragma once
// qcow2 overlay: an empty qcow2 file, for what will differ from another disk. The other disk is not
// named in it: who opens the file says what lies below.

#include "store/new_file.hpp"

#include <cstdint>

namespace retouch::store {

/// Fills `file`, which is empty, with a disk of `virtual_size` bytes, rounded up to whole sectors,
/// that holds nothing. Costs some kilobytes. Throws Error.
void make_overlay(const NewFile &file, std::int64_t virtual_size);

/// The same in a file of `directory` that has no name any more: it goes with the last descriptor,
/// whatever its users die of. Throws Error.
[[nodiscard]] base::UniqueFd make_nameless_overlay(const std::filesystem::path &directory,
                                                   std::int64_t virtual_size);

} // namespace retouch::store
