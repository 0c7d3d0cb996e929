// OutputPipe: a non-blocking pipe with a bounded memory.
// The tail is cut only when it has grown to twice its bound, so each byte is moved at most once
// more. It knows nothing of processes.

#include "base/output_pipe.hpp"

#include "base/shortage.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace retouch::base {

UniqueFd above_standard_streams(UniqueFd fd) {
    constexpr int k_first_free = 3;
    if (fd.get() >= k_first_free)
        return fd;
    const int copy = fcntl(fd.get(), F_DUPFD_CLOEXEC, k_first_free);
    if (copy < 0)
        throw shortage_error("duplicate a descriptor", errno);
    return UniqueFd(copy);
}

Pipe::Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw shortage_error("create a pipe", errno);
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    read_end = above_standard_streams(std::move(read_end));
    write_end = above_standard_streams(std::move(write_end));
}

OutputPipe::OutputPipe(std::size_t bound) : bound_(bound) {
    // Only our end: the child's programs expect a pipe that blocks.
    if (fcntl(pipe_.read_end.get(), F_SETFL, O_NONBLOCK) != 0)
        throw system_error("set up", "a pipe", errno);
}

void OutputPipe::drain() {
    constexpr int k_turns = 4;
    std::array<char, std::size_t{64} * 1024> buffer;
    for (int turn = 0; turn < k_turns && pipe_.read_end; ++turn) {
        const ssize_t got = read(pipe_.read_end.get(), buffer.data(), buffer.size());
        if (got > 0)
            keep({buffer.data(), static_cast<std::size_t>(got)});
        else if (got == 0 || (errno != EINTR && errno != EAGAIN))
            pipe_.read_end.reset();
        else if (errno == EAGAIN)
            return;
    }
}

void OutputPipe::keep(std::string_view bytes) {
    total_ += bytes.size();
    bytes.remove_prefix(bytes.size() - std::min(bytes.size(), bound_));
    tail_ += bytes;
    if (tail_.size() / 2 >= bound_)
        tail_.erase(0, tail_.size() - bound_);
}

std::string OutputPipe::take() {
    pipe_.read_end.reset();
    if (tail_.size() > bound_)
        tail_.erase(0, tail_.size() - bound_);
    return std::move(tail_);
}

} // namespace retouch::base
