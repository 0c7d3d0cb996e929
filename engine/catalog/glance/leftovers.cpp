// Who has the lock of its name is at work on a record; nobody here can know that of a lock held in
// another cluster or pool, so such a record is left alone for a day.

#include "catalog/glance/leftovers.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "model/run_mark.hpp"
#include "store/rbd/location.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/rados_lock.hpp"
#include "store/rbd/record_location.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace retouch {

namespace {

constexpr std::chrono::hours k_day{24};

struct Leftover {
    std::string subject;
    Verdict verdict;
};

class Search {
  public:
    Search(const WhereToLook &where, const std::vector<GlanceImage> &images)
        : where_(where), images_(images) {}

    [[nodiscard]] std::vector<Leftover> run() {
        tell_places();
        for (const GlanceImage &record : images_)
            add_record(record.image);
        if (where_.rbd != nullptr) {
            add_stages();
            add_probes();
            add_trash();
            if (where_.api.session().has_role("admin"))
                add_bytes_without_record();
        }
        return std::move(found_);
    }

  private:
    /// Runs work where their sources are, and write it into their marks.
    void tell_places() {
        if (where_.rbd == nullptr)
            return;
        for (const GlanceImage &record : images_) {
            if (const auto mark = run_mark_of(record.image))
                where_.rbd->look_in(mark->place);
            const RbdLocation own{where_.rbd->cluster().fsid(), where_.pool, record.image.id,
                                  rbd_marks::k_snapshot};
            const auto location = preferred_location(record.image.locations, own);
            if (location && location->fsid == own.fsid)
                where_.rbd->look_in(format_rbd_place(location->pool));
        }
    }

    void add(std::string subject, std::string detail, std::string remedy) {
        found_.push_back({std::move(subject), warning(std::move(detail), std::move(remedy))});
    }

    void add_record(const Image &image) {
        const auto mark = run_mark_of(image);
        if (!mark) {
            const bool is_probe = image.name == k_doctors_record && image.status == "queued";
            if (is_probe && image.created_at < utc_in(-rbd_marks::k_probe_time))
                add("doctor's record",
                    fmt::format("image {} '{}', made {}, is one of a doctor that died", image.id,
                                k_doctors_record, escape(image.created_at)),
                    "openstack image delete " + image.id);
            return;
        }
        if (is_ours(*mark)) {
            if (!is_locked(where_.rbd->cluster().pool(where_.pool), image.name))
                add_dead(image, "no run holds the lock of its name");
        } else if (image.created_at < utc_in(-k_day)) {
            add_dead(image, "it is older than a day; its run locked elsewhere");
        }
    }

    [[nodiscard]] bool is_ours(const RunMark &mark) const {
        return where_.rbd != nullptr &&
               mark.domain == lock_domain(where_.rbd->cluster(), where_.pool);
    }

    void add_dead(const Image &image, std::string_view why) {
        std::string commands = "openstack image delete " + image.id;
        if (image.status == "queued" && where_.rbd != nullptr)
            for (const std::string &name : where_.rbd->names_of_bytes(image.id))
                commands += "; " + removal_of(name);
        const auto recipe = image.property(lineage::k_recipe);
        add("unfinished image",
            fmt::format("image {} '{}', made {}, was not finished, and {}", image.id,
                        escape(image.name), escape(image.created_at), why),
            recipe ? fmt::format("the next apply of the recipe '{}' removes it; else: {}",
                                 escape(*recipe), commands)
                   : commands);
    }

    /// What has a record that is being made is told of with that one.
    void add_stages() {
        for (const FoundStage &stage : where_.rbd->abandoned_stages()) {
            const auto record = find(stage.id);
            if (!record || !record->unfinished())
                add("abandoned stage",
                    fmt::format("{}, made {}{}, has no record, and no run works on it", stage.name,
                                stage.created,
                                stage.host.empty() ? "" : " on " + escape(stage.host)),
                    fmt::format("the next run on its host removes it if that still has the "
                                "journal; else: {}",
                                removal_of(stage)));
        }
    }

    void add_probes() {
        for (const FoundStage &probe : where_.rbd->abandoned_probes())
            add("doctor's image",
                fmt::format("{}, made {}, is one of a doctor that died", probe.name, probe.created),
                removal_of(probe));
    }

    /// The pool's own settings say so, over the heads of those who remove.
    void add_trash() {
        for (const FoundStage &trashed : where_.rbd->trashed_stages()) {
            const std::string pool = trashed.name.substr(0, trashed.name.find('/'));
            add("trash",
                fmt::format("{}, removed {}, is in the pool's trash, and keeps the image it was "
                            "made from",
                            trashed.name, trashed.created),
                fmt::format("rbd trash rm --force {}/{}; rbd config pool set {} "
                            "rbd_move_to_trash_on_remove false",
                            pool, escape(trashed.id), pool));
        }
    }

    void add_bytes_without_record() {
        std::set<std::string> known;
        for (const GlanceImage &record : images_)
            known.insert(record.image.id);
        for (const FoundStage &bytes : where_.rbd->published_besides(known)) {
            const auto record = find(bytes.id);
            if (!record)
                add("bytes without record",
                    fmt::format("{}, made {}, bears retouch's mark, and no image has its id",
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

    [[nodiscard]] static std::string removal_of(const FoundStage &found) {
        return found.half_made ? "rbd rm " + found.name : removal_of(found.name);
    }

    [[nodiscard]] static std::string removal_of(const std::string &name) {
        const bool is_stage = name.find(rbd_marks::stage_name("")) != std::string::npos;
        return fmt::format(
            "{}rbd snap purge {} && rbd rm {}",
            is_stage ? std::string()
                     : fmt::format("rbd snap unprotect {}@{}; ", name, rbd_marks::k_snapshot),
            name, name);
    }

    const WhereToLook &where_;
    const std::vector<GlanceImage> &images_;
    std::vector<Leftover> found_;
};

} // namespace

void check_leftovers(const WhereToLook &where, const std::vector<GlanceImage> &images,
                     Checks &checks) {
    std::vector<Leftover> found;
    checks.check("leftovers", [&] {
        found = Search(where, images).run();
        return all_well(found.empty() ? "no run that died has left anything"
                                      : "some were left by runs that died");
    });
    for (const Leftover &one : found)
        checks.check(one.subject, [&one] { return one.verdict; });
}

} // namespace retouch
