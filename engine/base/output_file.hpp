#pragma once
// OutputFile: a file a user asked the program to write: a saved plan, a report, events. It is
// written where the name leads: links are followed, devices and FIFOs written into, never replaced;
// a regular file is replaced as a whole, and only when it is an earlier output of the same kind.

#include "base/file.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace retouch::base {

/// What an output is, so that an earlier one is told from somebody's file.
struct OutputKind {
    std::string name;                                   ///< with its article: "a saved plan"
    std::function<bool(std::string_view)> is_beginning; ///< true for the first bytes of one
    int mode = 0600;                                    ///< of the file
};

/// A file of this host, whatever it is called.
struct FileId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;

    auto operator<=>(const FileId &) const = default;
};

/// Following links; nullopt when there is nothing.
[[nodiscard]] std::optional<FileId> file_id(const std::filesystem::path &path);

class OutputFile {
  public:
    /// Looks where `path` leads and writes nothing. Throws Error: usage when what is there may not
    /// be replaced.
    OutputFile(std::filesystem::path path, OutputKind kind);

    /// As the user named it.
    [[nodiscard]] const std::filesystem::path &path() const { return path_; }

    /// Where it leads, as an absolute path.
    [[nodiscard]] const std::filesystem::path &target() const { return target_; }

    /// False for devices and pipes, which are written into.
    [[nodiscard]] bool is_replaced() const { return replaced_; }

    /// The file that is there now.
    [[nodiscard]] const std::optional<FileId> &id() const { return id_; }

    /// Makes a file beside the target and takes it away again, or opens what is written into,
    /// waiting for the reader of a FIFO: what would fail after the work fails before. Throws Error.
    void prepare();

    /// Writes the whole of it, durably. Throws Undelivered; Error: interrupted. What `write`
    /// throws of another kind, about what it reads, it throws on.
    void write(std::string_view bytes);
    void write(const std::function<void(int fd)> &write);

    /// Empties it and gives it away, to be written as things happen. Throws Error.
    [[nodiscard]] UniqueFd stream();

  private:
    std::filesystem::path path_;
    OutputKind kind_;
    std::filesystem::path target_;
    std::optional<FileId> id_;
    bool replaced_ = true; ///< else written into
    bool prepared_ = false;
    UniqueFd open_; ///< what is written into, once prepared
};

} // namespace retouch::base
