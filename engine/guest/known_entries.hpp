#pragma once
// KnownEntries: what was seen of entries of a guest since anything could have changed them, so that
// nobody asks twice where each question costs. It asks nobody itself.

#include "retouch/guest.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace retouch::guest {

/// Only paths without a link above their last name are kept: of others a change by another name
/// would go unnoticed. For one thread at a time.
class KnownEntries {
  public:
    /// What was seen at `path`; nullptr: not known.
    [[nodiscard]] const SeenEntry *find(const std::string &path) const;

    /// Keeps what was seen at `path` just now. What is above must be seen before what is below.
    void saw(const std::string &path, const SeenEntry &seen);

    /// `path` is about to be changed, with all that may be below.
    void forget(const std::string &path);

    /// The same for what `path` leads to, should it be a link.
    void forget_followed(const std::string &path);

    /// Anything may be about to change.
    void forget_all() { entries_.clear(); }

  private:
    [[nodiscard]] bool is_without_links(const std::string &path) const;

    std::map<std::string, SeenEntry> entries_;
};

/// `wishes`, each with the directories above it that nobody asked for, those first, none twice.
[[nodiscard]] std::vector<LookWish> with_directories_above(const std::vector<LookWish> &wishes);

} // namespace retouch::guest
