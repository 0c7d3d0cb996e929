#include "apply/hand_over.hpp"

#include "apply/detach.hpp"

#include "base/interrupt.hpp"
#include "base/version.hpp"
#include "retouch/error.hpp"

#include <algorithm>

namespace retouch {

namespace {

Image draft_record(const HandOver &work, const std::string &id) {
    const Target &target = work.target;
    Image image;
    image.id = id;
    image.name = target.publish.name;
    image.status = "queued";
    image.visibility = "private";
    image.hidden = true;
    image.disk_format = target.publish.disk_format;
    image.container_format = target.publish.container_format;
    image.owner = target.publish.owner;
    image.min_disk = target.publish.min_disk;
    image.min_ram = target.publish.min_ram;
    image.tags = target.publish.tags;
    image.properties = target.properties.keep;
    for (const auto &[name, value] : target.properties.set)
        image.properties[name] = value;
    image.properties[lineage::k_recipe] = work.recipe.name;
    image.properties[lineage::k_source] = target.source.id;
    image.properties[lineage::k_source_digest] = target.source.digest;
    image.properties[lineage::k_fingerprint] = target.fingerprint;
    image.properties[lineage::k_version] = k_version;
    image.properties[lineage::k_unfinished] = work.run;
    if (shares_data(target))
        image.properties[lineage::k_detach] = "pending";
    return image;
}

Image complete_record(const HandOver &work, const std::string &id, const SealedImage &sealed) {
    Image image = draft_record(work, id);
    image.size = sealed.size;
    image.virtual_size = sealed.virtual_size;
    if (!sealed.checksum_algorithm.empty())
        image.checksums[sealed.checksum_algorithm] = sealed.checksum;
    return image;
}

ImageChange make_visible(const Target &target, const std::string &id) {
    ImageChange change;
    change.id = id;
    change.status = "active";
    change.visibility = target.publish.visibility;
    change.hidden = false;
    change.is_protected = target.publish.is_protected;
    change.properties[lineage::k_unfinished] = std::nullopt;
    if (!target.publish.members.empty())
        change.members = target.publish.members;
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

/// Whoever renamed or removed an image meanwhile has put it aside already.
bool still_bears_name(const Superseded &superseded, const Catalog &catalog) {
    const auto now = catalog.find(superseded.image.id);
    return now && now->name == superseded.image.name;
}

void add_superseded(const HandOver &work, std::vector<ImageChange> &changes) {
    for (const Superseded &superseded : work.target.publish.superseded)
        if (superseded.policy != PreviousPolicy::keep && still_bears_name(superseded, work.catalog))
            changes.push_back(put_aside(superseded));
}

} // namespace

void reserve(const HandOver &work, const std::string &id) {
    const PublishPlan &publish = work.target.publish;
    work.catalog.reserve(draft_record(work, id), publish.visibility, publish.way);
}

std::vector<std::string> publish(const HandOver &work, Stage &stage, const SealedImage &sealed,
                                 const WorkProgress &progress) {
    check_interrupt();
    const std::string &id = stage.id();
    work.lock.require_held();
    work.journal.add("publish", {{"id", id}});
    std::vector<std::string> notes = work.catalog.attach(complete_record(work, id, sealed), stage,
                                                         work.target.publish.way, progress);
    check_interrupt();
    const InterruptShield shield;
    std::vector<ImageChange> changes = {make_visible(work.target, id)};
    add_superseded(work, changes);
    work.lock.require_held();
    work.journal.add("hand-over", {{"id", id}});
    work.catalog.apply(changes);
    try {
        work.journal.add("published", {{"id", id}});
    } catch (const Error &) {
        // The image is published whether or not this line could be written; recovery asks the
        // record.
        return notes;
    }
    return notes;
}

bool take_back(const HandOver &work, const std::string &id) noexcept {
    const InterruptShield shield;
    try {
        work.catalog.remove(id);
        return true;
    } catch (const Error &) {
        work.journal.leave_open();
        return false;
    }
}

void converge(const HandOver &work) {
    const Target &target = work.target;
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
    add_superseded(work, changes);
    work.lock.require_held();
    work.journal.add("converge", {{"id", change.id}});
    work.catalog.apply(changes);
    work.journal.add("converged", {{"id", change.id}});
}

} // namespace retouch
