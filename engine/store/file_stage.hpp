#pragma once
// FileStage: the unpublished copy of an image as one hidden file. It is filled by the store and
// edited by others through disk(); it never sees the original.

#include "retouch/store.hpp"
#include "store/new_file.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace retouch::store {

/// With what the name of a file begins that takes the place of a stage.
inline constexpr const char *k_output_prefix = ".output-";

/// An image holds /etc/shadow.
inline constexpr int k_image_file_mode = 0600;

/// What a file of this disk format measures, whose checksum is known by its algorithm and value.
[[nodiscard]] SealedImage measured(int fd, const std::filesystem::path &path,
                                   const std::string &format,
                                   std::pair<std::string, std::string> checksum);

/// What FileStage::keep() returns for bytes of this checksum.
[[nodiscard]] std::string proof_of_bytes(const SealedImage &sealed);

class FileStage : public Stage {
  public:
    /// `file` holds the bytes already; publish() moves it to `destination`.
    FileStage(std::string id, NewFile file, Disk disk, std::filesystem::path destination);

    /// The same for bytes that were sealed before.
    [[nodiscard]] static std::unique_ptr<FileStage> sealed(std::string id, NewFile file, Disk disk,
                                                           std::filesystem::path destination);

    [[nodiscard]] const std::string &id() const override { return id_; }

    [[nodiscard]] Disk disk() const override { return disk_; }

    void grow(std::int64_t bytes) override;

    /// What content_digest() gives for its bytes, which nobody changes before seal().
    void set_digest(std::string digest) { digest_ = std::move(digest); }

    void keep_as(const OutputWish &wish) override { wish_ = wish; }

    /// Made in another format, the bytes are for a while a second file beside the first.
    SealedImage seal(const WorkProgress &progress) override;
    [[nodiscard]] std::unique_ptr<ByteReader> reader() const override;
    void publish() override;

    /// The proof is the checksum.
    [[nodiscard]] std::string keep(const std::string &until) override;

    [[nodiscard]] std::string location() const override {
        return disk_.file().value().path.string();
    }

  private:
    void convert();

    std::string id_;
    Disk disk_;
    std::filesystem::path destination_;
    std::optional<NewFile> file_; ///< always there
    OutputWish wish_;
    std::string digest_; ///< of its bytes, where it is known; empty: not yet
    std::string proof_;  ///< empty when it was not sealed here
    bool sealed_ = false;
};

} // namespace retouch::store
