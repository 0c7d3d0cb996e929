#pragma once
// Catalog: where image records live. CatalogView can only look, which is all planning is given;
// Catalog can also change records and hands out the store with the bytes.
// Thread-safety: a catalog, with its store and all they hand out, is used by one thread at a time.

#include "retouch/drift.hpp"
#include "retouch/image.hpp"
#include "retouch/image_query.hpp"
#include "retouch/name_lock.hpp"
#include "retouch/publish.hpp"
#include "retouch/store.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace retouch {

/// Looks. For one thread at a time, const members too: they may remember what was answered.
class CatalogView {
  public:
    virtual ~CatalogView() = default;

    /// Its name in retouch.yaml.
    [[nodiscard]] virtual const std::string &name() const = 0;

    /// True when records belong to projects, which tell whose they are.
    [[nodiscard]] virtual bool has_projects() const { return false; }

    /// The id of the project everything is done for; empty where there are none. Throws Error.
    [[nodiscard]] virtual std::string project() const { return {}; }

    /// Throws Error: refused, when it is known that there is no project of that id.
    virtual void require_project(const std::string & /*id*/) const {}

    /// Ids of projects whose public images may be a source by name, as this catalog is configured.
    [[nodiscard]] virtual std::vector<std::string> source_owners() const { return {}; }

    /// Every record of the project, and every public one of others, hidden and queued ones
    /// included, oldest first; what else may be seen is not among them. Throws Error.
    [[nodiscard]] virtual std::vector<Image> images() const = 0;

    /// Every record that may be seen and matches `query`, which names a project, a visibility or a
    /// property; queued ones included, oldest first. Throws Error.
    [[nodiscard]] virtual std::vector<Image> images_where(const ImageQuery &query) const {
        std::vector<Image> found = images();
        std::erase_if(found, [&](const Image &image) { return !query.matches(image); });
        return found;
    }

    /// Throws Error; nullopt when there is no such id.
    [[nodiscard]] virtual std::optional<Image> find(const std::string &id) const = 0;

    /// False when the store was asked and knows that no run of retouch published the bytes of
    /// `image`, whatever its record says. True also where nobody can tell.
    [[nodiscard]] virtual bool may_be_published_by_us(const Image & /*image*/) const {
        return true;
    }

    /// The bytes of an active image, read-only. Throws Error.
    [[nodiscard]] virtual Disk disk(const Image &image) const = 0;

    /// How an image made from `source` would be published. Throws Error: refused, saying why, when
    /// nothing can be made from it or no way is open.
    [[nodiscard]] virtual PublishWay publish_way(const Image &source) const = 0;

    /// What a reader of a plan or report should know about the bytes of `source` and about what
    /// can be published: sentences, escaped, without a final full stop. By default nothing.
    [[nodiscard]] virtual std::vector<std::string> notes_on(const Image & /*source*/) const {
        return {};
    }

    /// Projects that share a `shared` image, sorted by project. Throws Error.
    [[nodiscard]] virtual std::vector<ImageMember> members(const std::string &id) const = 0;

    /// True when this user may accept a shared image for the projects it is shared with, as
    /// Glance's default policy lets administrators (modify_member). Throws Error.
    [[nodiscard]] virtual bool may_accept_for_members() const { return false; }

    /// How the stored bytes of `image`, an image retouch published, differ from what was published.
    /// Looks and changes nothing. Throws Error when the store does not answer.
    /// By default there is nothing to look at.
    [[nodiscard]] virtual Integrity integrity(const Image & /*image*/,
                                              const IntegrityOptions & /*options*/) const {
        return {};
    }
};

/// What is left of a hand-over, of an image that is not as it should be.
struct LeftToDo {
    std::string id;
    std::string what; ///< "still has its name: REASON"; escaped

    bool operator==(const LeftToDo &) const = default;
};

/// Changes. For one thread at a time.
class Catalog : public CatalogView {
  public:
    [[nodiscard]] virtual ImageStore &store() = 0;

    /// Takes the right to publish under `name` for the run `run`. Throws Error: temporary, saying
    /// who holds it and since when.
    [[nodiscard]] virtual std::unique_ptr<NameLock> lock(const std::string &name,
                                                         const std::string &run) = 0;

    /// Makes sure, before any work, that the catalog will allow what publishing `draft` as `wanted`
    /// says needs, with `aside` as for hand_over(); it may add the record, queued and hidden, and
    /// share it. Of `wanted` the visibility and the members count. Throws Error: not_authorised or
    /// refused, saying what is missing.
    virtual void reserve(const Image &draft, const ImageChange &wanted,
                         std::span<const ImageChange> aside, const PublishWay &way) = 0;

    /// Publishes the sealed bytes of `stage` and completes their record, `record`, still
    /// unfinished and hidden. `progress` is told of an upload. Returns what a reader of
    /// the report should know, as notes_on() does. Throws Error; what it left, remove() removes.
    [[nodiscard]] virtual std::vector<std::string> attach(const Image &record, Stage &stage,
                                                          const PublishWay &way,
                                                          const WorkProgress &progress) = 0;

    /// Throws Error when the record is gone or refuses the change.
    virtual void apply(const ImageChange &change) = 0;

    /// Makes `first`, which shows a new image or changes a published one, and then each of `aside`,
    /// which take the name from the images before it; all at once if the catalog can. What is gone
    /// needs no change. Once `first` is made nothing is undone: returns what is left to be done.
    /// Throws Error when `first` was not made, and when nobody can tell whether it was.
    [[nodiscard]] virtual std::vector<LeftToDo> hand_over(const ImageChange &first,
                                                          std::span<const ImageChange> aside) = 0;

    /// Removes the record and its bytes. No error when there is neither. Throws Error: refused when
    /// it is protected or in use.
    virtual void remove(const std::string &id) = 0;

    /// Where runs keep journals, locks and sockets for this catalog; exists and is writable.
    [[nodiscard]] virtual std::filesystem::path state_directory() const = 0;
};

} // namespace retouch
