// Nothing has a name that others could reach: monitor and line are sockets made here, and qemu gets
// one end of each. What an option holds that comes from elsewhere is JSON, so that nothing in it
// can be another option.

#include "guest/machine/machine.hpp"

#include "base/last_words.hpp"

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <sys/socket.h>

namespace retouch::guest {

namespace {

constexpr std::chrono::seconds k_end_patience{5};

struct Line {
    base::UniqueFd near;
    base::UniqueFd far;

    explicit Line(int type = SOCK_STREAM) {
        std::array<int, 2> ends{};
        if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw base::system_error("make", "a line to a machine", errno);
        near.reset(ends[0]);
        far.reset(ends[1]);
    }
};

Json memory(const MachineKind &kind, const MachineStart &start) {
    Json backend = {{"qom-type", "memory-backend-ram"},
                    {"id", "memory"},
                    {"size", kind.memory_mebibytes << 20}};
    if (!start.memory.empty())
        backend.update({{"qom-type", "memory-backend-file"},
                        {"mem-path", start.memory.string()},
                        {"share", start.keeps_memory}});
    return backend;
}

/// A saved machine has a disk, too, but has never looked at it.
Json disk(const MachineStart &start) {
    if (start.disk.empty())
        return {{"driver", "null-co"},
                {"node-name", k_machine_disk_node},
                {"size", std::uint64_t{1} << 20},
                {"read-zeroes", true}};
    // The export makes the disk durable at the end; flushes on the way would cost only time.
    return {{"driver", "nbd"},
            {"node-name", k_machine_disk_node},
            {"export", "disk"},
            {"discard", "unmap"},
            {"cache", {{"direct", false}, {"no-flush", true}}},
            {"server", {{"type", "unix"}, {"path", start.disk.string()}}}};
}

std::vector<std::string> arguments(const MachineKind &kind, const MachineStart &start, int line,
                                   int monitor, int network) {
    std::vector<std::string> words = {
        "-name",
        "retouch",
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-no-reboot",
        "-sandbox",
        "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"};
    const auto add = [&words](const char *option, std::string value) {
        words.insert(words.end(), {option, std::move(value)});
    };
    add("-machine", fmt::format("pc,accel={},memory-backend=memory", kind.kvm ? "kvm" : "tcg"));
    add("-cpu", kind.kvm ? "host" : "max");
    add("-smp", std::to_string(kind.processors));
    add("-m", std::to_string(kind.memory_mebibytes));
    add("-object", memory(kind, start).dump());
    add("-kernel", kind.kernel.image.string());
    add("-initrd", start.initrd.string());
    // What processors leak an emulated one does not.
    add("-append", fmt::format("console=ttyS0 quiet loglevel=1 panic=-1 random.trust_cpu=on{}",
                               kind.kvm ? "" : " mitigations=off"));
    add("-chardev", "ringbuf,id=console,size=65536");
    add("-serial", "chardev:console");
    add("-chardev", fmt::format("socket,id=monitor,fd={}", monitor));
    add("-mon", "chardev=monitor,mode=control");
    add("-device", "virtio-serial-pci,max_ports=2");
    add("-chardev", fmt::format("socket,id=line,fd={}", line));
    add("-device", "virtserialport,chardev=line,name=retouch,nr=1");
    add("-blockdev", disk(start).dump());
    add("-device",
        fmt::format("virtio-blk-pci,drive={},werror=report,rerror=report", k_machine_disk_node));
    // A saved machine has a card, too, but has never looked at it.
    add("-netdev", fmt::format("dgram,id=network,local.type=fd,local.str={}", network));
    add("-device", "virtio-net-pci,netdev=network,romfile=");
    if (start.waits)
        add("-incoming", "defer");
    return words;
}

} // namespace

Machine::Machine(const MachineKind &kind, const MachineStart &start) : log_(start.log) {
    Line line;
    Line monitor;
    const Line nobody(SOCK_SEQPACKET);
    const int network = start.network < 0 ? nobody.far.get() : start.network;
    base::ProcessSpec spec;
    spec.program = kind.qemu.string();
    spec.arguments = arguments(kind, start, line.far.get(), monitor.far.get(), network);
    spec.inherited = {line.far.get(), monitor.far.get(), network};
    spec.log = log_;
    process_.emplace(spec);
    line.far.reset();
    monitor.far.reset();
    try {
        monitor_.emplace(std::move(monitor.near));
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        throw Error(ErrorKind::unavailable,
                    fmt::format("qemu did not start: {}", base::last_words(log_)));
    }
    channel_.emplace(std::move(line.near));
}

void Machine::require_running() const {
    if (channel_ && channel_->ended())
        static_cast<void>(process_->hold().ended(k_end_patience));
    if (const auto end = process_->end())
        throw Error(ErrorKind::failed,
                    fmt::format("the appliance (qemu) {}: {}", end->text(), base::last_words(log_)),
                    "see what ended it ('dmesg' tells when memory ran out), and run again");
}

} // namespace retouch::guest
