// What differs comes in pieces that fit messages of libguestfs. All of it is untrusted.

#include "guest/appliance/appliance_tree.hpp"

#include "base/interrupt.hpp"
#include "guest/effects/entry_changes.hpp"
#include "guest/refusals.hpp"
#include "guest/tree/packing.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

constexpr const char *k_named_path = "/dev/shm/retouch-named";
constexpr std::chrono::seconds k_look_limit{3600};
constexpr std::size_t k_most_bytes = std::size_t{512} << 20;

void check_report(const RunnerReport &report) {
    if (report.has("failed"))
        throw refusal::cannot_look(report.bytes("path"), static_cast<int>(report.number("failed")));
}

Error nonsense() {
    return {ErrorKind::failed, "what the appliance says of the guest's files makes no sense",
            "the image may hold something that harms the appliance's kernel"};
}

std::string fetch_changes(const ApplianceRunner &runner) {
    RunnerReport report = call_runner(runner, "changes");
    check_report(report);
    const std::uint64_t size = report.number("size");
    if (size > k_most_bytes)
        throw Error(ErrorKind::failed, "too much of the guest changed at once to be told");
    std::string bytes = report.bytes("piece");
    while (bytes.size() < size) {
        report = call_runner(runner, fmt::format("piece {}", bytes.size()));
        const std::string piece = report.bytes("piece");
        if (piece.empty())
            throw nonsense();
        bytes += piece;
    }
    return bytes;
}

} // namespace

void mark_in_appliance(const ApplianceRunner &runner, const std::vector<std::string> &named) {
    check_interrupt();
    const Watchdog::Watch watch(runner.watchdog, k_look_limit);
    upload_to_runner(runner.handle, pack(named), k_named_path, 0600);
    const RunnerReport report = call_runner(runner, fmt::format("mark {}", k_named_path));
    check_report(report);
    if (!report.has("done"))
        throw nonsense();
}

std::vector<std::string> unchangeable_in_appliance(const ApplianceRunner &runner,
                                                   const std::vector<std::string> &paths) {
    check_interrupt();
    const Watchdog::Watch watch(runner.watchdog, k_look_limit);
    upload_to_runner(runner.handle, pack(paths), k_named_path, 0600);
    const std::string marks =
        call_runner(runner, fmt::format("unchangeable {}", k_named_path)).text("unchangeable");
    if (marks.size() != paths.size())
        throw nonsense();
    std::vector<std::string> found;
    for (std::size_t at = 0; at < paths.size(); ++at)
        if (marks[at] == '1')
            found.push_back(paths[at]);
    return found;
}

std::vector<SeenChange> changes_in_appliance(const ApplianceRunner &runner) {
    check_interrupt();
    const Watchdog::Watch watch(runner.watchdog, k_look_limit);
    std::optional<std::vector<SeenChange>> changes = unpack_changes(fetch_changes(runner));
    if (!changes || !is_sound(*changes))
        throw nonsense();
    return std::move(*changes);
}

} // namespace retouch
