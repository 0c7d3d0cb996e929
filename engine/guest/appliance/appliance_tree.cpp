// What differs comes in pieces that fit messages of libguestfs. All of it is untrusted.

#include "guest/appliance/appliance_tree.hpp"

#include "base/interrupt.hpp"
#include "base/path.hpp"
#include "guest/effects/entry_changes.hpp"
#include "guest/refusals.hpp"
#include "guest/tree/packing.hpp"

#include <charconv>
#include <fmt/format.h>
#include <utility>

namespace retouch::guest {

namespace {

constexpr const char *k_named_path = "/dev/shm/retouch-named";
constexpr std::string_view k_types = "-dlcbps"; // as `ls -l` has them
constexpr const char *k_labels_path = "/dev/shm/retouch-labels";
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

/// What the runner has to say about `task`, in pieces.
std::string fetch(const ApplianceRunner &runner, const std::string &task) {
    RunnerReport report = call_runner(runner, task);
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

/// A word and a path, again and again.
std::vector<std::pair<std::string, std::string>> pairs_of(const std::string &bytes) {
    std::optional<std::vector<std::string>> words = unpack_words(bytes);
    if (!words || words->size() % 2 != 0)
        throw nonsense();
    std::vector<std::pair<std::string, std::string>> pairs;
    for (std::size_t at = 0; at < words->size(); at += 2) {
        if (!base::is_normal_absolute((*words)[at + 1]))
            throw nonsense();
        pairs.emplace_back(std::move((*words)[at]), std::move((*words)[at + 1]));
    }
    return pairs;
}

} // namespace

void mark_in_appliance(const ApplianceRunner &runner, const std::vector<std::string> &named) {
    base::check_interrupt();
    const Watchdog::Watch watch(runner.watchdog, k_look_limit);
    upload_to_runner(runner.handle, pack(named), k_named_path, 0600);
    const RunnerReport report = call_runner(runner, fmt::format("mark {}", k_named_path));
    check_report(report);
    if (!report.has("done"))
        throw nonsense();
}

std::vector<std::string> unchangeable_in_appliance(const ApplianceRunner &runner,
                                                   const std::vector<std::string> &paths) {
    base::check_interrupt();
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
    base::check_interrupt();
    const Watchdog::Watch watch(runner.watchdog, k_look_limit);
    std::optional<std::vector<SeenChange>> changes = unpack_changes(fetch(runner, "changes"));
    if (!changes || !is_sound(*changes))
        throw nonsense();
    return std::move(*changes);
}

std::vector<UnlabelledEntry> unlabelled_in_appliance(const ApplianceRunner &runner) {
    base::check_interrupt();
    const Watchdog::Watch watch(runner.watchdog, k_look_limit);
    std::vector<UnlabelledEntry> found;
    for (const auto &[type, path] : pairs_of(fetch(runner, "unlabelled"))) {
        if (type.size() != 1 || k_types.find(type) == std::string_view::npos)
            throw nonsense();
        found.push_back({path, type.front()});
    }
    return found;
}

std::vector<LabelledEntry> labels_in_appliance(const ApplianceRunner &runner) {
    base::check_interrupt();
    const Watchdog::Watch watch(runner.watchdog, k_look_limit);
    std::vector<LabelledEntry> found;
    for (const auto &[word, path] : pairs_of(fetch(runner, "labels"))) {
        if (word.empty() || k_types.find(word.front()) == std::string_view::npos)
            throw nonsense();
        found.push_back({path, word.front(), word.substr(1)});
    }
    return found;
}

std::vector<FailedLabel> label_in_appliance(const ApplianceRunner &runner,
                                            const std::vector<PathLabel> &labels) {
    base::check_interrupt();
    const Watchdog::Watch watch(runner.watchdog, k_look_limit);
    std::vector<std::string> words;
    for (const PathLabel &label : labels) {
        words.push_back(label.path);
        words.push_back(label.label);
        words.push_back(label.former);
    }
    upload_to_runner(runner.handle, pack(words), k_labels_path, 0600);
    std::vector<FailedLabel> failed;
    for (const auto &[code, path] :
         pairs_of(fetch(runner, fmt::format("label {}", k_labels_path)))) {
        int number = 0;
        std::from_chars(code.data(), code.data() + code.size(), number);
        failed.push_back({path, number});
    }
    return failed;
}

} // namespace retouch::guest
