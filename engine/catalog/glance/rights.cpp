// No call of the service tells what a policy would allow, so a change is asked for that cannot be
// made: rights are looked at before it is found impossible, and all of a patch happens or nothing.

#include "catalog/glance/rights.hpp"

#include "base/text.hpp"
#include "catalog/glance/record_change.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

namespace retouch::catalog {

namespace {

/// No cluster has this id and no record this property: either makes a patch fail as a whole.
constexpr const char *k_impossible_location =
    "rbd://00000000-0000-0000-0000-000000000000/retouch/probe/snap";
constexpr const char *k_impossible_property = "retouch_probe";

Error lacks_rights(const ApiError &refusal, const std::string &what, const std::string &hint) {
    return {ErrorKind::not_authorised,
            fmt::format("the image service does not let us {}: {}", what, refusal.said()), hint};
}

/// Throws ApiError for any answer but that the change, which cannot be made, would be allowed.
void ask(const ImageApi &api, const std::string &id, const ImagePatch &patch) {
    for (bool repeated = false;; repeated = true) {
        try {
            static_cast<void>(api.patch(id, patch));
            break;
        } catch (const ApiError &refusal) {
            if (refusal.status() == 400 || refusal.status() == 409)
                return;
            if (!refusal.outcome_unknown() || repeated)
                throw;
        }
    }
    throw ApiError(ErrorKind::unavailable,
                   "the image service accepted a change that cannot be made",
                   "its answers cannot be relied on: is this the address of an image service?", {});
}

/// What of the two a patch was refused for.
Error missing_right(const ImageApi &api, const std::string &id, const std::string &visibility,
                    const ApiError &refusal) {
    ImagePatch alone;
    alone.set("visibility", visibility);
    alone.unset(k_impossible_property);
    try {
        ask(api, id, alone);
    } catch (const ApiError &second) {
        if (second.status() == 403)
            return lacks_rights(second, fmt::format("make images {}", visibility),
                                "use a project or user that may, or set publish.visibility");
    }
    return lacks_rights(refusal, "register the location of an image",
                        "use an endpoint and a user that may set locations; docs/openstack.md "
                        "says which rights are needed");
}

} // namespace

void check_rights(const ImageApi &api, const Image &draft, const std::string &visibility,
                  const PublishWay &way) {
    ImagePatch patch;
    if (visibility != draft.visibility)
        patch.set("visibility", visibility);
    if (way.method == PublishMethod::location)
        patch.add_location(k_impossible_location);
    else
        patch.unset(k_impossible_property);
    try {
        ask(api, draft.id, patch);
    } catch (const ApiError &refusal) {
        if (refusal.status() != 403)
            throw;
        throw missing_right(api, draft.id, visibility, refusal);
    }
}

void check_change(const ImageApi &api, const Image &image, const ImageChange &wanted) {
    Session &session = api.session();
    const std::string what = fmt::format("change image {}, which is to lose the name to the new "
                                         "one",
                                         base::escape(image.id));
    const std::string hint =
        "use a user that may, or leave it as it is with publish.previous: keep";
    if (wanted.status && image.owner != session.project_id() && !session.has_role("admin"))
        throw Error(ErrorKind::not_authorised,
                    fmt::format("the image service does not let us {}: it belongs to project {}",
                                what, base::escape(image.owner)),
                    hint);
    ImagePatch patch = patch_for(image, wanted);
    patch.unset(k_impossible_property);
    try {
        ask(api, image.id, patch);
    } catch (const ApiError &refusal) {
        if (refusal.status() == 403)
            throw lacks_rights(refusal, what, hint);
        if (refusal.status() != 404) // gone, it needs no change
            throw;
    }
}

} // namespace retouch::catalog
