// Who has the lock of its name is at work on a record; nobody here can know that of a lock held in
// another cluster or pool, so such a record is left alone for a day.

#include "catalog/glance/leftovers.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "model/run_mark.hpp"
#include "store/rbd/location.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/rados_lock.hpp"
#include "store/rbd/record_location.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace retouch::catalog {

namespace {

constexpr std::chrono::hours k_day{24};

struct Leftover {
    std::string subject;
    model::Verdict verdict;
};

class Search {
  public:
    Search(const WhereToLook &where, std::vector<GlanceImage> images)
        : where_(where),
          images_(std::move(images)),
          sees_all_(where.api.session().has_role("admin")) {
        if (sees_all_)
            add_unfinished_of_others();
    }

    [[nodiscard]] std::vector<Leftover> run() {
        tell_places();
        for (const GlanceImage &record : images_)
            add_record(record.image);
        if (where_.rbd != nullptr) {
            add_stages();
            add_objects();
            add_probes();
            add_trash();
            if (sees_all_)
                add_bytes_without_record();
        }
        return std::move(found_);
    }

  private:
    /// A recipe may publish for another project. What is unfinished is hidden.
    void add_unfinished_of_others() {
        for (GlanceImage &record : where_.api.list({.hidden = true}))
            if (record.image.unfinished() && !is_listed(record.image.id))
                images_.push_back(std::move(record));
    }

    [[nodiscard]] bool is_listed(const std::string &id) const {
        return std::ranges::any_of(
            images_, [&](const GlanceImage &record) { return record.image.id == id; });
    }

    /// Runs work where their sources are, and write it into their marks.
    void tell_places() {
        if (where_.rbd == nullptr)
            return;
        for (const GlanceImage &record : images_) {
            if (const auto mark = model::run_mark_of(record.image))
                where_.rbd->look_in(mark->place);
            const store::RbdLocation own{where_.rbd->cluster().fsid(), where_.pool, record.image.id,
                                         store::rbd_marks::k_snapshot};
            const auto location = store::preferred_location(record.image.locations, own);
            if (location && location->fsid == own.fsid)
                where_.rbd->look_in(store::format_rbd_place(location->pool));
        }
    }

    void add(std::string subject, std::string detail, std::string remedy) {
        found_.push_back(
            {std::move(subject), model::warning(std::move(detail), std::move(remedy))});
    }

    void add_record(const Image &image) {
        const auto mark = model::run_mark_of(image);
        if (!mark) {
            const bool is_probe = image.name == k_doctors_record && image.status == "queued";
            if (is_probe && image.created_at < base::utc_in(-store::rbd_marks::k_probe_time))
                add("doctor's record",
                    fmt::format("image {} '{}', made {}, is one of a doctor that died", image.id,
                                k_doctors_record, base::escape(image.created_at)),
                    "openstack image delete " + image.id);
            return;
        }
        if (is_ours(*mark)) {
            if (!store::is_locked(where_.rbd->cluster().pool(where_.pool), image.name))
                add_dead(image, true, "no run holds the lock of its name");
        } else if (image.created_at < base::utc_in(-k_day)) {
            add_dead(image, false, "it is older than a day; its run locked elsewhere");
        }
    }

    [[nodiscard]] bool is_ours(const model::RunMark &mark) const {
        return where_.rbd != nullptr &&
               mark.domain == store::lock_domain(where_.rbd->cluster(), where_.pool);
    }

    void add_dead(const Image &image, bool lock_is_ours, std::string_view why) {
        std::string commands = "openstack image delete " + image.id;
        if (image.status == "queued" && where_.rbd != nullptr) {
            for (const std::string &name : where_.rbd->names_of_bytes(image.id))
                commands += "; " + removal_of(name);
            for (const store::FoundObject &object : where_.rbd->objects_of(image.id))
                commands += "; " + removal_of(object);
        }
        const auto recipe = lock_is_ours ? image.property(lineage::k_recipe) : std::nullopt;
        add("unfinished image",
            fmt::format("image {} '{}', made {}{}, was not finished, and {}", image.id,
                        base::escape(image.name), base::escape(image.created_at), whose(image),
                        why),
            recipe ? fmt::format("the next apply of the recipe '{}' that publishes under this name "
                                 "removes it; else: {}",
                                 base::escape(*recipe), commands)
                   : commands);
    }

    /// Empty of our own.
    [[nodiscard]] std::string whose(const Image &image) const {
        return image.owner.empty() || image.owner == where_.api.session().project_id()
                   ? std::string()
                   : fmt::format(" for project {}", base::escape(image.owner));
    }

    /// What has a record that is being made is told of with that one.
    void add_stages() {
        for (const store::FoundStage &stage : where_.rbd->abandoned_stages()) {
            told_.insert(stage.id);
            const auto record = find(stage.id);
            if (record && record->unfinished())
                continue;
            std::string commands = removal_of(stage);
            for (const store::FoundObject &object : where_.rbd->objects_of(stage.id))
                commands += "; " + removal_of(object);
            add("abandoned stage",
                fmt::format("{}, made {}{}, {}, and no run works on it", stage.name, stage.created,
                            host_of(stage), record_of(record)),
                fmt::format("the next run on its host removes it if that still has the journal; "
                            "else: {}",
                            commands));
        }
    }

    /// Those of a stage are told of with it, or with its record.
    void add_objects() {
        const store::OwnObjects objects = where_.rbd->abandoned_objects();
        for (const auto *const list : {&objects.names, &objects.announcements})
            for (const store::FoundObject &object : *list)
                if (told_.insert(object.of.id).second)
                    add_stage_objects(object);
        for (const store::FoundObject &lock : objects.locks)
            add("free lock",
                fmt::format("{}/{}, written {}, is the lock of a run that died; nobody holds it, "
                            "and it holds up nobody",
                            lock.pool, lock.object, lock.of.created),
                fmt::format("the next run under its name removes it; else, while none is at work: "
                            "{}",
                            removal_of(lock)));
        if (!objects.all)
            add("objects", "a pool has so many objects that not all were looked at",
                fmt::format(
                    "rados -p {} ls | grep -E '^(retouch[.]|rbd_id[.]retouch-)' shows those "
                    "of retouch",
                    base::escape(where_.pool)));
    }

    void add_stage_objects(const store::FoundObject &first) {
        const auto record = find(first.of.id);
        if (record && record->unfinished())
            return;
        std::string commands;
        for (const store::FoundObject &object : where_.rbd->objects_of(first.of.id))
            base::add_part(commands, removal_of(object), "; ");
        add("begun stage",
            fmt::format("{}/{}, written {}{}, is all there is of a stage, {}, and no run works "
                        "on it",
                        first.pool, first.object, first.of.created, host_of(first.of),
                        record_of(record)),
            commands);
    }

    [[nodiscard]] static std::string host_of(const store::FoundStage &stage) {
        return stage.host.empty() ? std::string() : " on " + base::escape(stage.host);
    }

    /// Only an administrator sees the records of all projects.
    [[nodiscard]] std::string record_of(const std::optional<Image> &record) const {
        if (record)
            return "has a record that is finished";
        return sees_all_ ? "has no record"
                         : "has no record that this project may see (an administrator's doctor "
                           "knows whether there is one)";
    }

    void add_probes() {
        for (const store::FoundStage &probe : where_.rbd->abandoned_probes())
            add("doctor's image",
                fmt::format("{}, made {}, is one of a doctor that died", probe.name, probe.created),
                removal_of(probe));
    }

    /// The pool's own settings say so, over the heads of those who remove.
    void add_trash() {
        for (const store::FoundStage &trashed : where_.rbd->trashed_stages()) {
            const std::size_t slash = trashed.name.find('/');
            const std::string pool = trashed.name.substr(0, slash);
            const std::string removal =
                fmt::format("rbd trash rm --force {}/{}", pool, base::escape(trashed.id));
            if (base::is_uuid(trashed.name.substr(slash + 1)))
                add("trash",
                    fmt::format("{}, removed {}, is in the pool's trash: a run that died made it, "
                                "or the image service deleted it while it had clones, which cannot "
                                "be told apart; nothing needs it any more",
                                trashed.name, trashed.created),
                    removal);
            else
                add("trash",
                    fmt::format("{}, removed {}, is in the pool's trash, and keeps the image it "
                                "was made from",
                                trashed.name, trashed.created),
                    fmt::format("{}; rbd config pool set {} rbd_move_to_trash_on_remove false",
                                removal, pool));
        }
    }

    void add_bytes_without_record() {
        std::set<std::string> known;
        for (const GlanceImage &record : images_)
            known.insert(record.image.id);
        for (const store::FoundStage &bytes : where_.rbd->published_besides(known)) {
            const auto record = find(bytes.id);
            if (!record)
                add("bytes without record",
                    fmt::format("{}, made {}, carries retouch's mark, and no image has its id",
                                bytes.name, bytes.created),
                    removal_of(bytes.name));
            else
                add_record(*record); // of another project
        }
    }

    [[nodiscard]] std::optional<Image> find(const std::string &id) const {
        const auto listed = std::ranges::find(
            images_, id, [](const GlanceImage &record) { return record.image.id; });
        if (listed != images_.end())
            return listed->image;
        const auto record = where_.api.find(id);
        return record ? std::optional(record->image) : std::nullopt;
    }

    [[nodiscard]] static std::string removal_of(const store::FoundObject &found) {
        return fmt::format("rados -p {} rm {}", found.pool, found.object);
    }

    [[nodiscard]] static std::string removal_of(const store::FoundStage &found) {
        return found.half_made ? "rbd rm " + found.name : removal_of(found.name);
    }

    [[nodiscard]] static std::string removal_of(const std::string &name) {
        const bool is_stage = name.find(store::rbd_marks::stage_name("")) != std::string::npos;
        return fmt::format("{}rbd snap purge {} && rbd rm {}",
                           is_stage ? std::string()
                                    : fmt::format("rbd snap unprotect {}@{}; ", name,
                                                  store::rbd_marks::k_snapshot),
                           name, name);
    }

    const WhereToLook &where_;
    std::vector<GlanceImage> images_;
    bool sees_all_;
    std::set<std::string> told_; ///< ids of stages
    std::vector<Leftover> found_;
};

} // namespace

void check_leftovers(const WhereToLook &where, const std::vector<GlanceImage> &images,
                     model::Checks &checks) {
    std::vector<Leftover> found;
    checks.check("leftovers", [&] {
        found = Search(where, images).run();
        return model::all_well(found.empty() ? "no run that died has left anything"
                                             : "some were left by runs that died");
    });
    for (const Leftover &one : found)
        checks.check(one.subject, [&one] { return one.verdict; });
}

} // namespace retouch::catalog
