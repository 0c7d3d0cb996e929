#pragma once
// Image: one record of a catalog, in Glance's words. Plain data; the bytes are the store's.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace retouch {

struct Image {
    std::string id; ///< lower-case UUID
    std::string name;
    std::string status = "active";      ///< queued | active | deactivated
    std::string visibility = "private"; ///< public | private | shared | community
    std::string disk_format = "raw";    ///< raw | qcow2, as Glance also others we only carry
    std::string container_format = "bare";
    std::string owner;     ///< id of the project it belongs to; empty where there are none
    std::int64_t size = 0; ///< bytes of the file as a reader would download it
    std::int64_t virtual_size_bytes = 0; ///< of the disk a guest sees
    std::int64_t min_disk_gib = 0;
    std::int64_t min_ram_mib = 0;
    bool is_protected = false;
    bool hidden = false;
    std::vector<std::string> tags;                 ///< sorted, unique
    std::map<std::string, std::string> properties; ///< Glance's extra properties
    std::map<std::string, std::string> checksums;  ///< algorithm -> lower-case hex
    std::vector<std::string> locations;            ///< URLs of the bytes, where the catalog tells
    std::string created_at;                        ///< RFC 3339, UTC, microseconds, `Z`
    std::string updated_at;

    bool operator==(const Image &) const = default;

    /// The string that identifies the bytes: "ALGORITHM:HEX" of the strongest checksum, or
    /// "image:ID" when the record has none: bytes under an id never change.
    [[nodiscard]] std::string digest() const;

    /// True when `digest`, as digest() gave it once, identifies these bytes: a record may get
    /// checksums later, or more of them (Glance's location import and copy-image).
    [[nodiscard]] bool has_digest(const std::string &digest) const;

    /// True while a run has not handed it over: queued, or bearing lineage::k_unfinished.
    [[nodiscard]] bool unfinished() const;

    /// True while its bytes still depend on the source's and shall be freed from them.
    [[nodiscard]] bool awaits_detaching() const;

    /// True when it is protected, and not only until it is detached.
    [[nodiscard]] bool stays_protected() const;

    /// A property's value, or nullopt.
    [[nodiscard]] std::optional<std::string> property(const std::string &name) const;
};

/// A project that may use a shared image. Only once it has accepted the image it lists it.
struct ImageMember {
    std::string project;
    std::string status = "pending"; ///< pending | accepted | rejected

    bool operator==(const ImageMember &) const = default;
};

/// A change of one record. What is absent stays as it is. Everything in one change happens at once.
struct ImageChange {
    std::string id;
    std::optional<std::string> name;
    std::optional<std::string> status;
    std::optional<std::string> visibility;
    std::optional<bool> hidden;
    std::optional<bool> is_protected;
    std::optional<std::int64_t> min_disk_gib;
    std::optional<std::int64_t> min_ram_mib;
    std::optional<std::vector<std::string>> tags;
    /// Projects to share a shared image with, besides those that share it already. What a project
    /// has answered is set to "accepted" or "rejected", never back to "pending".
    std::optional<std::vector<ImageMember>> members;
    std::map<std::string, std::optional<std::string>> properties; ///< nullopt removes

    bool operator==(const ImageChange &) const = default;

    /// True when it would change nothing whatever the record holds.
    [[nodiscard]] bool empty() const;
};

/// Names of the properties retouch itself writes on what it publishes.
namespace lineage {
inline constexpr const char *k_recipe = "retouch_recipe";
inline constexpr const char *k_source = "retouch_source";
/// The project of the source, where it is not that of the image itself.
inline constexpr const char *k_source_owner = "retouch_source_owner";
inline constexpr const char *k_source_digest = "retouch_source_digest";
inline constexpr const char *k_fingerprint = "retouch_fingerprint";
inline constexpr const char *k_version = "retouch_version";
/// "ALGORITHM:HEX" of the file that was imported as a source, as it was fetched.
inline constexpr const char *k_download = "retouch_download";
/// What its properties name of the finished image: a JSON object, "package.kubelet" to
/// "1.29.3-1.1".
inline constexpr const char *k_facts = "retouch_facts";
/// The run that is making this image; gone once it is handed over.
inline constexpr const char *k_unfinished = "retouch_unfinished";
/// Borne while the bytes still depend on the source's and shall be freed from them.
inline constexpr const char *k_detach = "retouch_detach";
inline constexpr const char *k_pending = "pending"; ///< its value
/// Its value when the record is protected for as long as it bears it.
inline constexpr const char *k_pending_protected = "pending, protected until then";
} // namespace lineage

} // namespace retouch
