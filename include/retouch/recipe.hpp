#pragma once
// Recipe: a checked recipe as plain data, variables resolved, sections as they stand. What a
// section's entries mean is known to the step kind of that name, not here.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include "retouch/disk_growth.hpp"
#include "retouch/limits.hpp"
#include "retouch/output_wish.hpp"
#include "retouch/publish.hpp"
#include "retouch/value.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace retouch {

/// One top-level section that a step kind owns: `files`, `commands`, `cleanup`, `checks`, ...
struct Section {
    std::string kind; ///< the key, which is the step kind's name
    Value value;      ///< what stands under it, schema-checked
};

/// A file of a recipe: the recipe itself, or one it includes.
struct RecipeFile {
    std::string name;                ///< as the user named it
    std::filesystem::path directory; ///< absolute; where it lies
    std::vector<std::string> lines{};
    std::map<std::string, std::string> variables{}; ///< by name
    std::set<std::string> secrets{};                ///< names it declares
};

/// How the result is published. Absent means: as the source has it.
struct Publish {
    std::optional<std::string> name;       ///< default: the source image's name
    std::optional<std::string> visibility; ///< public | private | shared | community
    PreviousPolicy previous = PreviousPolicy::hide;
    LineagePolicy lineage = LineagePolicy::detach;
    std::optional<std::vector<std::string>> tags;
    std::optional<std::int64_t> min_disk_gib; ///< 0 and up
    std::optional<std::int64_t> min_ram_mib;  ///< 0 and up
    std::optional<bool> is_protected;
    std::optional<std::string> owner; ///< id of a project; default: the one everything is done for

    bool operator==(const Publish &) const = default;
};

/// A source that is a disk image in a file, which becomes an image of the catalog first.
struct SourceFile {
    std::string url;       ///< of the web; empty: `file`
    Value file{};          ///< a path, relative to the file it stands in, as the recipe spells it
    std::string sums;      ///< address of a list of checksums; empty: `checksum`
    std::string signature; ///< address of the list's signature; empty: it has none of its own
    /// Of the signature, a path as `file`. Without an address, the signature is around the list.
    std::optional<Value> key{};
    std::string checksum; ///< of the bytes, SHA-256 or SHA-512, as hexadecimal digits
};

struct Recipe {
    std::filesystem::path path;                  ///< as the user named it
    std::filesystem::path directory;             ///< absolute; `from:` entries are relative to it
    std::vector<std::filesystem::path> included; ///< files, each once
    std::string sha256; ///< of the file's bytes, and those it includes; lower-case hex
    std::string name;   ///< of a row of a matrix: "NAME/ROW"
    std::string description;
    std::string source_image;              ///< name or id; of a file its name
    std::optional<SourceFile> source_file; ///< instead of an image of the catalog
    /// Nothing is left to be found out of the source: neither which image it is, nor what of it is
    /// in the name that is published.
    bool is_settled = false;
    bool newest_source = false; ///< of several that bear the name
    /// Instead of one: names, ids, and patterns of names; for each image the recipe is one of its
    /// own.
    std::vector<std::string> source_images;
    /// Instead of a name: what the image must have, one at least.
    std::map<std::string, std::string> source_properties;
    std::optional<std::string> source_owner; ///< id of the project the source belongs to
    std::vector<Field> secrets;              ///< as they stand under the key
    std::vector<Section> sections;
    bool in_given_order = false; ///< sections run as they stand here, not by the order of kinds
    std::map<std::string, std::optional<std::string>> properties; ///< nullopt: remove
    std::vector<std::string> drop_properties; ///< globs of names that do not come over
    Publish publish;
    Limits limits;
    std::optional<DiskWish> disk;
    std::optional<OutputWish> output;
    std::optional<std::chrono::seconds> rebuild_after; ///< age of an image that is built again
    bool rebuild_for_packages = false; ///< built again each time, published when packages differ
    std::vector<std::string> volatile_paths; ///< besides the usual ones
};

} // namespace retouch
