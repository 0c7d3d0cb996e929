#pragma once
// Entry changes: states of paths and what became of them, in a word each, for tests of effects.

#include "retouch/effect.hpp"

#include <string>
#include <utility>

namespace retouch {

inline EntryState file_state(std::uint32_t mode, std::uint64_t size, char digest) {
    return {{FileInfo::Type::regular, mode, 0, 0, size}, {}, std::string(64, digest), {}};
}

inline EntryChange added(const std::string &path, EntryState state) {
    return {path, std::nullopt, std::move(state), {}};
}

inline EntryChange changed(const std::string &path, EntryState before, EntryState after,
                           const std::string &diff = {}) {
    return {path, std::move(before), std::move(after), diff};
}

inline EntryChange removed(const std::string &path, EntryState state) {
    return {path, std::move(state), std::nullopt, {}};
}

} // namespace retouch
