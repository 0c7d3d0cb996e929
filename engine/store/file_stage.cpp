// FileStage: sealing makes the file durable and read-only, publishing renames it.
// The destructor of its file discards it at any moment before publish() has returned.
// Who may write to it, and when, is for the caller to keep.

#include "store/file_stage.hpp"

#include "store/content_digest.hpp"
#include "store/convert.hpp"
#include "store/grow_qcow2.hpp"
#include "store/qcow2_file.hpp"
#include "store/used_data.hpp"

#include <cassert>
#include <cerrno>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::store {

namespace {

void make_read_only(const NewFile &file) {
    constexpr mode_t k_readable = 0444;

    struct stat info {};

    if (fstat(file.fd(), &info) != 0 || fchmod(file.fd(), info.st_mode & k_readable) != 0)
        throw base::system_error("change the mode of", file.path(), errno);
}

class FileReader : public ByteReader {
  public:
    explicit FileReader(std::filesystem::path path)
        : path_(std::move(path)), file_(base::open_regular_file(path_)) {}

    [[nodiscard]] std::uint64_t size() const override { return file_size(file_.get(), path_); }

    std::size_t read(std::uint64_t offset, std::span<char> buffer) override {
        return read_at(file_.get(), offset, buffer, path_);
    }

  private:
    std::filesystem::path path_;
    base::UniqueFd file_;
};

} // namespace

SealedImage measured(int fd, const std::filesystem::path &path, const std::string &format,
                     std::pair<std::string, std::string> checksum) {
    SealedImage sealed;
    sealed.size = static_cast<std::int64_t>(file_size(fd, path));
    sealed.virtual_size_bytes =
        format == "qcow2" ? read_qcow2(fd, path).virtual_size_bytes : sealed.size;
    sealed.checksum_algorithm = std::move(checksum.first);
    sealed.checksum = std::move(checksum.second);
    return sealed;
}

std::string proof_of_bytes(const SealedImage &sealed) {
    return sealed.checksum_algorithm + ':' + sealed.checksum;
}

FileStage::FileStage(std::string id, NewFile file, Disk disk, std::filesystem::path destination)
    : id_(std::move(id)),
      disk_(std::move(disk)),
      destination_(std::move(destination)),
      file_(std::in_place, std::move(file)) {}

std::unique_ptr<FileStage> FileStage::sealed(std::string id, NewFile file, Disk disk,
                                             std::filesystem::path destination) {
    auto stage = std::make_unique<FileStage>(std::move(id), std::move(file), std::move(disk),
                                             std::move(destination));
    stage->sealed_ = true;
    return stage;
}

void FileStage::grow(std::int64_t bytes) {
    assert(!sealed_ && bytes > disk_.virtual_size_bytes);
    if (disk_.format() == "qcow2")
        grow_qcow2(file_->path(), bytes);
    else if (ftruncate(file_->fd(), bytes) != 0)
        throw base::system_error("make larger", file_->path(), errno);
    disk_.virtual_size_bytes = bytes;
}

void FileStage::convert() {
    const DiskFile from = disk_.file().value();
    const FileFormat to{wish_.format.empty() ? from.format : wish_.format, wish_.compression};
    if (to.name == from.format && to.compression == Compression::none)
        return;
    const std::filesystem::path directory = from.path.parent_path();
    const std::filesystem::path stage = directory / (from.path.stem().string() + "." + to.name);
    NewFile made = NewFile::locked(
        directory / fmt::format("{}{}.{}", k_output_prefix, id_, to.name), k_image_file_mode);
    convert_image(from.path, from.format, made, to);
    file_.reset();
    made.move_to(stage);
    file_.emplace(std::move(made));
    disk_.place = DiskFile{to.name, stage};
    destination_.replace_extension(to.name);
    digest_.clear();
}

SealedImage FileStage::seal(const WorkProgress &) {
    assert(std::holds_alternative<DiskFile>(disk_.place));
    convert();
    file_->start_sync();
    std::string digest = std::exchange(digest_, {});
    if (digest.empty())
        digest = content_digest(file_->fd(), file_->path());
    SealedImage sealed =
        measured(file_->fd(), file_->path(), disk_.format(), {k_content_digest, std::move(digest)});
    proof_ = proof_of_bytes(sealed);
    make_read_only(*file_);
    file_->sync();
    sealed_ = true;
    return sealed;
}

std::unique_ptr<ByteReader> FileStage::reader() const {
    assert(sealed_);
    return std::make_unique<FileReader>(disk_.file().value().path);
}

void FileStage::publish() {
    assert(sealed_);
    file_->move_to(destination_);
    file_->keep();
}

std::string FileStage::keep(const std::string &) {
    assert(sealed_ && !proof_.empty());
    base::sync_directory(disk_.file().value().path.parent_path());
    file_->keep();
    return proof_;
}

} // namespace retouch::store
