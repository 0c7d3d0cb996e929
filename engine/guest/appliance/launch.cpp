// KVM is tried only where nothing speaks against it; when the launch fails all the same, the
// appliance runs emulated.

#include "guest/appliance/launch.hpp"

#include "base/interrupt.hpp"
#include "guest/appliance/host_memory.hpp"
#include "guest/appliance/kvm.hpp"
#include "guest/appliance/machine_program.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <thread>

namespace retouch::guest {

namespace {

/// Package managers need more than the default, which is for looking at files. Whoever gives
/// libguestfs more than this by its environment has it.
constexpr std::uint64_t k_memory_mebibytes = 2048;
constexpr unsigned k_most_processors = 4;

std::string monitor_option(const std::filesystem::path &socket) {
    std::string path = socket.string();
    for (std::size_t at = 0; (at = path.find(',', at)) != std::string::npos; at += 2)
        path.insert(at, 1, ','); // how qemu wants a comma written
    return fmt::format("unix:{},server=on,wait=off", path);
}

void add_disk(const Handle &handle, const LaunchOptions &options) {
    std::string server = "unix:" + options.socket.string();
    char *servers[] = {server.data(), nullptr};

    struct guestfs_add_drive_opts_argv drive {};

    drive.bitmask = GUESTFS_ADD_DRIVE_OPTS_FORMAT_BITMASK |
                    GUESTFS_ADD_DRIVE_OPTS_PROTOCOL_BITMASK |
                    GUESTFS_ADD_DRIVE_OPTS_SERVER_BITMASK | GUESTFS_ADD_DRIVE_OPTS_READONLY_BITMASK;
    drive.format = "raw";
    drive.protocol = "nbd";
    drive.server = servers;
    drive.readonly = options.read_only ? 1 : 0;
    if (!options.read_only) {
        // The export makes the disk durable at the end; flushes on the way would cost only time.
        drive.bitmask |=
            GUESTFS_ADD_DRIVE_OPTS_CACHEMODE_BITMASK | GUESTFS_ADD_DRIVE_OPTS_DISCARD_BITMASK;
        drive.cachemode = "unsafe";
        drive.discard = "besteffort";
    }
    handle.check(guestfs_add_drive_opts_argv(handle.get(), "disk", &drive),
                 "give the disk to the appliance");
}

/// The rest of this file counts on it: the program that is started, its options, its number.
void choose_direct_start(const Handle &handle) {
    handle.check(guestfs_set_backend(handle.get(), "direct"),
                 "choose how the appliance is started");
}

void configure(const Handle &handle, const LaunchOptions &options, bool emulate) {
    guestfs_h *g = handle.get();
    choose_direct_start(handle);
    handle.check(guestfs_set_tmpdir(g, options.directory.c_str()), "use the run directory");
    // A copy of us that ends qemu when it no longer sees us, dead but not yet waited for included:
    // MachineProgram does it better.
    handle.check(guestfs_set_recovery_proc(g, 0), "set up the appliance");
    // Ctrl-C is ours to handle.
    handle.check(guestfs_set_pgroup(g, 1), "set up the appliance");
    // What is written is written through and checked before the end.
    handle.check(guestfs_set_autosync(g, 0), "set up the appliance");
    handle.check(guestfs_set_network(g, options.network ? 1 : 0), "set up the network");
    if (guestfs_get_memsize(g) < static_cast<int>(k_memory_mebibytes) &&
        available_memory_mebibytes() > 2 * k_memory_mebibytes)
        handle.check(guestfs_set_memsize(g, static_cast<int>(k_memory_mebibytes)),
                     "set the memory");
    // Emulated processors cost more to coordinate than they give.
    const unsigned processors =
        emulate ? 1 : std::clamp(std::thread::hardware_concurrency(), 1U, k_most_processors);
    handle.check(guestfs_set_smp(g, static_cast<int>(processors)), "set the processors");
    if (emulate)
        handle.check(guestfs_set_backend_setting(g, "force_tcg", "1"), "choose emulation");
    // A full disk on the host must be an error in the guest, not a guest that stands still.
    handle.check(guestfs_config(g, "-global", "scsi-hd.werror=report"), "set up the disk");
    handle.check(guestfs_config(g, "-qmp", monitor_option(options.monitor).c_str()),
                 "set up the appliance");
    add_disk(handle, options);
}

std::unique_ptr<Handle> try_launch(const LaunchOptions &options, bool emulate) {
    auto handle = std::make_unique<Handle>();
    configure(*handle, options, emulate);
    const OwnedText qemu(guestfs_get_hv(handle->get()));
    const MachineProgram program(qemu ? qemu.get() : "");
    handle->check(guestfs_set_hv(handle->get(), program.path().c_str()), "choose the qemu");
    if (handle->launch())
        return handle;
    base::check_interrupt();
    const Error failure = handle->error("start the appliance");
    throw Error(ErrorKind::unavailable, failure.what(),
                fmt::format("the appliance said last: {}; libguestfs-test-tool shows more",
                            handle->last_words()));
}

} // namespace

std::unique_ptr<Handle> launch_appliance(const LaunchOptions &options, EventSink &events) {
    return with_kvm_if_it_works([&](bool kvm) { return try_launch(options, !kvm); },
                                [&] { events.on(runs_emulated()); });
}

} // namespace retouch::guest
