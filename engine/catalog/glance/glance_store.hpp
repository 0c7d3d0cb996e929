#pragma once
// GlanceStore: the bytes of a cloud's images: in RBD where this host reaches them, else a
// downloaded copy. It chooses between the two; each of them does its own work.

#include "catalog/glance/image_api.hpp"
#include "store/file_store.hpp"
#include "store/rbd/rbd_store.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace retouch::catalog {

class GlanceStore : public ImageStore {
  public:
    /// Borrows `api`. Connects to nothing yet.
    GlanceStore(ImageApi &api, RbdAccess access, std::string pool, std::string scratch_pool,
                std::filesystem::path cache_directory);

    /// Somebody waits for the end: the image service is given a second for each answer from now on.
    void hurry() noexcept;

    /// As FileStore::receive(), in the cache: raw where Ceph is configured, else as it is.
    [[nodiscard]] std::unique_ptr<Stage> receive(int fd, const std::filesystem::path &file,
                                                 const std::string &new_id);

    /// Why the bytes of `image` are worked on as a downloaded copy; empty: they are in RBD and will
    /// be cloned there. Throws Error: what RbdStore::disk() throws.
    [[nodiscard]] std::string reason_to_download(const Image &image) const;

    [[nodiscard]] Disk disk(const Image &image) const override;
    [[nodiscard]] std::unique_ptr<Stage> stage(const Image &source, const std::string &new_id,
                                               LineagePolicy lineage) override;
    [[nodiscard]] std::unique_ptr<Stage> adopt(const Image &source, const KeptStage &kept,
                                               const std::string &new_id,
                                               LineagePolicy lineage) override;
    [[nodiscard]] std::string stage_place(const Image &source) const override;
    [[nodiscard]] std::string rehearsal_place(const Image &source) const override;
    void look_in(const std::string &place) override;
    void discard(const std::string &kept_id) override;
    [[nodiscard]] std::unique_ptr<Stage> rehearsal_stage(const Image &source,
                                                         const std::string &new_id) override;
    void remove(const std::string &id) override;
    [[nodiscard]] bool shares_data(const Image &image) const override;
    [[nodiscard]] std::vector<std::string> detach(const Image &image,
                                                  const WorkProgress &progress) override;

    /// The store in RBD. Throws Error when it cannot be reached.
    [[nodiscard]] store::RbdStore &rbd() const;

    /// True when Ceph is configured here at all.
    [[nodiscard]] bool has_rbd() const { return has_rbd_; }

  private:
    ImageApi &api_;
    RbdAccess access_;
    std::string pool_;
    std::string scratch_pool_;
    std::filesystem::path cache_;
    bool has_rbd_;
    mutable store::FileStore files_;
    mutable std::unique_ptr<store::RbdStore> rbd_;
};

} // namespace retouch::catalog
