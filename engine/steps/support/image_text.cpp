#include "steps/support/image_text.hpp"

#include "base/text.hpp"
#include "base/unified_diff.hpp"
#include "guest/resolve.hpp"
#include "steps/support/open_to_all.hpp"

#include <utility>

namespace retouch::steps {

namespace {

constexpr std::size_t k_largest_text = std::size_t{1} << 20;
constexpr std::uint32_t k_new_mode = 0644;

} // namespace

ImageText image_text(const GuestView &guest, const std::string &path) {
    ImageText file;
    file.path = guest::resolve_in_guest(guest, path);
    file.was = guest.lstat(file.path);
    if (file.was)
        file.text = guest.read(file.path, k_largest_text);
    return file;
}

void want_text(ImageChanges &changes, const ImageText &file, std::string text) {
    if (file.was && text == file.text)
        return;
    FileInfo info = file.was.value_or(FileInfo{FileInfo::Type::regular, k_new_mode, 0, 0, 0});
    info.size = text.size();
    changes.changes.push_back({file.path, info, std::move(text)});
}

std::string text_diff(const Foreseen &change, const GuestView &guest) {
    const auto was = guest.lstat(change.path);
    if (!change.info || change.info->type != FileInfo::Type::regular)
        return {};
    if (!everybody_reads(change.info->mode) || !everybody_reaches(guest, change.path))
        return not_shown(change.path, was ? std::optional(was->size) : std::nullopt,
                         change.info->size);
    const std::string before = was ? guest.read(change.path, was->size) : std::string();
    return base::escape(base::unified_diff(before, std::get<std::string>(change.source),
                                           was ? change.path : "/dev/null", change.path),
                        true);
}

} // namespace retouch::steps
