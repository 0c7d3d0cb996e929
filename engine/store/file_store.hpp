#pragma once
// FileStore: image bytes as files ID.FORMAT in one directory. Stages and imports are hidden files
// beside them until they are published by a rename. Records are the catalog's.

#include "retouch/drift.hpp"
#include "retouch/store.hpp"
#include "store/image_file.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace retouch::store {

/// Keeps, by an image's id, what its file looked like when its bytes were last known to be right.
struct FileMemory {
    std::function<std::string(const std::string &id)> recall; ///< empty: it never was known
    std::function<void(const std::string &id, const std::string &stamp)> remember;
};

class FileStore : public ImageStore {
  public:
    /// `directory` is absolute; it need not exist as long as nothing is written. Without `memory`
    /// bytes are trusted.
    explicit FileStore(std::filesystem::path directory, FileMemory memory = {})
        : directory_(std::move(directory)), memory_(std::move(memory)) {}

    /// A file that looks other than remembered is read and compared with the record's checksum.
    /// Throws Error: failed when it is missing or has another size, refused when its bytes were
    /// changed.
    [[nodiscard]] Disk disk(const Image &image) const override;

    /// What the file of `image` looks like: another one whenever somebody wrote to it or put it
    /// there; empty when there is none.
    [[nodiscard]] std::string stamp(const Image &image) const;

    /// Ids of the images whose files are there, in any order.
    [[nodiscard]] std::vector<std::string> published_files() const;

    /// Whether there is one; looks no further than the first.
    [[nodiscard]] bool has_published_files() const;

    /// The stage is DIRECTORY/.stage-ID.FORMAT: a reflink where the filesystem can, else a sparse
    /// copy; a qcow2 image is copied as qcow2 and edited as such. Here and in receive() goes first
    /// what an import left behind whose process died.
    [[nodiscard]] std::unique_ptr<Stage> stage(const Image &source, const std::string &new_id,
                                               LineagePolicy lineage) override;

    /// The file must be on this host and still have the bytes it was sealed with, all of which are
    /// read.
    [[nodiscard]] std::unique_ptr<Stage> adopt(const Image &source, const KeptStage &kept,
                                               const std::string &new_id,
                                               LineagePolicy lineage) override;

    /// The stage is DIRECTORY/.stage-ID.qcow2, which holds only what is changed: it costs nothing
    /// however much the source uses.
    [[nodiscard]] std::unique_ptr<Stage> rehearsal_stage(const Image &source,
                                                         const std::string &new_id) override;

    void discard(const std::string &kept_id) override;

    void remove(const std::string &id) override;

    /// Every file has its own bytes already.
    [[nodiscard]] bool shares_data(const Image & /*image*/) const override { return false; }

    [[nodiscard]] std::vector<std::string> detach(const Image &, const WorkProgress &) override {
        return {};
    }

    /// A stage holding the bytes of a file from elsewhere, open at `fd`, as DIRECTORY/.import-ID.
    /// FORMAT, converted when `format` is not empty and another. The bytes are looked at again once
    /// they are ours. Throws Error as probe_image() and convert_image() do.
    [[nodiscard]] std::unique_ptr<Stage> receive(int fd, const std::filesystem::path &file,
                                                 const std::string &new_id,
                                                 const std::string &format = {});

    /// As CatalogView::integrity().
    [[nodiscard]] Integrity integrity(const Image &image, const IntegrityOptions &options) const;

    /// remove(), unless a living stage of this id exists. False when one does.
    bool remove_abandoned_bytes(const std::string &id);

  private:
    /// Throws Error: invalid when the record's id or format cannot be part of a name.
    [[nodiscard]] std::filesystem::path published_path(const Image &image) const;

    void require_unchanged(const Image &image, const std::filesystem::path &path) const;

    std::filesystem::path directory_;
    FileMemory memory_;
};

} // namespace retouch::store
