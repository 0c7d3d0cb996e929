#include "plan/properties.hpp"

#include "base/fact_text.hpp"
#include "base/path_glob.hpp"
#include "catalog/glance/image_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace retouch::plan {

namespace {

// Nova (nova/compute/utils.py) and openstacksdk (image/v2/_proxy.py) name these; see also the
// snapshot attributes Nova leaves behind, and by what openstack-image-manager knows its images.
constexpr std::array<std::string_view, 25> k_denied = {
    "base_image_ref",
    "boot_roles",
    "cinder_encryption_key_deletion_policy",
    "cinder_encryption_key_id",
    "hw_ephemeral_encryption_secret_uuid",
    "image_build_date",
    "image_location",
    "image_source",
    "image_state",
    "image_type",
    "img_signature",
    "img_signature_certificate_uuid",
    "img_signature_hash_method",
    "img_signature_key_type",
    "instance_uuid",
    "internal_version",
    "owner_id",
    "owner_project_name",
    "owner_specified.openstack.md5",
    "owner_specified.openstack.object",
    "owner_specified.openstack.sha256",
    "owner_user_name",
    "signature_verified",
    "user_id",
    "uuid_validity",
};

/// Whatever it is called in full, it tells of the old bytes.
bool is_named_like_digest(const std::string &name) {
    constexpr std::array<std::string_view, 5> k_words = {"md5", "sha1", "sha256", "sha512",
                                                         "checksum"};
    return std::ranges::any_of(
        k_words, [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

bool is_lineage(const std::string &name) {
    return name.starts_with("retouch_");
}

/// A record bears them whatever anybody wants.
bool is_kept_by_catalog(const std::string &name) {
    return catalog::is_reserved_property(name) || name.starts_with("os_hash_");
}

/// The first of `globs` that drops `name`; nullptr when none does.
const std::string *dropping(const std::vector<std::string> &globs, const std::string &name) {
    if (is_lineage(name) || is_kept_by_catalog(name))
        return nullptr;
    const auto found = std::ranges::find_if(
        globs, [&](const auto &glob) { return base::matches_name(glob, name); });
    return found == globs.end() ? nullptr : &*found;
}

/// Compares `base` with what is wanted; `goes` decides what else goes.
template<typename Goes>
PropertyChanges compare(const Properties &base, const WantedProperties &wanted,
                        const std::vector<std::string> &drop, Goes goes) {
    PropertyChanges changes;
    changes.drop = drop;
    for (const auto &[name, value] : wanted) {
        const auto found = base.find(name);
        const bool is_known = value && base::facts_named_in(*value).empty();
        if (!value || (is_known && found != base.end() && found->second == *value))
            continue;
        changes.set[name] = *value;
        if (found != base.end())
            changes.before[name] = found->second;
    }
    for (const auto &[name, value] : base) {
        if (is_lineage(name) || changes.set.contains(name))
            continue;
        const auto want = wanted.find(name);
        const bool wanted_as_is = want != wanted.end() && want->second.has_value();
        const bool removed = want != wanted.end() && !want->second.has_value();
        if (removed || (!wanted_as_is && (is_dropped(drop, name) || goes(name))))
            changes.remove.push_back(name);
        else
            changes.keep[name] = value;
    }
    return changes;
}

} // namespace

bool describes_other_bytes(const std::string &name) {
    return std::ranges::find(k_denied, name) != k_denied.end() ||
           name.starts_with("owner_specified.shade.") || name.starts_with("os_decrypt_") ||
           is_kept_by_catalog(name) || is_named_like_digest(name);
}

std::vector<std::string> dropped_names(std::vector<std::string> of_recipe,
                                       const std::vector<std::string> &of_catalog) {
    of_recipe.insert(of_recipe.end(), of_catalog.begin(), of_catalog.end());
    std::ranges::sort(of_recipe);
    of_recipe.erase(std::unique(of_recipe.begin(), of_recipe.end()), of_recipe.end());
    return of_recipe;
}

bool is_dropped(const std::vector<std::string> &globs, const std::string &name) {
    return dropping(globs, name) != nullptr;
}

std::map<std::string, std::string> reasons_to_remove(const PropertyChanges &changes, bool is_new) {
    std::map<std::string, std::string> reasons;
    for (const std::string &name : changes.remove) {
        if (const std::string *glob = dropping(changes.drop, name))
            reasons[name] = fmt::format("dropped by '{}'", *glob);
        else if (is_new && describes_other_bytes(name))
            reasons[name] = "belongs to the source alone";
    }
    return reasons;
}

PropertyChanges properties_for_new(const Properties &source, const WantedProperties &wanted,
                                   const std::vector<std::string> &drop) {
    PropertyChanges changes = compare(source, wanted, drop, describes_other_bytes);
    changes.reasons = reasons_to_remove(changes, true);
    return changes;
}

PropertyChanges properties_for_present(const Properties &present, const WantedProperties &wanted,
                                       const std::vector<std::string> &drop) {
    PropertyChanges changes =
        compare(present, wanted, drop, [](const std::string &) { return false; });
    changes.reasons = reasons_to_remove(changes, false);
    return changes;
}

} // namespace retouch::plan
