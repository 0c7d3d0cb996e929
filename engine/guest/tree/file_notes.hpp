#pragma once
// FileNotes: which files of whole filesystems change, as the kernel notes it by itself (fanotify):
// up to some ten thousand changes, and nothing has to run beside who makes them. Shared with the
// runner in the appliance.

#include <cstdint>
#include <functional>
#include <string>
#include <sys/statfs.h>
#include <vector>

namespace retouch::guest {

class FileNotes {
  public:
    /// One change. Whoever made it may have undone it since.
    struct Note {
        std::string inode;     ///< its key: a filesystem and a handle of a file on it
        std::string directory; ///< By::name: the key of where it is or was
        std::string name;      ///< By::name: by which; empty when the directory itself changed
    };

    /// What is to be told of a change: the inode, or also the name it was changed by.
    enum class By { inode, name };

    /// `events` are FAN_* of fanotify_mark(2).
    FileNotes(By by, std::uint64_t events);
    ~FileNotes();
    FileNotes(const FileNotes &) = delete;
    FileNotes &operator=(const FileNotes &) = delete;

    /// From now on changes on that filesystem are noted. `place` is a directory of it, in a mount
    /// that maps no owners, open for reading as long as this lives. False where the kernel cannot.
    [[nodiscard]] bool watch(int place);

    /// Calls `each` with what was noted since the last call, oldest first, equal ones perhaps
    /// together. False when that is not all.
    [[nodiscard]] bool take(const std::function<void(Note note)> &each) const;

    /// The file that `key` means, open as a path. -1 with errno: ESTALE when it is gone, EPERM for
    /// who may not open files by their handles.
    [[nodiscard]] int open(const std::string &key) const;

  private:
    struct Place {
        int directory;
        fsid_t filesystem;
    };

    int notes_;
    std::uint64_t events_;
    std::vector<Place> places_;
};

} // namespace retouch::guest
