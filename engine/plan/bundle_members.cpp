// Of an archive libarchive gives the members, in whatever form tar has for them; where they lie is
// compared with what they say of themselves.

#include "plan/bundle_members.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::plan {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_piece = std::size_t{64} * 1024;
constexpr std::int64_t k_block = 512;
constexpr std::int64_t k_record = 20 * k_block; ///< what tar writes at a time

} // namespace

Error damaged_bundle(const fs::path &path, const std::string &why) {
    return {ErrorKind::invalid,
            fmt::format("the bundle {} is damaged: {}", base::escape(path.string()), why),
            "make the bundle again with: retouch plan --bundle -o FILE RECIPE"};
}

std::string shown_member(const std::string &name) {
    constexpr std::size_t k_longest = 100;
    return base::escape(std::string_view(name).substr(0, k_longest));
}

BundleMembers::BundleMembers(const fs::path &path)
    : path_(path), file_(base::open_regular_file(path)), handle_(archive_read_new()) {
    archive_read_support_format_tar(handle_.get());
    if (archive_read_open_fd(handle_.get(), file_.get(), k_piece) < ARCHIVE_WARN)
        throw damaged_bundle(path_, reason_of(handle_));
}

std::optional<std::string> BundleMembers::next() {
    base::check_interrupt();
    archive_entry *entry = nullptr;
    const int code = archive_read_next_header(handle_.get(), &entry);
    if (code < ARCHIVE_WARN)
        throw damaged_bundle(path_, reason_of(handle_));
    const std::int64_t head = archive_read_header_position(handle_.get());
    require_padding(head);
    if (code == ARCHIVE_EOF) {
        require_end(head);
        return std::nullopt;
    }
    const char *found = archive_entry_pathname(entry);
    const std::string name = found != nullptr ? found : "";
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr)
        throw damaged_bundle(path_, fmt::format("its member {} is not a file", shown_member(name)));
    if (archive_entry_sparse_count(entry) > 0)
        throw with_holes(name);
    size_ = archive_entry_size(entry);
    require_plain_head(head, name);
    require_whole(name);
    done_ = 0;
    name_ = name;
    return name;
}

std::string_view BundleMembers::read() {
    base::check_interrupt();
    const void *bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(handle_.get(), &bytes, &size, &offset);
    if (code == ARCHIVE_EOF)
        return {};
    if (code < ARCHIVE_WARN)
        throw damaged_bundle(path_, reason_of(handle_));
    if (offset != done_ || size == 0)
        throw with_holes(name_);
    done_ += static_cast<la_int64_t>(size);
    return {static_cast<const char *>(bytes), size};
}

Error BundleMembers::with_holes(const std::string &name) const {
    return damaged_bundle(path_, fmt::format("its member {} has holes", shown_member(name)));
}

/// A size of twelve octal digits or more stands in an extension, of two blocks before the head.
void BundleMembers::require_plain_head(std::int64_t head, const std::string &name) const {
    constexpr std::int64_t first_large = std::int64_t{1} << 33;
    const std::int64_t size = archive_filter_bytes(handle_.get(), 0) - head;
    if (size != k_block && !(size == 3 * k_block && size_ >= first_large))
        throw damaged_bundle(path_, fmt::format("at byte {}, before its member {}, is more than a "
                                                "file's head",
                                                head, shown_member(name)));
}

/// Looked at before the contents are: what the library says of a member that is cut depends on
/// where.
void BundleMembers::require_whole(const std::string &name) const {
    const std::int64_t left = file_size() - archive_filter_bytes(handle_.get(), 0);
    if (size_ > left || size_ + padding() > left)
        throw damaged_bundle(path_,
                             fmt::format("it ends within its member {}", shown_member(name)));
}

/// `end` is where the next one begins.
void BundleMembers::require_padding(std::int64_t end) const {
    if (!name_.empty())
        require_zeros(end - padding(), end);
}

std::int64_t BundleMembers::padding() const {
    return (k_block - size_ % k_block) % k_block;
}

/// Two blocks of zeros, and no more than tar itself adds, which fills a record.
void BundleMembers::require_end(std::int64_t at) const {
    const std::int64_t least = at + 2 * k_block;
    const std::int64_t record = (least + k_record - 1) / k_record * k_record;
    const std::int64_t size = file_size();
    if (size < least)
        throw damaged_bundle(path_,
                             fmt::format("it stops at byte {}, before its end is marked", size));
    if (size != least && size != record)
        throw damaged_bundle(
            path_, fmt::format("it ends at byte {}, and {} more follow", least, size - least));
    require_zeros(at, size);
}

/// Requires: less than a few records.
void BundleMembers::require_zeros(std::int64_t from, std::int64_t to) const {
    std::string bytes(static_cast<std::size_t>(to - from), '\1');
    const ssize_t got = pread(file_.get(), bytes.data(), bytes.size(), from);
    if (got < 0)
        throw base::system_error("read", path_, errno);
    if (const auto other = bytes.find_first_not_of('\0'); other != std::string::npos)
        throw damaged_bundle(path_,
                             fmt::format("what stands at byte {} belongs to none of its members",
                                         from + static_cast<std::int64_t>(other)));
}

std::int64_t BundleMembers::file_size() const {
    struct stat info {};

    if (fstat(file_.get(), &info) != 0)
        throw base::system_error("read", path_, errno);
    return info.st_size;
}

} // namespace retouch::plan
