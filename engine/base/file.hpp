#pragma once
// File: descriptors that close themselves and whole-file reading and writing on this host.
// Every failure is an Error that names the path and the reason.

#include "retouch/error.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace retouch::base {

class UniqueFd {
  public:
    UniqueFd() = default;

    explicit UniqueFd(int fd) : fd_(fd) {}

    ~UniqueFd() { reset(); }

    UniqueFd(UniqueFd &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    UniqueFd &operator=(UniqueFd &&other) noexcept {
        if (this != &other)
            reset(std::exchange(other.fd_, -1));
        return *this;
    }

    UniqueFd(const UniqueFd &) = delete;
    UniqueFd &operator=(const UniqueFd &) = delete;

    [[nodiscard]] int get() const { return fd_; }

    explicit operator bool() const { return fd_ >= 0; }

    void reset(int fd = -1);

  private:
    int fd_ = -1;
};

/// An Error about a failed system call: "cannot WHAT PATH: REASON", with errno `code`. A full disk
/// (ENOSPC, EDQUOT), a read-only filesystem and missing permission bring their own hint.
[[nodiscard]] Error system_error(std::string_view what, const std::filesystem::path &path,
                                 int code);

/// Opens with O_CLOEXEC. Throws Error.
[[nodiscard]] UniqueFd open_file(const std::filesystem::path &path, int flags, int mode = 0666);

/// Opens a regular file for reading; following links, never waiting. Throws Error: invalid for
/// other file types.
[[nodiscard]] UniqueFd open_regular_file(const std::filesystem::path &path);

/// Reads up to `buffer.size()` bytes; 0 at the end. `path` is for the error text. Throws Error.
[[nodiscard]] std::size_t read_some(int fd, std::span<char> buffer,
                                    const std::filesystem::path &path);

/// Contents of a regular file of at most `max_bytes`. Throws Error, also for other file types.
[[nodiscard]] std::string read_file(const std::filesystem::path &path, std::size_t max_bytes);

/// All that standard input gives, at most `max_bytes`. Throws Error.
[[nodiscard]] std::string read_standard_input(std::size_t max_bytes);

/// At most `most` bytes of what can be read; nothing of what cannot, as of files of /proc whose
/// process ends meanwhile. Throws nothing but bad_alloc.
[[nodiscard]] std::string read_if_there(const std::filesystem::path &path, std::size_t most);

/// Writes all of `bytes` to `fd`; `path` is for the error text. Throws Error.
void write_all(int fd, std::string_view bytes, const std::filesystem::path &path);

/// Writes a temporary file beside `path`, makes it durable and renames it. Throws Error.
void write_file_atomically(const std::filesystem::path &path, std::string_view bytes,
                           int mode = 0644);

/// As above, with what `write` writes into the descriptor it is given; nothing stays when it
/// throws.
void write_file_atomically(const std::filesystem::path &path,
                           const std::function<void(int fd)> &write, int mode = 0644);

/// fsync of a directory, so that a rename in it survives a crash. Throws Error.
void sync_directory(const std::filesystem::path &path);

/// A directory with a random name under `parent`, mode 0700, removed with its contents, except what
/// is mounted inside.
class TemporaryDirectory {
  public:
    explicit TemporaryDirectory(const std::filesystem::path &parent, std::string_view prefix);
    ~TemporaryDirectory();

    TemporaryDirectory(TemporaryDirectory &&other) noexcept
        : path_(std::exchange(other.path_, {})) {}

    TemporaryDirectory &operator=(TemporaryDirectory &&) = delete;
    TemporaryDirectory(const TemporaryDirectory &) = delete;
    TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;

    [[nodiscard]] const std::filesystem::path &path() const { return path_; }

  private:
    std::filesystem::path path_;
};

} // namespace retouch::base
