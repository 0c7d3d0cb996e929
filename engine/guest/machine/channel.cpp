// Four bytes that say how many follow, least significant first, then those.

#include "guest/machine/channel.hpp"

#include "base/waiting.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_head = 4;
constexpr std::size_t k_at_a_time = std::size_t{256} << 10;

Error line_error(const char *what) {
    return {ErrorKind::failed, what,
            "see what ended it ('dmesg' tells when memory ran out), and run again"};
}

} // namespace

Channel::Channel(base::UniqueFd line) : line_(std::move(line)) {
    fcntl(line_.get(), F_SETFL, fcntl(line_.get(), F_GETFL) | O_NONBLOCK);
}

/// False when the time ran out.
bool Channel::wait_for(short events, std::optional<std::chrono::milliseconds> limit) {
    if (base::wait_for_events_unless(line_.get(), events, lifelines_, limit))
        return true;
    if (std::ranges::any_of(lifelines_, [](int lifeline) {
            return base::ready_within(lifeline, POLLIN, std::chrono::milliseconds(0));
        }))
        throw line_error("what the guest's machine needs has ended");
    return false;
}

void Channel::fail_at_end() {
    ended_ = true;
    throw line_error("the guest's machine has ended");
}

void Channel::send(std::string_view message) {
    if (message.size() > k_largest_message)
        throw Error(ErrorKind::internal, "a message to the machine is too large");
    std::string bytes(k_head, '\0');
    for (std::size_t at = 0; at < k_head; ++at)
        bytes[at] = static_cast<char>(message.size() >> (8 * at) & 0xff);
    bytes += message;
    for (std::string_view left = bytes; !left.empty();) {
        static_cast<void>(wait_for(POLLOUT, std::nullopt));
        ssize_t put = ::send(line_.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (put < 0 && errno == ENOTSOCK) // in the machine it is a device
            put = ::write(line_.get(), left.data(), left.size());
        if (put < 0 && errno != EAGAIN && errno != EINTR)
            fail_at_end();
        left.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(put, 0)));
    }
}

std::optional<std::string> Channel::receive(std::optional<std::chrono::milliseconds> limit) {
    std::optional<std::chrono::steady_clock::time_point> end;
    if (limit)
        end = std::chrono::steady_clock::now() + *limit;
    std::string head(k_head, '\0');
    if (!fill(head, end))
        return std::nullopt;
    std::size_t left = 0;
    for (std::size_t at = 0; at < k_head; ++at)
        left |= static_cast<std::size_t>(static_cast<unsigned char>(head[at])) << (8 * at);
    if (left > k_largest_message)
        throw line_error("the machine began a message that is too large");
    // Room is made for what has come, not for what is said to come.
    std::string message;
    while (left > 0) {
        std::string piece(std::min(left, k_at_a_time), '\0');
        if (!fill(piece, end))
            return std::nullopt;
        message += piece;
        left -= piece.size();
    }
    return message;
}

/// False when the time ran out.
bool Channel::fill(std::string &bytes,
                   const std::optional<std::chrono::steady_clock::time_point> &end) {
    for (std::size_t have = 0; have < bytes.size();) {
        std::optional<std::chrono::milliseconds> left;
        if (end)
            left = std::max(std::chrono::milliseconds(0),
                            std::chrono::duration_cast<std::chrono::milliseconds>(
                                *end - std::chrono::steady_clock::now()));
        if (!wait_for(POLLIN, left))
            return false;
        const ssize_t got = ::read(line_.get(), bytes.data() + have, bytes.size() - have);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            fail_at_end();
        have += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    }
    return true;
}

} // namespace retouch::guest
