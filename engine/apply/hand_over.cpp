// How a name passes from the image that bears it to a new one, on a service that knows no
// transaction.
//
//   reserve     a record of the new id: queued, private, hidden, marked "unfinished" with this run
//   attach      the bytes get their place and the record points at them; it is whole, and still
//               hidden
//   hand over   the new record loses its mark and becomes visible, then each earlier image is put
//               aside, as publish.previous says
//
// In this order there is a moment with two images of a name and never one with none: whoever starts
// a machine meanwhile gets the old or the new one. The mark tells everybody what state a record is
// in without asking who made it: bearing it, an image counts nowhere and may be removed; without
// it, it is published and stays. Losing the mark is therefore the point of no return, one call to
// the service. Before it take_back() removes all of it; after it there is only forward, and what
// did not get done (an earlier image not yet aside) stays in the open journal for the next run.
//
// When the answer to that one call is lost, the record is asked. When it cannot be asked either,
// nothing is touched: nobody can tell, and a live image might be removed. The journal stays open
// and the next run asks again.
//
// Signals wait through the hand-over, which is short; they are heard before and after. The
// journal's line comes before each act and says with what it is undone, so that it can be undone by
// another process after this one was killed, on this host; elsewhere the mark in the record says
// it.

#include "apply/hand_over.hpp"

#include "apply/detach.hpp"
#include "apply/put_aside.hpp"
#include "base/fact_text.hpp"
#include "base/interrupt.hpp"
#include "base/version.hpp"
#include "model/run_mark.hpp"
#include "plan/preconditions.hpp"
#include "retouch/error.hpp"

#include <cassert>
#include <fmt/format.h>

namespace retouch::apply {

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
    image.min_disk_gib = target.publish.min_disk_gib;
    image.min_ram_mib = target.publish.min_ram_mib;
    image.tags = target.publish.tags;
    image.properties = target.properties.keep;
    for (const auto &[name, value] : target.properties.set)
        if (base::facts_named_in(value).empty())
            image.properties[name] = value;
    image.properties[lineage::k_recipe] = work.target.recipe.name;
    image.properties[lineage::k_source] = target.source.id;
    image.properties[lineage::k_source_digest] = target.source.digest;
    if (!target.source.owner.empty() && target.source.owner != image.owner)
        image.properties[lineage::k_source_owner] = target.source.owner;
    image.properties[lineage::k_fingerprint] = target.fingerprint;
    image.properties[lineage::k_version] = base::k_version;
    image.properties[lineage::k_unfinished] =
        model::to_text({work.run, work.lock.domain(), image.owner, work.place});
    if (shares_data(target))
        image.properties[lineage::k_detach] = lineage::k_pending;
    return image;
}

Image complete_record(const HandOver &work, const std::string &id, const SealedImage &sealed) {
    Image image = draft_record(work, id);
    image.size = sealed.size;
    image.virtual_size_bytes = sealed.virtual_size_bytes;
    if (!sealed.checksum_algorithm.empty())
        image.checksums[sealed.checksum_algorithm] = sealed.checksum;
    return image;
}

/// Properties that the finished image tells, and what it told.
void add_facts(const HandOver &work, ImageChange &change) {
    if (work.facts.empty())
        return;
    const auto value_of = [&](const std::string &name) {
        const auto found = work.facts.find(name);
        return found == work.facts.end() ? std::nullopt : std::optional(found->second);
    };
    for (const auto &[name, value] : work.target.properties.set)
        if (!base::facts_named_in(value).empty())
            change.properties[name] = base::fill_facts(value, value_of);
    change.properties[lineage::k_facts] = Json(work.facts).dump();
}

ImageChange make_visible(const HandOver &work, const std::string &id) {
    const Target &target = work.target;
    ImageChange change;
    change.id = id;
    change.status = "active";
    change.visibility = target.publish.visibility;
    change.hidden = false;
    change.is_protected = target.publish.is_protected;
    change.properties[lineage::k_unfinished] = std::nullopt;
    if (!target.publish.members.empty())
        change.members = target.publish.members;
    add_facts(work, change);
    return change;
}

/// What is detached stays protected afterwards, or not.
void protect(ImageChange &change, const std::optional<Image> &present, bool wanted) {
    change.is_protected = wanted;
    if (present && present->awaits_detaching())
        change.properties[lineage::k_detach] = lineage::k_pending;
}

void set_field(ImageChange &change, PublishField field, const PublishPlan &publish,
               const CatalogView &catalog) {
    switch (field) {
    case PublishField::visibility:
        change.visibility = publish.visibility;
        return;
    case PublishField::tags:
        change.tags = publish.tags;
        return;
    case PublishField::min_disk:
        change.min_disk_gib = publish.min_disk_gib;
        return;
    case PublishField::min_ram:
        change.min_ram_mib = publish.min_ram_mib;
        return;
    case PublishField::is_protected:
        protect(change, catalog.find(change.id), publish.is_protected);
        return;
    case PublishField::hidden:
        change.hidden = false;
        return;
    }
    assert(false);
}

std::vector<std::string> told(const std::vector<LeftToDo> &left) {
    std::vector<std::string> notes;
    notes.reserve(left.size());
    for (const LeftToDo &one : left)
        notes.push_back(
            fmt::format("image {} {}; the next run of this recipe fixes it", one.id, one.what));
    return notes;
}

/// While a lock had lapsed, another run may have published under the name, and ended.
void require_right(const HandOver &work) {
    if (work.lock.require_held() == Held::taken_anew)
        plan::require_same_images(work.target, work.target.recipe.name, work.catalog);
}

/// What cannot be undone any more is done; what is left of it stays in the open journal.
std::vector<std::string> hand_over(const HandOver &work, std::string_view begun,
                                   std::string_view done, const ImageChange &first) {
    const std::vector<Superseded> aside =
        to_put_aside(work.target.publish.superseded, work.catalog);
    require_right(work);
    Json details = noted(aside);
    details["id"] = first.id;
    work.journal.add(begun, details);
    const std::vector<LeftToDo> left = work.catalog.hand_over(first, put_aside(aside));
    if (!left.empty()) {
        work.journal.leave_open();
        return told(left);
    }
    try {
        work.journal.add(done, {{"id", first.id}});
    } catch (const Error &) {
        // It is done whether or not this line could be written; recovery asks the records.
        return {};
    }
    return {};
}

} // namespace

void reserve(const HandOver &work, const std::string &id) {
    const PublishPlan &publish = work.target.publish;
    const std::vector<ImageChange> aside =
        put_aside(to_put_aside(publish.superseded, work.catalog));
    work.catalog.reserve(draft_record(work, id), make_visible(work, id), aside, publish.way);
}

Published publish(const HandOver &work, Stage &stage, const SealedImage &sealed,
                  const WorkProgress &progress) {
    base::check_interrupt();
    const std::string &id = stage.id();
    require_right(work);
    work.journal.add(journal_entry::k_publish, {{"id", id}});
    Published published;
    published.notes = work.catalog.attach(complete_record(work, id, sealed), stage,
                                          work.target.publish.way, progress);
    base::check_interrupt();
    const base::InterruptShield shield;
    published.left = hand_over(work, journal_entry::k_hand_over, journal_entry::k_published,
                               make_visible(work, id));
    return published;
}

TakingBack take_back(const HandOver &work, const std::string &id) noexcept {
    const base::InterruptShield shield;
    const bool begun = work.journal.last() == journal_entry::k_hand_over;
    try {
        const auto record = begun ? work.catalog.find(id) : std::nullopt;
        if (!begun || (record && record->unfinished())) {
            work.catalog.remove(id);
            return TakingBack::removed;
        }
    } catch (const std::exception &) {
        // What the next run is told by the journal.
    }
    work.journal.leave_open();
    return begun ? TakingBack::unknown : TakingBack::left;
}

std::vector<std::string> converge(const HandOver &work) {
    const Target &target = work.target;
    const base::InterruptShield shield;
    ImageChange change;
    change.id = target.present.value().id;
    for (const PublishField field : target.publish.changed_fields)
        set_field(change, field, target.publish, work.catalog);
    for (const auto &[name, value] : target.properties.set)
        change.properties[name] = value;
    for (const std::string &name : target.properties.remove)
        change.properties[name] = std::nullopt;
    return hand_over(work, journal_entry::k_converge, journal_entry::k_converged, change);
}

} // namespace retouch::apply
