#pragma once
// Names and image-meta keys retouch uses inside a pool. A clone inherits its parent's image-meta,
// so a mark counts only on an image whose name fits it. It is the words only; the acts are
// elsewhere.

#include <chrono>
#include <string>

namespace retouch::store::rbd_marks {

/// The image's own id; on what bears it and is named after it, and on nothing else, we may lay
/// hand.
inline constexpr const char *k_stage = "retouch.stage";
/// The image's own id, too: its bytes went through the image service, whose image it is; we never
/// lay hand on it.
inline constexpr const char *k_uploaded = "retouch.uploaded";
inline constexpr const char *k_source = "retouch.source";   ///< fsid/pool/image@snapshot
inline constexpr const char *k_started = "retouch.started"; ///< RFC 3339
inline constexpr const char *k_host = "retouch.host";
inline constexpr const char *k_pid = "retouch.pid";
inline constexpr const char *k_space = "retouch.space";     ///< where that pid means something
inline constexpr const char *k_kept = "retouch.kept";       ///< RFC 3339: a kept stage, until then
inline constexpr const char *k_lineage = "retouch.lineage"; ///< detach | flatten | keep
/// Features that were taken off while data is copied in, as Ceph's number of them.
inline constexpr const char *k_maps = "retouch.maps";

/// The snapshot of a published image, as Glance calls it.
inline constexpr const char *k_snapshot = "snap";
/// The snapshot by which changes of a kept stage are seen.
inline constexpr const char *k_kept_snapshot = "kept";

/// The longest anybody works on a stage, and on what a doctor tries its rights with, which takes
/// less than two minutes.
inline constexpr std::chrono::minutes k_stage_time{24 * 60};
inline constexpr std::chrono::minutes k_probe_time{10};

/// The name of an unpublished stage.
[[nodiscard]] inline std::string stage_name(const std::string &id) {
    return "retouch-stage-" + id;
}

/// The name of what a doctor tries its rights with; its clones' names begin with it.
[[nodiscard]] inline std::string probe_name(const std::string &id) {
    return "retouch-doctor-" + id;
}

} // namespace retouch::store::rbd_marks
