#include "apply/hand_over.hpp"

#include "base/interrupt.hpp"
#include "base/version.hpp"
#include "retouch/error.hpp"

#include <algorithm>

namespace retouch {

namespace {

Image new_record(const Target &target, const PlannedRecipe &recipe, const std::string &id,
                 const SealedImage &sealed) {
    Image image;
    image.id = id;
    image.name = target.publish.name;
    image.status = "queued";
    image.visibility = "private";
    image.hidden = true;
    image.disk_format = target.publish.disk_format;
    image.size = sealed.size;
    image.virtual_size = sealed.virtual_size;
    image.min_disk = target.publish.min_disk;
    image.min_ram = target.publish.min_ram;
    image.tags = target.publish.tags;
    image.checksums[sealed.checksum_algorithm] = sealed.checksum;
    image.properties = target.properties.keep;
    for (const auto &[name, value] : target.properties.set)
        image.properties[name] = value;
    image.properties[lineage::k_recipe] = recipe.name;
    image.properties[lineage::k_source] = target.source.id;
    image.properties[lineage::k_source_digest] = target.source.digest;
    image.properties[lineage::k_fingerprint] = target.fingerprint;
    image.properties[lineage::k_version] = k_version;
    return image;
}

ImageChange make_visible(const Target &target, const std::string &id) {
    ImageChange change;
    change.id = id;
    change.status = "active";
    change.visibility = target.publish.visibility;
    change.hidden = false;
    change.is_protected = target.publish.is_protected;
    return change;
}

ImageChange put_aside(const Superseded &superseded) {
    ImageChange change;
    change.id = superseded.image.id;
    switch (superseded.policy) {
    case PreviousPolicy::hide:
        change.hidden = true;
        break;
    case PreviousPolicy::rename:
        change.name = superseded.new_name;
        break;
    case PreviousPolicy::deactivate:
        change.status = "deactivated";
        break;
    case PreviousPolicy::keep:
        break;
    }
    return change;
}

void add_superseded(const Target &target, std::vector<ImageChange> &changes) {
    for (const Superseded &superseded : target.publish.superseded)
        if (superseded.policy != PreviousPolicy::keep)
            changes.push_back(put_aside(superseded));
}

} // namespace

void publish(const Target &target, const PlannedRecipe &recipe, Stage &stage,
             const SealedImage &sealed, Catalog &catalog, Journal &journal) {
    check_interrupt();
    const InterruptShield shield;
    const std::string &id = stage.id();
    journal.add("publish", {{"id", id}});
    stage.publish();
    const auto take_back = [&] {
        try {
            if (catalog.find(id))
                catalog.remove(id);
            catalog.store().remove(id);
        } catch (const Error &) {
            journal.leave_open();
        }
    };
    try {
        catalog.create(new_record(target, recipe, id, sealed));
        std::vector<ImageChange> changes = {make_visible(target, id)};
        add_superseded(target, changes);
        journal.add("hand-over", {{"id", id}});
        catalog.apply(changes);
    } catch (...) {
        take_back();
        throw;
    }
    try {
        journal.add("published", {{"id", id}});
    } catch (const Error &) {
        // The image is published whether or not this line could be written; recovery asks the
        // record.
        return;
    }
}

void converge(const Target &target, Catalog &catalog, Journal &journal) {
    const InterruptShield shield;
    ImageChange change;
    change.id = target.present.value().id;
    for (const std::string &field : target.publish.changed_fields) {
        if (field == "visibility")
            change.visibility = target.publish.visibility;
        else if (field == "tags")
            change.tags = target.publish.tags;
        else if (field == "min_disk")
            change.min_disk = target.publish.min_disk;
        else if (field == "min_ram")
            change.min_ram = target.publish.min_ram;
        else if (field == "protected")
            change.is_protected = target.publish.is_protected;
        else if (field == "hidden")
            change.hidden = false;
    }
    for (const auto &[name, value] : target.properties.set)
        change.properties[name] = value;
    for (const std::string &name : target.properties.remove)
        change.properties[name] = std::nullopt;
    std::vector<ImageChange> changes = {change};
    add_superseded(target, changes);
    journal.add("converge", {{"id", change.id}});
    catalog.apply(changes);
    journal.add("converged", {{"id", change.id}});
}

} // namespace retouch
