// The layout of what is read is fanotify(7)'s: a header, then records, each with a handle, and of a
// directory's with the name behind it.

#include "guest/tree/file_notes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sys/fanotify.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

/// Since Linux 5.17.
constexpr unsigned k_by_name = FAN_REPORT_DFID_NAME_TARGET;

/// Adds what a record tells. False when it tells nothing that is known here.
bool add_record(const fanotify_event_info_header *header, FileNotes::Note &note) {
    const auto *info = reinterpret_cast<const fanotify_event_info_fid *>(header);
    const auto *record = reinterpret_cast<const char *>(header);
    const auto *handle = reinterpret_cast<const file_handle *>(info->handle);
    if (header->len < sizeof *info + sizeof *handle)
        return false;
    const std::size_t name = sizeof *info + sizeof *handle + handle->handle_bytes;
    if (name > header->len)
        return false;
    const std::string key(record + sizeof *header, name - sizeof *header);
    if (header->info_type == FAN_EVENT_INFO_TYPE_FID) {
        note.inode = key;
    } else if (header->info_type == FAN_EVENT_INFO_TYPE_DFID_NAME) {
        note.directory = key;
        note.name.assign(record + name, strnlen(record + name, header->len - name));
        if (note.name == ".")
            note.name.clear();
    } else {
        return false;
    }
    return true;
}

/// Nothing when it does not tell of a file.
std::optional<FileNotes::Note> to_note(const fanotify_event_metadata *event) {
    FileNotes::Note note;
    const auto *bytes = reinterpret_cast<const char *>(event);
    for (std::size_t at = event->metadata_len;
         at + sizeof(fanotify_event_info_header) <= event->event_len;) {
        const auto *header = reinterpret_cast<const fanotify_event_info_header *>(bytes + at);
        if (header->len == 0 || at + header->len > event->event_len || !add_record(header, note))
            return std::nullopt;
        at += header->len;
    }
    if (note.inode.empty() && note.directory.empty())
        return std::nullopt;
    return note;
}

} // namespace

FileNotes::FileNotes(By by, std::uint64_t events)
    : notes_(fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK |
                               (by == By::name ? k_by_name : FAN_REPORT_FID),
                           O_RDONLY | O_CLOEXEC)),
      events_(events) {}

FileNotes::~FileNotes() {
    if (notes_ >= 0)
        close(notes_);
}

bool FileNotes::watch(int place) {
    struct statfs status {};

    if (notes_ < 0 || fstatfs(place, &status) != 0 ||
        fanotify_mark(notes_, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, events_, place, ".") != 0)
        return false;
    places_.push_back({place, status.f_fsid});
    return true;
}

bool FileNotes::take(const std::function<void(Note note)> &each) const {
    constexpr std::size_t room = 65536;
    const std::unique_ptr<char[]> buffer(new char[room]);
    bool complete = true;
    for (ssize_t left = 0; (left = read(notes_, buffer.get(), room)) > 0;) {
        const auto *event = reinterpret_cast<const fanotify_event_metadata *>(buffer.get());
        for (; FAN_EVENT_OK(event, left); event = FAN_EVENT_NEXT(event, left)) {
            std::optional<Note> note = to_note(event);
            complete = complete && (event->mask & FAN_Q_OVERFLOW) == 0 && note;
            if (note)
                each(*std::move(note));
        }
    }
    return complete;
}

int FileNotes::open(const std::string &key) const {
    alignas(file_handle) std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> handle{};
    const std::size_t size = std::min(key.size() - sizeof(fsid_t), handle.size());
    std::memcpy(handle.data(), key.data() + sizeof(fsid_t), size);
    for (const Place &place : places_)
        if (std::memcmp(&place.filesystem, key.data(), sizeof(fsid_t)) == 0)
            return open_by_handle_at(place.directory,
                                     reinterpret_cast<file_handle *>(handle.data()),
                                     O_PATH | O_NOFOLLOW | O_CLOEXEC);
    errno = ESTALE;
    return -1;
}

} // namespace retouch::guest
