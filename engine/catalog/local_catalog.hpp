#pragma once
// LocalCatalog: the writing face over catalog.db and a FileStore, and LocalView, the looking one.
// The rules of records and the mapping to rows are elsewhere; here are the transactions.

#include "catalog/local.hpp"
#include "store/file_store.hpp"

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace retouch::catalog {

class LocalView : public CatalogView {
  public:
    /// `directory` is absolute. Nothing is created. Throws Error when there are image files and no
    /// database.
    LocalView(std::string name, const std::filesystem::path &directory);

    [[nodiscard]] const std::string &name() const override { return name_; }

    [[nodiscard]] std::vector<Image> images() const override;
    [[nodiscard]] std::vector<Image> images_where(const ImageQuery &query) const override;
    [[nodiscard]] std::optional<Image> find(const std::string &id) const override;
    [[nodiscard]] Disk disk(const Image &image) const override;

    [[nodiscard]] PublishWay publish_way(const Image &) const override { return {}; }

    /// Nobody shares what is on one host.
    [[nodiscard]] std::vector<ImageMember> members(const std::string &) const override {
        return {};
    }

    [[nodiscard]] Integrity integrity(const Image &image,
                                      const IntegrityOptions &options) const override;

    /// Ids of images whose bytes are to be removed, or were on their way in.
    [[nodiscard]] std::vector<std::string> loose() const;

    /// Ids of images whose files are there.
    [[nodiscard]] std::vector<std::string> files() const { return store_.published_files(); }

  private:
    std::string name_;
    std::filesystem::path file_;
    store::FileStore store_;
    mutable std::optional<SQLite::Database> database_; ///< nullopt: there is none
    std::map<std::string, std::string> known_files_;   ///< found right by this process
};

class LocalCatalog : public Catalog {
  public:
    /// `directory` is absolute and exists. Finishes what dead processes left half done. Throws
    /// Error when there are image files and no database.
    LocalCatalog(std::string name, std::filesystem::path directory);

    [[nodiscard]] const std::string &name() const override { return name_; }

    [[nodiscard]] std::vector<Image> images() const override;
    [[nodiscard]] std::vector<Image> images_where(const ImageQuery &query) const override;
    [[nodiscard]] std::optional<Image> find(const std::string &id) const override;
    [[nodiscard]] Disk disk(const Image &image) const override;

    [[nodiscard]] PublishWay publish_way(const Image &) const override { return {}; }

    /// Nobody shares what is on one host.
    [[nodiscard]] std::vector<ImageMember> members(const std::string &) const override {
        return {};
    }

    [[nodiscard]] Integrity integrity(const Image &image,
                                      const IntegrityOptions &options) const override;

    [[nodiscard]] store::FileStore &store() override { return store_; }

    [[nodiscard]] std::unique_ptr<NameLock> lock(const std::string &name,
                                                 const std::string &run) override;

    /// Whoever may open the catalog for writing may do all of it.
    void reserve(const Image &, const ImageChange &, std::span<const ImageChange>,
                 const PublishWay &) override {}

    [[nodiscard]] std::vector<std::string> attach(const Image &record, Stage &stage,
                                                  const PublishWay &way,
                                                  const WorkProgress &progress) override;

    /// Adds a record; created_at and updated_at are set here. Throws Error: refused when the id
    /// exists.
    void create(const Image &image);

    void apply(const ImageChange &change) override;

    /// All at once.
    [[nodiscard]] std::vector<LeftToDo> hand_over(const ImageChange &first,
                                                  std::span<const ImageChange> aside) override;
    void remove(const std::string &id) override;
    [[nodiscard]] std::filesystem::path state_directory() const override;

    /// Publishes `stage` and creates `image`, its record: both or neither, even when this process
    /// dies in between. Requires: sealed, image.id is the stage's. Throws Error.
    void adopt(const Image &image, Stage &stage);

  private:
    /// All or none; what is gone needs no change, but the first. Throws Error.
    void change_records(std::span<const ImageChange> changes);

    void clear_loose_bytes();

    /// Removes the bytes of `id`, which has no record, then forgets them. Throws Error.
    void remove_loose_bytes(const std::string &id);

    std::string name_;
    std::filesystem::path directory_;
    std::filesystem::path file_;
    store::FileStore store_;
    mutable SQLite::Database database_;
};

} // namespace retouch::catalog
