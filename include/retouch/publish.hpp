#pragma once
// The words of publishing: how a new image gets its record and its bytes, and what becomes of the
// image before it. Plain enumerations and values; the planner chooses, catalog and store obey.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <string>

namespace retouch {

/// What happens to the image that held the name before, at hand-over.
enum class PreviousPolicy { hide, rename, deactivate, keep };

/// What the new bytes share with the source's after publishing (recipe key publish.lineage).
enum class LineagePolicy {
    detach,  ///< nothing: they are completed after the hand-over
    flatten, ///< nothing: they are completed before they are sealed
    keep,    ///< unchanged data stays shared with the source for good
};

/// A field of a published record that apply sets back where it differs.
enum class PublishField { visibility, tags, min_disk, min_ram, is_protected, hidden };

/// How bytes reach a record of a catalog.
enum class PublishMethod {
    local,        ///< a file is moved into place
    location,     ///< the record is pointed at bytes in the store, with PATCH
    location_api, ///< the same with the newer add-location call
    upload,       ///< the bytes are sent through the image service
};

struct PublishWay {
    PublishMethod method = PublishMethod::local;
    std::string reason; ///< for people: why this one; empty for local

    /// True when the bytes stay where the store made them.
    [[nodiscard]] bool by_location() const {
        return method == PublishMethod::location || method == PublishMethod::location_api;
    }

    bool operator==(const PublishWay &) const = default;
};

} // namespace retouch
