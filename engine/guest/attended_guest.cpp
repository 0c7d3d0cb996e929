#include "guest/attended_guest.hpp"

namespace retouch::guest {

namespace {

/// A command takes what its disk does for faults of its own, and may even end well.
CommandResult attended_command(const ServedGuest &guest, const CommandResult &result) {
    guest.require_helpers();
    return result;
}

} // namespace

std::optional<FileInfo> AttendedGuest::lstat(const std::string &path) const {
    if (const SeenEntry *seen = known_.find(path))
        return seen->info;
    const std::optional<FileInfo> info = attended(*guest_, [&] { return guest_->lstat(path); });
    known_.saw(path, {info, {}});
    return info;
}

std::string AttendedGuest::read(const std::string &path, std::size_t max_bytes) const {
    return attended(*guest_, [&] { return guest_->read(path, max_bytes); });
}

std::string AttendedGuest::sha256(const std::string &path) const {
    if (const SeenEntry *seen = known_.find(path); seen != nullptr && !seen->sha256.empty())
        return seen->sha256;
    return attended(*guest_, [&] { return guest_->sha256(path); });
}

std::string AttendedGuest::read_link(const std::string &path) const {
    return attended(*guest_, [&] { return guest_->read_link(path); });
}

std::vector<DirectoryEntry> AttendedGuest::list(const std::string &path) const {
    return attended(*guest_, [&] { return guest_->list(path); });
}

void AttendedGuest::look_ahead(const std::vector<LookWish> &wishes) const {
    const std::vector<LookWish> all = with_directories_above(wishes);
    const auto seen = attended(*guest_, [&] { return guest_->look_at(all); });
    for (std::size_t number = 0; number < seen.size(); ++number)
        if (seen[number])
            known_.saw(all[number].path, *seen[number]);
}

std::vector<std::string> AttendedGuest::unchangeable(const std::vector<std::string> &paths) const {
    return attended(*guest_, [&] { return guest_->unchangeable(paths); });
}

std::optional<std::string> AttendedGuest::label(const std::string &path) const {
    return attended(*guest_, [&] { return guest_->label(path); });
}

CommandResult AttendedGuest::probe(const GuestCommand &command) const {
    return attended(*guest_, [&] { return attended_command(*guest_, guest_->probe(command)); });
}

void AttendedGuest::write(const std::string &path, const FileSource &source, std::uint32_t mode,
                          std::uint32_t uid, std::uint32_t gid) {
    changing(path, [&] { guest_->write(path, source, mode, uid, gid); });
}

void AttendedGuest::make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                   std::uint32_t gid) {
    changing(path, [&] { guest_->make_directory(path, mode, uid, gid); });
}

void AttendedGuest::make_link(const std::string &target, const std::string &path) {
    changing(path, [&] { guest_->make_link(target, path); });
}

void AttendedGuest::set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                   std::uint32_t gid) {
    known_.forget_followed(path);
    attended(*guest_, [&] { guest_->set_attributes(path, mode, uid, gid); });
}

void AttendedGuest::remove(const std::string &path) {
    changing(path, [&] { guest_->remove(path); });
}

CommandResult AttendedGuest::run(const GuestCommand &command) {
    known_.forget_all();
    return attended(*guest_, [&] { return attended_command(*guest_, guest_->run(command)); });
}

void AttendedGuest::mark(const std::vector<std::string> &keep) {
    attended(*guest_, [&] { guest_->mark(keep); });
}

std::vector<EntryChange> AttendedGuest::changes() {
    return attended(*guest_, [&] { return guest_->changes(); });
}

void AttendedGuest::require_all_told() {
    attended(*guest_, [&] { guest_->require_all_told(); });
}

std::vector<UnlabelledEntry> AttendedGuest::unlabelled() const {
    return attended(*guest_, [&] { return guest_->unlabelled(); });
}

std::vector<LabelledEntry> AttendedGuest::labels() const {
    return attended(*guest_, [&] { return guest_->labels(); });
}

std::vector<FailedLabel> AttendedGuest::set_labels(const std::vector<PathLabel> &labels) {
    return attended(*guest_, [&] { return guest_->set_labels(labels); });
}

void AttendedGuest::trim() {
    attended(*guest_, [&] { guest_->trim(); });
}

void AttendedGuest::finish() {
    attended(*guest_, [&] { guest_->finish(); });
}

std::uint64_t AttendedGuest::bytes_written() const {
    return attended(*guest_, [&] { return guest_->bytes_written(); });
}

} // namespace retouch::guest
