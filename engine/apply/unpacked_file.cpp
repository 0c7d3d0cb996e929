// libarchive reads it, by its built-in filters alone: others would run programs of the host.

#include "apply/unpacked_file.hpp"

#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/private_directory.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "plan/archive_handle.hpp"
#include "retouch/error.hpp"
#include "store/sparse_copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <string>
#include <string_view>
#include <unistd.h>

namespace retouch::apply {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_tar_mark = 257; // where "ustar" stands
constexpr std::size_t k_block = std::size_t{1} << 16;
constexpr std::uint64_t k_largest_disk = std::uint64_t{1} << 40;
constexpr std::uint64_t k_look_for_room = std::uint64_t{64} << 20;
constexpr std::uint64_t k_room_left = std::uint64_t{64} << 20;
constexpr int k_mode = 0600;

using namespace std::string_view_literals;

constexpr std::array<std::string_view, 5> k_marks = {"\x1f\x8b"sv, "\xfd\x37zXZ\0"sv,
                                                     "\x28\xb5\x2f\xfd"sv, "BZh"sv, "PK\3\4"sv};
constexpr std::array<std::string_view, 4> k_disk_endings = {".raw", ".img", ".qcow2", ".qcow"};

Error damaged(const fs::path &file, const std::string &why) {
    return {ErrorKind::invalid,
            fmt::format("cannot unpack {}: {}", base::escape(file.string()), why),
            "look whether all of it is there, or unpack it by hand"};
}

bool is_disk_name(const std::string &name) {
    return std::ranges::any_of(k_disk_endings,
                               [&](std::string_view ending) { return name.ends_with(ending); });
}

/// What is behind the compression, if there is one.
enum class Packing { alone, tar, zip };

/// One packed file that is being read.
class Packed {
  public:
    Packed(const fs::path &file, Packing packing, const WorkProgress &progress)
        : file_(file),
          progress_(progress),
          size_(fs::file_size(file)),
          bytes_(base::open_regular_file(file)),
          handle_(plan::archive_read_new()) {
        if (!handle_)
            throw std::bad_alloc();
        for (const auto support :
             {&plan::archive_read_support_filter_gzip, &plan::archive_read_support_filter_bzip2,
              &plan::archive_read_support_filter_xz, &plan::archive_read_support_filter_zstd,
              packing == Packing::tar   ? &plan::archive_read_support_format_tar
              : packing == Packing::zip ? &plan::archive_read_support_format_zip
                                        : &plan::archive_read_support_format_raw})
            (*support)(handle_.get());
        require(plan::archive_read_open_fd(handle_.get(), bytes_.get(), k_block));
    }

    /// The next regular file; false at the end.
    bool next(std::string &name) {
        for (;;) {
            archive_entry *entry = nullptr;
            const int code = plan::archive_read_next_header(handle_.get(), &entry);
            if (code == ARCHIVE_EOF)
                return false;
            require(code);
            const char *path = plan::archive_entry_pathname(entry);
            name = path != nullptr ? path : "";
            if (plan::archive_entry_filetype(entry) == AE_IFREG)
                return true;
        }
    }

    /// The beginning of the file that next() found.
    std::string first_block() {
        const void *block = nullptr;
        std::size_t count = 0;
        la_int64_t offset = 0;
        const int code = plan::archive_read_data_block(handle_.get(), &block, &count, &offset);
        if (code == ARCHIVE_EOF)
            return {};
        require(code);
        return {static_cast<const char *>(block), count};
    }

    /// All of the file that next() found.
    void copy_to(const store::NewFile &target) {
        std::uint64_t looked = 0;
        std::uint64_t end = 0;
        for (;;) {
            const void *block = nullptr;
            std::size_t count = 0;
            la_int64_t offset = 0;
            const int code = plan::archive_read_data_block(handle_.get(), &block, &count, &offset);
            if (code == ARCHIVE_EOF)
                break;
            require(code);
            const auto at = static_cast<std::uint64_t>(offset);
            if (at > k_largest_disk || count > k_largest_disk - at)
                throw damaged(file_, "what is in it has more than 1 TiB");
            store::write_used(target, at,
                              std::string_view(static_cast<const char *>(block), count));
            end = std::max(end, at + count);
            if (end - looked >= k_look_for_room) {
                store::require_space(target.path().parent_path(), k_room_left);
                looked = end;
            }
            tell();
        }
        if (ftruncate(target.fd(), static_cast<off_t>(end)) != 0)
            throw base::system_error("write", target.path(), errno);
    }

  private:
    void require(int code) const {
        if (code < ARCHIVE_WARN)
            throw damaged(file_, plan::reason_of(handle_));
    }

    void tell() const {
        const auto done = static_cast<std::uint64_t>(plan::archive_filter_bytes(handle_.get(), -1));
        if (progress_ && !progress_(std::min(done, size_), size_))
            base::check_interrupt();
    }

    const fs::path &file_;
    const WorkProgress &progress_;
    std::uint64_t size_;
    base::UniqueFd bytes_;
    plan::ArchiveHandle handle_;
};

bool is_tar(std::string_view head) {
    return head.substr(std::min(k_tar_mark, head.size())).starts_with("ustar");
}

/// libarchive takes a disk that begins with zeros for an empty tar, so it is not asked.
Packing packing_of(const fs::path &file) {
    const WorkProgress nobody;
    Packed packed(file, Packing::alone, nobody);
    std::string name;
    const std::string head = packed.next(name) ? packed.first_block() : std::string();
    return is_tar(head) ? Packing::tar : head.starts_with("PK\3\4") ? Packing::zip : Packing::alone;
}

} // namespace

bool is_packed(const fs::path &file) {
    const base::UniqueFd bytes = base::open_regular_file(file);
    std::string head(k_tar_mark + 5, '\0');
    const ssize_t got = pread(bytes.get(), head.data(), head.size(), 0);
    if (got < 0)
        throw base::system_error("read", file, errno);
    head.resize(static_cast<std::size_t>(got));
    return is_tar(head) || std::ranges::any_of(k_marks, [&](std::string_view mark) {
               return head.starts_with(mark);
           });
}

store::NewFile unpack(const fs::path &file, const fs::path &directory,
                      const WorkProgress &progress) {
    base::make_private_directory(directory);
    store::NewFile target =
        store::NewFile::locked(directory / (".unpacked-" + base::random_uuid()), k_mode);
    const Packing packing = packing_of(file);
    Packed packed(file, packing, progress);
    std::string disk;
    std::string name;
    while (packed.next(name)) {
        if (packing != Packing::alone && !is_disk_name(name))
            continue;
        if (!disk.empty())
            throw damaged(file, fmt::format("it holds two disks, {} and {}", base::escape(disk),
                                            base::escape(name)));
        disk = name;
        packed.copy_to(target);
    }
    if (disk.empty())
        throw damaged(file, "it holds no file that ends in .raw, .img or .qcow2");
    return target;
}

} // namespace retouch::apply
