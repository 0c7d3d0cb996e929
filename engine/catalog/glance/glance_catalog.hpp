#pragma once
// GlanceCatalog: the catalog contract on top of the image service's calls. How a record gets its
// bytes is chosen in publish_way; what a change becomes on the wire is in record_change.

#include "catalog/glance.hpp"
#include "catalog/glance/glance_store.hpp"
#include "catalog/glance/image_api.hpp"
#include "catalog/glance/keystone.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace retouch::catalog {

class GlanceCatalog : public Catalog {
  public:
    explicit GlanceCatalog(const GlanceOptions &options);

    [[nodiscard]] const std::string &name() const override { return name_; }

    [[nodiscard]] std::string project() const override { return session_.project_id(); }

    [[nodiscard]] bool has_projects() const override { return true; }

    void require_project(const std::string &id) const override;

    [[nodiscard]] std::vector<std::string> source_owners() const override { return source_owners_; }

    [[nodiscard]] std::vector<Image> images() const override;

    /// Asked for once and remembered until something is written or a lock is taken.
    [[nodiscard]] std::vector<Image> images_where(const ImageQuery &query) const override;

    [[nodiscard]] std::optional<Image> find(const std::string &id) const override;
    [[nodiscard]] bool may_be_published_by_us(const Image &image) const override;

    [[nodiscard]] Disk disk(const Image &image) const override { return store_.disk(image); }

    [[nodiscard]] PublishWay publish_way(const Image &source) const override;
    [[nodiscard]] std::vector<std::string> notes_on(const Image &source) const override;
    [[nodiscard]] std::vector<ImageMember> members(const std::string &id) const override;
    [[nodiscard]] bool may_accept_for_members() const override;
    [[nodiscard]] Integrity integrity(const Image &image,
                                      const IntegrityOptions &options) const override;

    [[nodiscard]] ImageStore &store() override { return store_; }

    [[nodiscard]] std::unique_ptr<NameLock> lock(const std::string &name,
                                                 const std::string &run) override;
    void reserve(const Image &draft, const ImageChange &wanted, std::span<const ImageChange> aside,
                 const PublishWay &way) override;
    [[nodiscard]] std::vector<std::string> attach(const Image &record, Stage &stage,
                                                  const PublishWay &way,
                                                  const WorkProgress &progress) override;

    void apply(const ImageChange &wanted) override;

    /// One request for each record, in order. Members are let in while the image still bears its
    /// mark, so that the request that takes it off is the one that counts.
    [[nodiscard]] std::vector<LeftToDo> hand_over(const ImageChange &first,
                                                  std::span<const ImageChange> aside) override;

    void remove(const std::string &id) override;
    [[nodiscard]] std::filesystem::path state_directory() const override;

  private:
    /// Throws Error: failed when the record afterwards has a checksum of other bytes.
    void send(const std::string &id, ByteReader &bytes, const WorkProgress &progress) const;
    [[nodiscard]] std::vector<std::string> upload(const Image &record, Stage &stage,
                                                  const WorkProgress &progress);

    /// Throws Error: failed when the record is not active and as `wanted` says.
    Image require_complete(const Image &wanted) const;

    void point_at(const std::string &id, const std::string &url, const PublishWay &way) const;

    /// Returns once the service does nothing more to the record; how that ended, it shows.
    void await_location(const std::string &id) const;

    GlanceImage &fill_owner(GlanceImage &record) const;

    /// Puts a record as the service has just shown it into the list.
    const GlanceImage &remember(GlanceImage record) const;

    /// The record as last seen, asked for when it never was. Throws ApiError: 404.
    [[nodiscard]] const GlanceImage &known(const std::string &id) const;

    /// True when no other run of that project has published under `name` since its records were
    /// listed.
    [[nodiscard]] bool is_as_listed(const std::string &name, const std::string &owner) const;

    void change(const Image &before, const ImageChange &wanted);
    void share(const ImageChange &wanted);
    void add_members(const std::string &id, const std::vector<ImageMember> &wanted);
    [[nodiscard]] GlanceImage patched(const std::string &id, const ImagePatch &patch,
                                      const std::function<bool(const Image &)> &done) const;

    [[nodiscard]] std::vector<LeftToDo> stays_shown(const ImageChange &shown);

    /// True when the record is seen to bear no mark; false also when it cannot be seen.
    [[nodiscard]] bool is_handed_over(const std::string &id) const noexcept;

    std::string name_;
    std::filesystem::path state_directory_;
    RbdAccess rbd_;
    std::string pool_;
    std::vector<std::string> source_owners_;
    mutable Session session_;
    mutable ImageApi api_;
    mutable GlanceStore store_;
    mutable std::vector<GlanceImage> records_; ///< as last seen
    mutable std::vector<ImageQuery> answered_; ///< what those are all the answer to
    mutable bool store_is_silent_ = false;     ///< it has been asked, and did not answer
};

} // namespace retouch::catalog
