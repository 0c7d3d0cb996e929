#include "plan/sharing.hpp"

#include "base/text.hpp"
#include "plan/images_by_id.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::plan {

namespace {

constexpr const char *k_shared = "shared";
constexpr const char *k_accepted = "accepted";

} // namespace

std::vector<ImageMember> members_of_new(const std::string &visibility, const Image &source,
                                        const std::optional<Image> &present,
                                        const CatalogView &catalog) {
    const Image &before = present && present->visibility == k_shared ? *present : source;
    if (visibility != k_shared || before.visibility != k_shared)
        return {};
    std::vector<ImageMember> members = catalog.members(before.id);
    if (!members.empty() && !catalog.may_accept_for_members())
        for (ImageMember &member : members)
            member.status = "pending";
    return members;
}

std::vector<std::string> left_out(const Image &image, const std::vector<ImageMember> &members,
                                  const CatalogView &catalog) {
    std::vector<std::string> projects;
    if (image.visibility != k_shared)
        return projects;
    for (const ImageMember &member : catalog.members(image.id))
        if (member.status == k_accepted && std::ranges::find(members, member) == members.end())
            projects.push_back(member.project);
    return projects;
}

void leave_to_members(Target &target, const std::vector<ImageMember> &members,
                      const std::vector<Image> &images, const CatalogView &catalog) {
    if (target.publish.visibility != k_shared)
        return;
    const ImagesById by_id(images);
    std::erase_if(target.publish.superseded, [&](const Superseded &former) {
        const Image *image = by_id.find(former.image.id);
        const std::vector<std::string> projects =
            image == nullptr ? std::vector<std::string>() : left_out(*image, members, catalog);
        if (projects.empty())
            return false;
        target.notes.push_back(fmt::format(
            "image {} keeps its name until its members have accepted the new image, as only they "
            "or an administrator can: {}",
            base::escape(former.image.id),
            base::escape(fmt::format("{}", fmt::join(projects, ", ")))));
        return true;
    });
}

} // namespace retouch::plan
