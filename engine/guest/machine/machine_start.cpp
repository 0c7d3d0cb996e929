// A machine is saved when its program is ready and nothing has been said to it. Its memory is a
// file that qemu maps: saving it is ending qemu, and going on from it reads only what is touched.
// Only the devices are a stream. Two that go on from one state would have the same random numbers
// and the time of back then, so each first gets numbers from this host, and the time.

#include "guest/machine/machine_start.hpp"

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "base/run_directory.hpp"
#include "base/waiting.hpp"
#include "guest/appliance/kvm.hpp"
#include "guest/machine/conversation.hpp"
#include "guest/machine/initrd.hpp"

#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>

namespace retouch::guest {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds k_boot_limit{120};
constexpr std::chrono::seconds k_restore_limit{60};
constexpr double k_state_seconds = 120;
constexpr std::size_t k_chance_bytes = 64;

std::string chance() {
    std::string bytes(k_chance_bytes, '\0');
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw base::system_error("read", "random numbers", errno);
    return bytes;
}

/// Memory that others can see, as a file is, is left where it is.
void leave_memory(QemuMonitor &monitor) {
    monitor.execute("migrate-set-capabilities",
                    {{"capabilities", {{{"capability", "x-ignore-shared"}, {"state", true}}}}});
}

/// Until what qemu answers says so.
void await_state(QemuMonitor &monitor, const char *question, const char *wanted,
                 const char *doing) {
    const base::Stopwatch waited;
    for (;;) {
        const Json answer = monitor.execute(question);
        const Json status = answer.is_object() ? answer.value("status", Json()) : Json();
        if (status == wanted)
            return;
        if (status == "failed" || waited.seconds() > k_state_seconds)
            throw Error(ErrorKind::failed, fmt::format("the machine could not be {}", doing));
        base::pause_for(std::chrono::milliseconds(2));
    }
}

void begin(Machine &machine, std::chrono::seconds limit) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    Channel &channel = machine.channel();
    channel.send(machine_request(MachineCall::begin, chance(), now.tv_sec, now.tv_nsec));
    read_result<void>(await_answer(channel, limit));
}

std::unique_ptr<Machine> booted(const MachineKind &kind, const MachineMeans &means,
                                const fs::path &directory) {
    MachineStart start;
    start.initrd = directory / "initrd";
    start.disk = means.disk;
    start.network = means.network;
    start.log = directory / "machine.log";
    base::write_file_atomically(start.initrd, make_initrd(kind, directory).bytes, 0600);
    auto machine = std::make_unique<Machine>(kind, start);
    read_result<void>(await_answer(machine->channel(), k_boot_limit));
    begin(*machine, k_restore_limit);
    return machine;
}

std::unique_ptr<Machine> restored(const MachineKind &kind, const SavedMachine &saved,
                                  const MachineMeans &means, const fs::path &directory) {
    MachineStart start;
    start.initrd = saved.initrd();
    start.memory = saved.memory();
    start.disk = means.disk;
    start.network = means.network;
    start.waits = true;
    start.log = directory / "machine.log";
    auto machine = std::make_unique<Machine>(kind, start);
    const base::UniqueFd devices = base::open_file(saved.devices(), O_RDONLY);
    QemuMonitor &monitor = machine->monitor();
    leave_memory(monitor);
    monitor.execute("getfd", {{"fdname", "devices"}}, devices.get());
    monitor.execute("migrate-incoming", {{"uri", "fd:devices"}});
    await_state(monitor, "query-status", "paused", "restored");
    monitor.execute("cont");
    begin(*machine, k_restore_limit);
    return machine;
}

/// nullptr where none can be kept, or it does not work.
std::unique_ptr<Machine> from_a_saved_one(const MachineKind &kind, const MachineMeans &means,
                                          const fs::path &directory) {
    try {
        const MachineCache cache;
        const std::optional<SavedMachine> found = cache.find(kind);
        const SavedMachine saved = found ? *found : cache.make(kind, directory);
        try {
            return restored(kind, saved, means, directory);
        } catch (const Error &error) {
            if (error.kind() != ErrorKind::interrupted)
                MachineCache::remove(saved);
            throw;
        }
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        base::check_interrupt();
        return nullptr;
    }
}

} // namespace

std::unique_ptr<Machine> start_machine(const MachineKind &kind, const MachineMeans &means,
                                       const fs::path &directory) {
    if (auto machine = from_a_saved_one(kind, means, directory))
        return machine;
    return booted(kind, means, directory);
}

void prepare_machine() {
    const base::RunDirectory directory;
    const MachineCache cache;
    static_cast<void>(with_kvm_if_it_works(
        [&](bool kvm) {
            const MachineKind kind = machine_kind(kvm);
            const std::optional<SavedMachine> found = cache.find(kind);
            return found ? *found : cache.make(kind, directory.path());
        },
        [] {}));
}

void save_machine(const MachineKind &kind, const SavedMachine &saved, const fs::path &directory) {
    MachineStart start;
    start.initrd = saved.initrd();
    start.memory = saved.memory();
    start.keeps_memory = true;
    start.log = directory / "machine.log";
    static_cast<void>(base::open_file(saved.memory(), O_WRONLY | O_CREAT | O_EXCL, 0600));
    const base::UniqueFd devices =
        base::open_file(saved.devices(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    Machine machine(kind, start);
    read_result<void>(await_answer(machine.channel(), k_boot_limit));
    QemuMonitor &monitor = machine.monitor();
    monitor.execute("stop");
    leave_memory(monitor);
    monitor.execute("getfd", {{"fdname", "devices"}}, devices.get());
    monitor.execute("migrate", {{"uri", "fd:devices"}});
    await_state(monitor, "query-migrate", "completed", "saved");
    machine.end();
}

} // namespace retouch::guest
