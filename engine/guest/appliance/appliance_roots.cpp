// Of a btrfs the default subvolume is the root when it is one, as installers with snapshots have
// it. Else those count whose own fstab has them on "/": copies that tools keep for going back do
// not.

#include "guest/appliance/appliance_roots.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "guest/fstab.hpp"
#include "guest/mount_rules.hpp"
#include "guest/root_search.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace retouch::guest {

namespace {

constexpr std::int64_t k_top_level = 5;
constexpr std::size_t k_most_subvolumes = 512;

struct Subvolume {
    std::int64_t id = k_top_level;
    std::string path; ///< without a slash before it; empty for the top level
};

/// What is mounted while this lives; nothing else is.
class Visit {
  public:
    Visit(const Looking &looking, const Volume &volume, const MountAs &as) : looking_(looking) {
        looking_.mount(volume, as);
    }

    ~Visit() { guestfs_umount_all(looking_.handle.get()); }

    Visit(const Visit &) = delete;
    Visit &operator=(const Visit &) = delete;

  private:
    const Looking &looking_;
};

std::string option_of(const Subvolume &subvolume) {
    return subvolume.id == k_top_level ? std::string("subvolid=5") : "subvol=/" + subvolume.path;
}

class BtrfsRoots {
  public:
    BtrfsRoots(const Looking &looking, const Volume &volume) : looking_(looking), volume_(volume) {}

    [[nodiscard]] std::vector<RootPlace> find() const {
        std::int64_t chosen = k_top_level;
        std::vector<Subvolume> candidates;
        {
            const Visit visit(looking_, volume_, as("subvolid=5"));
            chosen = guestfs_btrfs_subvolume_get_default(handle(), "/");
            candidates = subvolumes();
        }
        const auto is_chosen = [&](const Subvolume &one) { return one.id == chosen; };
        const auto by_default = std::ranges::find_if(candidates, is_chosen);
        if (chosen != k_top_level && by_default != candidates.end() && is_root("").first)
            return {{&volume_, as("")}};
        std::vector<RootPlace> roots;
        std::vector<RootPlace> confirmed;
        for (const Subvolume &candidate : candidates) {
            base::check_interrupt();
            const std::string option = candidate.id == chosen ? "" : option_of(candidate);
            const auto [found, fstab] = is_root(option);
            if (!found)
                continue;
            roots.push_back({&volume_, as(option)});
            if (says_so(fstab, candidate))
                confirmed.push_back(roots.back());
        }
        return confirmed.empty() ? roots : confirmed;
    }

  private:
    [[nodiscard]] guestfs_h *handle() const { return looking_.handle.get(); }

    [[nodiscard]] static MountAs as(std::string subvolume) {
        return {"btrfs", std::move(subvolume)};
    }

    /// Those that may be roots. Requires: the top level is mounted.
    [[nodiscard]] std::vector<Subvolume> subvolumes() const {
        std::vector<Subvolume> found;
        if (looks_like_a_tree(""))
            found.emplace_back();
        guestfs_btrfssubvolume_list *list = guestfs_btrfs_subvolume_list(handle(), "/");
        if (list == nullptr)
            throw looking_.handle.error(
                fmt::format("list the subvolumes of {}", base::escape(volume_.device)));
        const std::unique_ptr<guestfs_btrfssubvolume_list,
                              decltype(&::guestfs_free_btrfssubvolume_list)>
            owned(list, guestfs_free_btrfssubvolume_list);
        for (std::uint32_t at = 0; at < list->len; ++at) {
            const guestfs_btrfssubvolume &one = list->val[at];
            const Subvolume subvolume{static_cast<std::int64_t>(one.btrfssubvolume_id),
                                      one.btrfssubvolume_path};
            if (is_plain_subvolume(option_of(subvolume)) &&
                looks_like_a_tree("/" + subvolume.path) && !is_kept_copy(subvolume))
                found.push_back(subvolume);
            if (found.size() > k_most_subvolumes)
                throw Error(ErrorKind::refused,
                            fmt::format("{} has more than {} subvolumes with a system",
                                        base::escape(volume_.device), k_most_subvolumes));
        }
        return found;
    }

    [[nodiscard]] bool looks_like_a_tree(const std::string &path) const {
        return looking_.files.exists(path + "/etc");
    }

    /// A snapshot that is not for writing.
    [[nodiscard]] bool is_kept_copy(const Subvolume &subvolume) const {
        const std::string path = "/" + subvolume.path;
        const std::vector<std::string> pairs =
            take_list(guestfs_btrfs_subvolume_show(handle(), path.c_str()));
        for (std::size_t at = 0; at + 1 < pairs.size(); at += 2)
            if (pairs[at] == "Flags" && pairs[at + 1].find("readonly") != std::string::npos)
                return true;
        return false;
    }

    /// And its fstab.
    [[nodiscard]] std::pair<bool, std::string> is_root(const std::string &option) const {
        const Visit visit(looking_, volume_, as(option));
        if (!looks_like_root(looking_.files))
            return {false, {}};
        return {true, looking_.files.head("/etc/fstab", k_largest_fstab + 1).value_or("")};
    }

    [[nodiscard]] static bool says_so(const std::string &fstab, const Subvolume &subvolume) {
        for (const FstabEntry &entry : read_fstab(fstab)) {
            if (entry.path != "/")
                continue;
            for (const std::string &option : entry.options)
                if (option == "subvol=" + subvolume.path || option == "subvol=/" + subvolume.path ||
                    option == fmt::format("subvolid={}", subvolume.id))
                    return true;
        }
        return false;
    }

    const Looking &looking_;
    const Volume &volume_;
};

std::vector<RootPlace> roots_on(const Looking &looking, const Volume &volume) {
    if (volume.filesystem == "btrfs")
        return BtrfsRoots(looking, volume).find();
    const MountAs as{mount_type(volume, {}), {}};
    const Visit visit(looking, volume, as);
    if (looks_like_root(looking.files))
        return {{&volume, as}};
    return {};
}

bool may_hold_root(const Volume &volume) {
    return may_hold_plain_root(volume.filesystem) || volume.filesystem == "btrfs";
}

} // namespace

std::string RootPlace::name() const {
    return as.subvolume.empty() ? volume->device
                                : fmt::format("{} ({})", volume->device, as.subvolume);
}

std::vector<RootPlace> find_roots(const Looking &looking, const std::vector<Volume> &volumes) {
    std::vector<RootPlace> roots;
    const std::optional<Error> damage = look_for_roots(
        volumes, may_hold_root,
        [&](const Volume &volume) {
            std::ranges::move(roots_on(looking, volume), std::back_inserter(roots));
        },
        [&] { return guestfs_is_ready(looking.handle.get()) != 0; });
    if (roots.empty() && damage)
        throw Error(*damage);
    return roots;
}

bool holds_windows(const Handle &handle, const Volume &volume) {
    if (volume.filesystem != "ntfs" ||
        guestfs_mount_ro(handle.get(), volume.device.c_str(), "/") != 0)
        return false;
    const OwnedText path(
        guestfs_case_sensitive_path(handle.get(), "/windows/system32/config/system"));
    const bool is_there = path != nullptr && guestfs_exists(handle.get(), path.get()) == 1;
    handle.check(guestfs_umount_all(handle.get()), "unmount the image");
    return is_there;
}

} // namespace retouch::guest
