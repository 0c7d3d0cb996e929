#include "plan/properties.hpp"

#include "catalog/glance/image_json.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace retouch {

namespace {

// Nova (nova/compute/utils.py) and openstacksdk (image/v2/_proxy.py) name these; see also the
// snapshot attributes Nova leaves behind.
constexpr std::array<std::string_view, 20> k_denied = {
    "base_image_ref",
    "boot_roles",
    "cinder_encryption_key_deletion_policy",
    "cinder_encryption_key_id",
    "image_location",
    "image_state",
    "image_type",
    "img_signature",
    "img_signature_certificate_uuid",
    "img_signature_hash_method",
    "img_signature_key_type",
    "instance_uuid",
    "owner_id",
    "owner_project_name",
    "owner_specified.openstack.md5",
    "owner_specified.openstack.object",
    "owner_specified.openstack.sha256",
    "owner_user_name",
    "signature_verified",
    "user_id",
};

bool is_lineage(const std::string &name) {
    return name.starts_with("retouch_");
}

/// Compares `base` with what is wanted; `drop` decides what else goes.
template<typename Drop>
PropertyChanges compare(const Properties &base, const WantedProperties &wanted, Drop drop) {
    PropertyChanges changes;
    for (const auto &[name, value] : wanted) {
        const auto found = base.find(name);
        if (!value || (found != base.end() && found->second == *value))
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
        if (removed || (!wanted_as_is && drop(name)))
            changes.remove.push_back(name);
        else
            changes.keep[name] = value;
    }
    return changes;
}

} // namespace

bool describes_other_bytes(const std::string &name) {
    return std::ranges::find(k_denied, name) != k_denied.end() || name.starts_with("os_glance_") ||
           name.starts_with("owner_specified.shade.") || is_reserved_property(name) ||
           name.starts_with("os_hash_");
}

PropertyChanges properties_for_new(const Properties &source, const WantedProperties &wanted) {
    return compare(source, wanted, describes_other_bytes);
}

PropertyChanges properties_for_present(const Properties &present, const WantedProperties &wanted) {
    return compare(present, wanted, [](const std::string &) { return false; });
}

} // namespace retouch
