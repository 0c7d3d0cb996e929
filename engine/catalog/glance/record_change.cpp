// How changes of a record are spelt for Glance. A patch removes a property only when the record has
// it, since Glance refuses to remove what is missing; all of one patch happens at once or not.

#include "catalog/glance/record_change.hpp"

namespace retouch::catalog {

namespace {

template<typename Field>
bool differs(const std::optional<Field> &wanted, const Field &has) {
    return wanted && *wanted != has;
}

template<typename Field>
void restore(const std::optional<Field> &made, const Field &had, std::optional<Field> &back) {
    if (made)
        back = had;
}

} // namespace

ImagePatch patch_for(const Image &before, const ImageChange &wanted) {
    ImagePatch patch;
    for (const auto &[name, value] : wanted.properties) {
        const auto has = before.property(name);
        if (value && has != value)
            patch.set(name, *value);
        else if (!value && has)
            patch.unset(name);
    }
    if (differs(wanted.tags, before.tags))
        patch.set("tags", *wanted.tags);
    if (differs(wanted.min_disk_gib, before.min_disk_gib))
        patch.set("min_disk", *wanted.min_disk_gib);
    if (differs(wanted.min_ram_mib, before.min_ram_mib))
        patch.set("min_ram", *wanted.min_ram_mib);
    if (differs(wanted.is_protected, before.is_protected))
        patch.set("protected", *wanted.is_protected);
    if (differs(wanted.name, before.name))
        patch.set("name", *wanted.name);
    if (differs(wanted.hidden, before.hidden))
        patch.set("os_hidden", *wanted.hidden);
    if (differs(wanted.visibility, before.visibility))
        patch.set("visibility", *wanted.visibility);
    return patch;
}

bool is_as_wanted(const Image &record, const ImageChange &wanted) {
    return patch_for(record, wanted).empty() &&
           (wanted.status.value_or(record.status) == record.status);
}

} // namespace retouch::catalog
