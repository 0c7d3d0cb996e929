#pragma once
// Drift: what of a published image is no longer as it was published, found by looking. Plain data;
// plan compares, catalog and store look at the bytes, render/ prints.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include "retouch/image.hpp"
#include "retouch/plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch {

inline constexpr const char *k_drift_format_version = "1.0";

/// What differs; docs/drift.md lists them.
enum class DeviationKind {
    // Of the record.
    name,
    status,
    hidden,
    superseded, ///< an image it replaced is visible under its name
    visibility,
    tags,
    min_disk,
    min_ram,
    is_protected,
    property,
    // Of the stored bytes.
    file,
    location,
    image,
    snapshot,
    protection, ///< of the snapshot
    snapshots,  ///< others than ours
    size,
    parent,
    lineage,
    bytes,
};

/// One difference. All texts are for people and escaped, none ends with a full stop.
struct Deviation {
    DeviationKind kind = DeviationKind::name;
    std::string what;     ///< "property hw_disk_bus", "visibility", "snapshot"
    std::string expected; ///< as it was published, as far as that can be known
    std::string found;
    bool apply_fixes = false; ///< the next apply of the recipe puts it right
    std::string remedy;       ///< how apply puts it right, or what to do by hand

    bool operator==(const Deviation &) const = default;
};

/// What is known of an image's stored bytes.
struct Integrity {
    std::vector<Deviation> deviations;
    std::vector<std::string> unchecked; ///< what could not be looked at, and why; sentences

    bool operator==(const Integrity &) const = default;
};

/// How thoroughly stored bytes are looked at.
struct IntegrityOptions {
    bool read_bytes = false; ///< compare them with the recorded checksum; reads all of them
    /// Compare them with those of this image, of which they were made without a change; reads all
    /// of both.
    std::optional<Image> same_as = {};
};

/// How thoroughly drift is looked for.
struct DriftOptions {
    bool read_bytes = false; ///< as in IntegrityOptions
    /// Compare the bytes with the source's, where it is still there and the recipe has no steps.
    bool against_source = false;
};

/// What looking for drift of one recipe found.
struct DriftReport {
    PlannedRecipe recipe;
    std::string catalog;
    std::optional<ImageReference> image; ///< the generation looked at; absent when there is none
    std::vector<Deviation> drift;        ///< changed behind the recipe's back
    /// What apply would do anyhow, which is no drift: the recipe or the source changed. Sentences.
    std::vector<std::string> pending;
    std::vector<std::string> unchecked; ///< as in Integrity

    bool operator==(const DriftReport &) const = default;
};

} // namespace retouch
