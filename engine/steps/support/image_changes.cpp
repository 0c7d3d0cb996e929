#include "steps/support/image_changes.hpp"

#include "steps/support/guest_paths.hpp"
#include "steps/support/outcome.hpp"
#include "steps/support/unchangeable_places.hpp"

#include <utility>

namespace retouch::steps {

namespace {

void carry_out(const Foreseen &change, Guest &guest) {
    if (!change.info)
        return guest.remove(change.path);
    const FileInfo &info = *change.info;
    make_parents(guest, change.path, info.uid, info.gid);
    switch (info.type) {
    case FileInfo::Type::symlink:
        return guest.make_link(std::get<std::string>(change.source), change.path);
    case FileInfo::Type::directory:
        if (guest.lstat(change.path))
            return guest.set_attributes(change.path, info.mode, info.uid, info.gid);
        return guest.make_directory(change.path, info.mode, info.uid, info.gid);
    default:
        return guest.write(change.path, change.source, info.mode, info.uid, info.gid);
    }
}

} // namespace

ImageChanges cannot(std::string obstacle) {
    ImageChanges none;
    none.obstacle = std::move(obstacle);
    return none;
}

Foreseen nothing_at(std::string path) {
    return {std::move(path), std::nullopt, {}};
}

Foreseen link_at(std::string path, std::string target) {
    const FileInfo info{FileInfo::Type::symlink, 0777, 0, 0, target.size()};
    return {std::move(path), info, std::move(target)};
}

Foreseen file_at(std::string path, std::string text, std::uint32_t mode, std::uint32_t uid,
                 std::uint32_t gid) {
    const FileInfo info{FileInfo::Type::regular, mode, uid, gid, text.size()};
    return {std::move(path), info, std::move(text)};
}

Foreseen directory_at(std::string path, std::uint32_t mode, std::uint32_t uid, std::uint32_t gid) {
    return {std::move(path), FileInfo{FileInfo::Type::directory, mode, uid, gid, 0}, {}};
}

void require_possible(const GuestView &guest, ImageChanges &changes) {
    std::vector<std::string> paths;
    for (const Foreseen &change : changes.changes) {
        changes.fail(parent_obstacle(guest, change.path));
        paths.push_back(change.path);
    }
    if (changes.possible())
        changes.fail(unchangeable_obstacle(guest, paths));
}

StepChange foretold(const Step &step, const ImageChanges &changes, std::string reason) {
    require_no_obstacle(changes.obstacle, step);
    return {
        changes.changes.empty() ? StepState::unchanged : StepState::change, std::move(reason), {}};
}

StepResult carried_out(ImageChanges changes, Guest &guest) {
    if (!changes.possible())
        return finished(StepOutcome::failed, std::move(changes.obstacle));
    for (const Foreseen &change : changes.changes)
        carry_out(change, guest);
    return finished(changes.changes.empty() ? StepOutcome::unchanged : StepOutcome::changed);
}

std::vector<Foreseen> foreseen_of(ImageChanges changes) {
    return changes.possible() ? std::move(changes.changes) : std::vector<Foreseen>();
}

} // namespace retouch::steps
