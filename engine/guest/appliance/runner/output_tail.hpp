#pragma once
// StreamTail: counts what comes out of a pipe and keeps its end. Part of the runner.

#include <array>
#include <cstdint>
#include <string>
#include <unistd.h>

namespace retouch::guest {

class StreamTail {
  public:
    /// Takes over `fd`.
    StreamTail(int fd, std::size_t bound) : fd_(fd), bound_(bound) {}

    [[nodiscard]] int fd() const { return fd_; }

    [[nodiscard]] std::uint64_t total() const { return total_; }

    /// At most `bound` bytes.
    [[nodiscard]] std::string text() const {
        return kept_.size() > bound_ ? kept_.substr(kept_.size() - bound_) : kept_;
    }

    /// Reads once; closes at the end. Requires: readable.
    void take() {
        std::array<char, 65536> buffer; // filled before it is read
        const ssize_t got = read(fd_, buffer.data(), buffer.size());
        if (got <= 0) {
            close(fd_);
            fd_ = -1;
            return;
        }
        total_ += static_cast<std::uint64_t>(got);
        kept_.append(buffer.data(), static_cast<std::size_t>(got));
        if (kept_.size() > 4 * bound_)
            kept_.erase(0, kept_.size() - bound_);
    }

  private:
    int fd_;
    std::size_t bound_;
    std::uint64_t total_ = 0;
    std::string kept_;
};

} // namespace retouch::guest
