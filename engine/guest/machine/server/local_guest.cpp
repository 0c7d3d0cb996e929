#include "guest/machine/server/local_guest.hpp"

#include "base/text.hpp"
#include "guest/command_limits.hpp"
#include "guest/host/partitions.hpp"
#include "guest/machine/machine_paths.hpp"
#include "guest/machine/server/partition.hpp"
#include "guest/machine/server/system.hpp"
#include "guest/mount_rules.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

namespace retouch::guest {

namespace {

std::uint64_t size_of_disk() {
    std::uint64_t size = 0;
    const base::UniqueFd disk = base::open_file(k_machine_disk, O_RDONLY);
    if (ioctl(disk.get(), BLKGETSIZE64, &size) != 0)
        throw base::system_error("look at", k_machine_disk, errno);
    return size;
}

/// The rest of it is for the kernel, and for what is remembered of the guest's tree.
CommandLimits within_this_machine(CommandLimits limits) {
    limits.memory_bytes = std::min(limits.memory_bytes, memory_bytes() / 4 * 3);
    return limits;
}

/// A second system may be on anything else, or this one need it: whoever knows such volumes, too,
/// has to look.
void require_plain(const std::vector<Volume> &volumes) {
    for (const Volume &volume : volumes)
        if (volume.ambiguous || !is_plain(volume.filesystem))
            throw Error(ErrorKind::refused,
                        fmt::format("{} of the image holds {}", base::escape(volume.device),
                                    volume.ambiguous ? "more than one filesystem"
                                                     : base::escape(volume.filesystem)));
}

} // namespace

LocalGuest::LocalGuest(bool read_only, const CommandLimits &limits,
                       const std::optional<std::vector<std::string>> &forbidden, EventSink &events)
    : MountedGuest(within_this_machine(limits)), allowed_memory_bytes_(limits.memory_bytes) {
    if (forbidden) {
        load_modules(k_machine_network_modules);
        network_ = fmt::format("{}\n", fmt::join(*forbidden, "\n"));
    }
    load_modules(k_machine_disk_modules);
    await_device(k_machine_disk);
    const MountedVolumes::Means means{
        [](const Volume &volume) { return std::make_unique<Partition>(volume); }, [] {}};
    const std::vector<Volume> volumes = read_volumes(k_machine_disk, size_of_disk());
    require_plain(volumes);
    open(k_machine_guest, read_only, means, volumes, k_machine_disk, events);
}

std::vector<std::optional<SeenEntry>>
LocalGuest::look_at(const std::vector<LookWish> &wishes) const {
    std::vector<std::optional<SeenEntry>> all;
    for (const LookWish &wish : wishes) {
        SeenEntry &seen = all.emplace_back(SeenEntry{}).value();
        try {
            seen.info = lstat(wish.path);
            if (seen.info && seen.info->type == FileInfo::Type::regular &&
                seen.info->size == wish.digest_of_size)
                seen.sha256 = sha256(wish.path);
        } catch (const Error &) {
            all.back().reset(); // whoever asks for it will hear why
        }
    }
    return all;
}

CommandResult LocalGuest::with_own_limit(CommandResult result) const {
    if (limits().memory_bytes < allowed_memory_bytes_)
        std::ranges::replace(result.limits, met_limit(CommandLimit::memory, limits()),
                             met_memory_of_appliance(limits().memory_bytes));
    return result;
}

} // namespace retouch::guest
