#pragma once
// Announcement: a small object in the pool that says which stage somebody is about to make. It is
// there before the RBD image is, and gone once that bears its mark: a run that dies in between has
// left something that can still be told as ours.

#include "store/rbd/cluster.hpp"

#include <optional>
#include <string>

namespace retouch::store {

/// Which process of which host has announced a stage; empty when it did not say.
struct Announcer {
    std::string host;
    std::string space; ///< process_space()
    std::string pid;   ///< there
};

/// The name of the object: "retouch.stage.ID".
[[nodiscard]] std::string announcement_of(const std::string &id);

/// To be called before the image stage_name(id) is made, and withdrawn once it is marked.
/// Throws Error.
void announce_stage(const Pool &pool, const std::string &id);
void withdraw_stage(const Pool &pool, const std::string &id);

/// nullopt when the stage is not announced. Throws Error.
[[nodiscard]] std::optional<Announcer> find_announcement(const Pool &pool, const std::string &id);

} // namespace retouch::store
