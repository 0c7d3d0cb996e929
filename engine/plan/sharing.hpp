#pragma once
// Sharing: with whom a shared image's successor is shared, and who would lose the name with the
// image before it. A project lists a shared image only once it has accepted it, and by Glance's
// default policy nobody accepts for it but an administrator (modify_member).

#include "retouch/catalog.hpp"
#include "retouch/plan.hpp"

#include <optional>
#include <vector>

namespace retouch::plan {

/// Of a new image with the visibility `visibility`: the members `present` has, if there is one that
/// is shared, else those of `source`. What they answered is kept where we may answer for them.
/// Throws Error.
[[nodiscard]] std::vector<ImageMember> members_of_new(const std::string &visibility,
                                                      const Image &source,
                                                      const std::optional<Image> &present,
                                                      const CatalogView &catalog);

/// Takes out of `target`'s superseded images, all of `images`, those that a project has accepted
/// which has not accepted what replaces them, whose members are `members`; a note tells of each.
/// Throws Error.
void leave_to_members(Target &target, const std::vector<ImageMember> &members,
                      const std::vector<Image> &images, const CatalogView &catalog);

/// The projects that have accepted `image` but not what replaces it, sorted. Throws Error.
[[nodiscard]] std::vector<std::string>
left_out(const Image &image, const std::vector<ImageMember> &members, const CatalogView &catalog);

} // namespace retouch::plan
