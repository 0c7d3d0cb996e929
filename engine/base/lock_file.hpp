#pragma once
// LockFile: an exclusive advisory lock (flock) on a file, held as long as the object lives. The
// kernel drops it when its holder dies, so a lock that can be taken proves that nobody is there.

#include "base/file.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace retouch::base {

class LockFile {
  public:
    /// Takes the lock without waiting, creating the file when absent; nullopt when it is held.
    /// Throws Error when the file cannot be opened.
    [[nodiscard]] static std::optional<LockFile> try_take(const std::filesystem::path &path);

    /// Replaces the file's contents, for others to read who holds it. Throws Error.
    void write(std::string_view text);

    [[nodiscard]] int fd() const { return fd_.get(); }

  private:
    LockFile(UniqueFd fd, std::filesystem::path path)
        : fd_(std::move(fd)), path_(std::move(path)) {}

    UniqueFd fd_;
    std::filesystem::path path_;
};

} // namespace retouch::base
