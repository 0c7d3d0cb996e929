#include "guest/mount_rules.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

struct Type {
    std::string_view name;
    std::array<std::string_view, 3> reads; ///< what may be on the volume, as blkid names it
    std::string_view careful;              ///< whatever it is opened for
    std::string_view writing; ///< what is freed goes from the disk, and nothing is written unasked
    std::string_view without_log = {}; ///< leaves the journal as it is; empty: there is none
};

constexpr std::array k_types = {
    Type{"ext2", {"ext2", "ext3"}, "errors=remount-ro", "discard,noinit_itable"},
    Type{"ext3", {"ext3"}, "errors=remount-ro", "discard,noinit_itable", "noload"},
    Type{"ext4", {"ext2", "ext3", "ext4"}, "errors=remount-ro", "discard,noinit_itable", "noload"},
    Type{
        "xfs", {"xfs"}, "nouuid", "discard", "norecovery"}, // a copy of it may be mounted elsewhere
    Type{"btrfs", {"btrfs"}, "skip_balance", "discard"},
    Type{"vfat", {"vfat"}, "errors=remount-ro", "discard"},
    Type{"msdos", {"vfat"}, "errors=remount-ro", "discard"},
};

const Type *find_type(std::string_view name) {
    const auto found = std::ranges::find(k_types, name, &Type::name);
    return found == k_types.end() ? nullptr : &*found;
}

bool reads(const Type *type, const std::string &filesystem) {
    return type != nullptr && !filesystem.empty() &&
           std::ranges::count(type->reads, filesystem) > 0;
}

std::string list_of(const std::vector<std::string> &types) {
    return base::escape(fmt::format("{}", fmt::join(types, " or ")));
}

std::string joined(std::string_view options, std::string_view more) {
    return fmt::format("{}{}{}", options, more.empty() ? "" : ",", more);
}

Error does_not_fit(const Volume &volume, const std::vector<std::string> &stated) {
    const std::string &found = volume.filesystem;
    const std::string what = found.empty() ? "no filesystem that is known" : base::escape(found);
    const bool by_type = !stated.empty() && std::ranges::count(stated, found) == 0 &&
                         std::ranges::count(stated, "auto") == 0;
    return {ErrorKind::refused,
            by_type ? fmt::format("{} holds {}, but /etc/fstab says {}", volume.device, what,
                                  list_of(stated))
            : found.empty()
                ? fmt::format("{} holds {}", volume.device, what)
                : fmt::format("{} holds {}, which retouch does not mount", volume.device, what)};
}

} // namespace

std::string mount_type(const Volume &volume, const std::vector<std::string> &stated) {
    if (volume.ambiguous)
        throw Error(ErrorKind::refused,
                    fmt::format("{} has the signatures of more than one filesystem", volume.device),
                    "remove those that are left from former ones with wipefs");
    if (volume.external_journal)
        throw Error(ErrorKind::refused,
                    fmt::format("{} keeps its journal on another disk", volume.device),
                    "use an image whose filesystems have their journals inside");
    for (const std::string &type : stated)
        if (reads(find_type(type), volume.filesystem))
            return type;
    const bool by_detection = stated.empty() || std::ranges::count(stated, "auto") > 0;
    if (!by_detection || !reads(find_type(volume.filesystem), volume.filesystem))
        throw does_not_fit(volume, stated);
    return volume.filesystem;
}

bool may_hold_plain_root(std::string_view type) {
    return type == "ext2" || type == "ext3" || type == "ext4" || type == "xfs";
}

bool is_plain(std::string_view type) {
    return type.empty() || type == "swap" || type == "vfat" || may_hold_plain_root(type);
}

std::string driver_of(std::string_view type) {
    return type == "ext2" || type == "ext3" ? "ext4" : std::string(type);
}

std::string careful_options(std::string_view type) {
    const Type *found = find_type(type);
    return found == nullptr ? "" : std::string(found->careful);
}

std::string writing_options(std::string_view type) {
    const Type *found = find_type(type);
    return found == nullptr ? "" : joined(found->careful, found->writing);
}

std::string options_without_log(std::string_view type) {
    const Type *found = find_type(type);
    return found == nullptr || found->without_log.empty()
               ? ""
               : joined(found->careful, found->without_log);
}

} // namespace retouch::guest
