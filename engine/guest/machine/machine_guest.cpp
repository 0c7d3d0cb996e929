// Each question is one message, and so is its answer; only the bytes of files go in pieces.

#include "guest/machine/machine_guest.hpp"

#include "base/run_directory.hpp"
#include "guest/appliance/forbidden_ranges.hpp"
#include "guest/appliance/kvm.hpp"
#include "guest/command.hpp"
#include "guest/file_pieces.hpp"
#include "guest/machine/machine_start.hpp"

#include <algorithm>
#include <iterator>
#include <span>

namespace retouch::guest {

namespace {

/// A command ends at its own limit; what comes on top is for its end and for a slow machine.
constexpr std::chrono::seconds k_command_grace{120};

constexpr std::size_t k_looks_at_a_time = 10'000;

} // namespace

MachineGuest::MachineGuest(const Disk &disk, const GuestOptions &options, EventSink &events)
    : directory_(options.run_directory, "guest-"),
      read_only_(disk.read_only),
      export_(std::make_unique<store::DiskExport>(
          disk, store::DiskExport::Protocol::nbd, directory_.path(), store::DiskExport::Launcher(),
          // The kernel replays journals, as it will at boot, for who only looks, too.
          disk.read_only ? store::DiskExport::Writes::thrown_away
                         : store::DiskExport::Writes::as_disk)),
      server_(export_->hold()) {
    attended(*this, [&] {
        MachineMeans means{export_->path()};
        std::optional<std::vector<std::string>> forbidden;
        if (options.network) {
            means.network = network_.emplace(export_->path().parent_path()).frames();
            forbidden = forbidden_ranges();
        }
        machine_ = with_kvm_if_it_works(
            [&](bool kvm) { return start_machine(machine_kind(kvm), means, directory_.path()); },
            [&] { events.on(runs_emulated()); });
        std::vector<int> lifelines = {server_.fd()};
        if (network_)
            lifelines.push_back(network_->ended());
        machine_->channel().end_with(std::move(lifelines));
        machine_->channel().send(
            machine_request(MachineCall::open, read_only_, options.limits, forbidden));
        facts_ = read_result<Facts>(
            await_answer(machine_->channel(), k_usual_limit, [&events](const std::string &text) {
                events.on({EventKind::notice, "", text, Json::object()});
            }));
    });
}

std::optional<FileInfo> MachineGuest::lstat(const std::string &path) const {
    return ask<std::optional<FileInfo>>(MachineCall::lstat, path);
}

std::string MachineGuest::read(const std::string &path, std::size_t max_bytes) const {
    return ask<std::string>(MachineCall::read, path, max_bytes);
}

std::string MachineGuest::sha256(const std::string &path) const {
    return ask<std::string>(MachineCall::sha256, path);
}

std::string MachineGuest::read_link(const std::string &path) const {
    return ask<std::string>(MachineCall::read_link, path);
}

std::vector<DirectoryEntry> MachineGuest::list(const std::string &path) const {
    return ask<std::vector<DirectoryEntry>>(MachineCall::list, path);
}

std::vector<std::optional<SeenEntry>>
MachineGuest::look_at(const std::vector<LookWish> &wishes) const {
    std::vector<std::optional<SeenEntry>> all;
    for (std::size_t at = 0; at < wishes.size(); at += k_looks_at_a_time) {
        const std::span part =
            std::span(wishes).subspan(at, std::min(k_looks_at_a_time, wishes.size() - at));
        auto seen = ask<std::vector<std::optional<SeenEntry>>>(
            MachineCall::look_at, std::vector<LookWish>(part.begin(), part.end()));
        if (seen.size() != part.size())
            refuse_wire();
        std::ranges::move(seen, std::back_inserter(all));
    }
    return all;
}

std::vector<std::string> MachineGuest::unchangeable(const std::vector<std::string> &paths) const {
    if (paths.empty())
        return {};
    return ask<std::vector<std::string>>(MachineCall::unchangeable, paths);
}

std::optional<std::string> MachineGuest::label(const std::string &path) const {
    return ask<std::optional<std::string>>(MachineCall::label, path);
}

CommandResult MachineGuest::run_command(MachineCall call, const GuestCommand &command) const {
    check_command(facts_, command);
    machine_->channel().send(machine_request(call, with_own_proxies(command)));
    return read_result<CommandResult>(
        await_answer(machine_->channel(), command.time_limit + k_command_grace));
}

CommandResult MachineGuest::probe(const GuestCommand &command) const {
    return run_command(MachineCall::probe, command);
}

CommandResult MachineGuest::run(const GuestCommand &command) {
    return run_command(MachineCall::run, command);
}

void MachineGuest::write(const std::string &path, const FileSource &source, std::uint32_t mode,
                         std::uint32_t uid, std::uint32_t gid) {
    if (const std::optional<std::string> text = as_one_piece(source))
        ask<void>(MachineCall::write_text, path, *text, mode, uid, gid);
    else
        write_in_pieces(path, source, mode, uid, gid);
}

void MachineGuest::write_in_pieces(const std::string &path, const FileSource &source,
                                   std::uint32_t mode, std::uint32_t uid, std::uint32_t gid) {
    Channel &channel = machine_->channel();
    channel.send(machine_request(MachineCall::write, path, mode, uid, gid));
    std::uint64_t size = 0;
    try {
        size = for_each_piece(source, [&](std::uint64_t offset, std::string_view bytes) {
            channel.send(machine_request(MachineCall::piece, offset, bytes));
        });
    } catch (const Error &) {
        // The machine waits for more, and must not take what there is for the whole.
        channel.send(machine_request(MachineCall::pieces_end, false, size));
        try {
            read_result<void>(await_answer(channel, k_usual_limit));
        } catch (const Error &) {
            // That it did not write is what was asked for.
        }
        throw;
    }
    channel.send(machine_request(MachineCall::pieces_end, true, size));
    read_result<void>(await_answer(channel, k_usual_limit));
}

void MachineGuest::make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                  std::uint32_t gid) {
    ask<void>(MachineCall::make_directory, path, mode, uid, gid);
}

void MachineGuest::make_link(const std::string &target, const std::string &path) {
    ask<void>(MachineCall::make_link, target, path);
}

void MachineGuest::set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                  std::uint32_t gid) {
    ask<void>(MachineCall::set_attributes, path, mode, uid, gid);
}

void MachineGuest::remove(const std::string &path) {
    ask<void>(MachineCall::remove, path);
}

void MachineGuest::mark(const std::vector<std::string> &keep) {
    ask<void>(MachineCall::mark, keep);
}

std::vector<EntryChange> MachineGuest::changes() {
    return ask<std::vector<EntryChange>>(MachineCall::changes);
}

void MachineGuest::require_all_told() {
    ask<void>(MachineCall::require_all_told);
}

std::vector<UnlabelledEntry> MachineGuest::unlabelled() const {
    return ask<std::vector<UnlabelledEntry>>(MachineCall::unlabelled);
}

std::vector<LabelledEntry> MachineGuest::labels() const {
    return ask<std::vector<LabelledEntry>>(MachineCall::labels);
}

std::vector<FailedLabel> MachineGuest::set_labels(const std::vector<PathLabel> &labels) {
    return ask<std::vector<FailedLabel>>(MachineCall::set_labels, labels);
}

void MachineGuest::trim() {
    ask<void>(MachineCall::trim);
}

void MachineGuest::finish() {
    ask<void>(MachineCall::finish);
    bytes_written_ = bytes_written();
    machine_.reset();
    network_.reset();
    export_->finish();
}

std::uint64_t MachineGuest::bytes_written() const {
    // What a disk opened for reading seems to take is kept elsewhere and thrown away.
    if (read_only_ || !machine_)
        return bytes_written_;
    return machine_->monitor().bytes_written(k_machine_disk_node);
}

void MachineGuest::require_helpers() const {
    export_->require_served();
    if (machine_)
        machine_->require_running();
    if (network_)
        network_->require_running();
}

/// The machine is made there, and what is written to a disk that is only looked at is kept there.
void MachineGuest::require_room() const {
    if (read_only_ || !machine_)
        retouch::base::require_room(directory_.path());
}

} // namespace retouch::guest
