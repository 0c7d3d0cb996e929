#include "apply/put_aside.hpp"

#include "apply/journal.hpp"
#include "base/uuid.hpp"
#include "model/names.hpp"

#include <iterator>

namespace retouch::apply {

namespace {

constexpr const char *k_aside = "aside";

bool still_bears_name(const Superseded &superseded, const Catalog &catalog) {
    const auto now = catalog.find(superseded.image.id);
    return now && now->name == superseded.image.name;
}

} // namespace

std::vector<Superseded> to_put_aside(const std::vector<Superseded> &superseded,
                                     const Catalog &catalog) {
    std::vector<Superseded> left;
    for (const Superseded &one : superseded)
        if (one.policy != PreviousPolicy::keep && still_bears_name(one, catalog))
            left.push_back(one);
    return left;
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

std::vector<ImageChange> put_aside(const std::vector<Superseded> &superseded) {
    std::vector<ImageChange> changes;
    changes.reserve(superseded.size());
    for (const Superseded &one : superseded)
        changes.push_back(put_aside(one));
    return changes;
}

Json noted(const std::vector<Superseded> &superseded) {
    Json list = Json::array();
    for (const Superseded &one : superseded)
        list.push_back({{"id", one.image.id},
                        {"name", one.image.name},
                        {"policy", model::to_string(one.policy)},
                        {"new_name", one.new_name}});
    return {{k_aside, std::move(list)}};
}

std::vector<Superseded> read_noted(const Json &entry) {
    std::vector<Superseded> list;
    const auto found = entry.find(k_aside);
    if (found == entry.end() || !found->is_array())
        return list;
    for (const Json &one : *found) {
        if (!one.is_object() || !base::is_uuid(entry_text(one, "id")))
            continue;
        const auto policy = model::from_name<PreviousPolicy>(entry_text(one, "policy"));
        if (!policy)
            continue;
        Superseded superseded;
        superseded.image.id = entry_text(one, "id");
        superseded.image.name = entry_text(one, "name");
        superseded.policy = *policy;
        superseded.new_name = entry_text(one, "new_name");
        if (superseded.policy != PreviousPolicy::rename || !superseded.new_name.empty())
            list.push_back(std::move(superseded));
    }
    return list;
}

} // namespace retouch::apply
