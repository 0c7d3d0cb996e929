// The cloud, in the order in which one thing depends on the other: login, endpoint, versions,
// records, the way images would be published, and the rights for that.

#include "catalog/diagnosis.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "catalog/glance/answer.hpp"
#include "catalog/glance/glance_store.hpp"
#include "catalog/glance/image_api.hpp"
#include "catalog/glance/leftovers.hpp"
#include "catalog/glance/new_record.hpp"
#include "catalog/glance/publish_way.hpp"
#include "catalog/glance/rights.hpp"
#include "catalog/glance/token_end.hpp"
#include "model/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace retouch::catalog {

namespace {

constexpr int k_most_candidates = 10;
/// What is away now shall be found so; one more try is for a connection that broke.
constexpr RetryPolicy k_retries{.tries = 2};

model::Verdict login(Session &session) {
    const CloudSettings &cloud = session.cloud();
    if (!uses_keystone(cloud.auth_type))
        return model::all_well("this cloud is used without Keystone");
    const std::vector<std::string> roles = session.roles();
    if (session.project_id().empty())
        return model::warning(
            fmt::format("'{}' is logged in, but for no project: the image service "
                        "shows and takes little",
                        base::escape(session.user_name())),
            fmt::format("name a project for cloud '{}' in {}", base::escape(cloud.name),
                        base::escape(cloud.origin)));
    const std::string &project =
        cloud.project.name.empty() ? session.project_id() : cloud.project.name;
    return model::all_well(fmt::format("'{}' in the project {} with the roles {}",
                                       base::escape(session.user_name()), base::escape(project),
                                       shown_names(roles)));
}

model::Verdict newest_version(const ImageApi &api) {
    const ApiVersion newest = api.versions().front();
    return model::all_well(fmt::format(
        "{}, Image API {}.{}", base::escape(api.session().endpoint()), newest.major, newest.minor));
}

/// Active ones, the newest first: what people work with now.
std::vector<const GlanceImage *> candidates(const std::vector<GlanceImage> &images) {
    std::vector<const GlanceImage *> active;
    for (auto image = images.rbegin(); image != images.rend(); ++image)
        if (image->image.status == "active" && !image->image.hidden)
            active.push_back(&*image);
    if (active.size() > k_most_candidates)
        active.resize(k_most_candidates);
    return active;
}

std::string words_of(PublishMethod method) {
    switch (method) {
    case PublishMethod::local:
        return "by moving a file";
    case PublishMethod::location:
        return "by registering the location of bytes in Ceph";
    case PublishMethod::location_api:
        return "by the add-location call";
    case PublishMethod::upload:
        return "by uploading all their bytes";
    }
    return {};
}

model::Verdict publishing(const GlanceImage &source, const PublishWay &way, bool has_rbd) {
    const std::string text =
        fmt::format("images like '{}' are published {}: {}", base::escape(source.image.name),
                    words_of(way.method), way.reason);
    if (way.method != PublishMethod::upload)
        return model::all_well(text);
    return model::warning(
        text, has_rbd ? "for more speed, name an endpoint that shows locations "
                        "(image_endpoint_override or interface in clouds.yaml)"
                      : "for more speed, let this host reach the Ceph cluster of the images "
                        "(rbd: in retouch.yaml)");
}

/// How an image made from one of these would be published; `way` is filled in when it is known.
model::Verdict choose_way(const ImageApi &api, const GlanceStore &store,
                          const std::vector<GlanceImage> &images, std::optional<PublishWay> &way) {
    std::optional<Error> refusal;
    for (const GlanceImage *source : candidates(images)) {
        try {
            way = choose_publish_way(api, store, *source);
            return publishing(*source, *way, store.has_rbd());
        } catch (const Error &error) {
            if (error.kind() != ErrorKind::refused)
                throw;
            refusal = error;
        }
    }
    if (refusal)
        return model::warning(refusal->what(), refusal->hint());
    return model::warning("nobody can tell how images are published: there is no active one",
                          "upload an image and run doctor again");
}

Image probe_record() {
    Image draft;
    draft.id = base::random_uuid();
    draft.name = k_doctors_record;
    draft.status = "queued";
    draft.hidden = true;
    return draft;
}

/// A record without bytes; gone with this object.
class ProbeRecord {
  public:
    explicit ProbeRecord(const ImageApi &api) : api_(api), draft_(probe_record()) {
        try {
            static_cast<void>(create_record(api_, draft_));
        } catch (const ApiError &error) {
            if (error.outcome_unknown())
                try_to_remove();
            throw;
        }
    }

    ~ProbeRecord() {
        if (!removed_)
            try_to_remove();
    }

    ProbeRecord(const ProbeRecord &) = delete;
    ProbeRecord &operator=(const ProbeRecord &) = delete;

    [[nodiscard]] const Image &draft() const { return draft_; }

    void remove() {
        removed_ = true;
        api_.remove(draft_.id);
    }

  private:
    void try_to_remove() const noexcept {
        const base::InterruptShield shield;
        try {
            api_.remove(draft_.id);
        } catch (const Error &) {
            return; // what failed before is what matters
        }
    }

    const ImageApi &api_;
    Image draft_;
    bool removed_ = false;
};

model::Verdict location_rights(const ImageApi &api, const Image &draft, const PublishWay &way) {
    check_rights(api, draft, draft.visibility, way);
    return model::all_well("may be registered");
}

model::Verdict public_rights(const ImageApi &api, const Image &draft) {
    try {
        check_rights(api, draft, "public", {PublishMethod::upload, ""});
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::not_authorised)
            throw;
        return model::warning(
            "this user may not make images public: a recipe that does so is refused",
            "publish with another visibility, or as an administrator");
    }
    return model::all_well("may be made");
}

void check_rights_of(const ImageApi &api, const std::optional<PublishWay> &way,
                     model::Checks &checks) {
    std::optional<ProbeRecord> record;
    if (!checks.check("new records", [&] {
            record.emplace(api);
            return model::all_well("may be made");
        }))
        return;
    if (way && way->method == PublishMethod::location)
        checks.check("locations", [&] { return location_rights(api, record->draft(), *way); });
    checks.check("public images", [&] { return public_rights(api, record->draft()); });
    checks.check("removal", [&] {
        record->remove();
        return model::all_well("own records may be removed");
    });
}

} // namespace

std::vector<Finding> glance_findings(const GlanceOptions &options, bool store_works) {
    model::Checks checks("Cloud " + base::escape(options.cloud.name));
    Session session(options.cloud, k_retries);
    ImageApi api(session);
    const GlanceStore store(api, options.rbd, options.pool, options.scratch_pool,
                            options.cache_directory);
    std::vector<GlanceImage> images;
    std::string end;
    const bool has_login = checks.check("login", [&] {
        model::Verdict verdict = login(session);
        end = end_of_token(session);
        return verdict;
    });
    if (!end.empty())
        checks.check("token", [&] {
            return model::warning(end,
                                  "get a new one before a long run, or sign in with an application "
                                  "credential or auth_command in retouch.yaml, which renew it");
        });
    const auto list = [&] {
        images = api.list({.owner = session.project_id()});
        std::ranges::move(api.list({.visibility = "public"}), std::back_inserter(images));
        return model::all_well(
            fmt::format("{} image{}", images.size(), images.size() == 1 ? "" : "s"));
    };
    if (!has_login || !checks.check("image service", [&] { return newest_version(api); }) ||
        !checks.check("records", list))
        return checks.take();
    std::optional<PublishWay> way;
    checks.check("publishing", [&] {
        if (!store_works)
            return model::warning(
                "how images are published cannot be told while Ceph is not in order",
                "see what is said about Ceph");
        return choose_way(api, store, images, way);
    });
    check_leftovers({api, options.pool, store_works && store.has_rbd() ? &store.rbd() : nullptr},
                    images, checks);
    check_rights_of(api, way, checks);
    return checks.take();
}

} // namespace retouch::catalog
