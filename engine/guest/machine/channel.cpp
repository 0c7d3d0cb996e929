// Four bytes that say how many follow, least significant first, then those.

#include "guest/machine/channel.hpp"

#include "base/waiting.hpp"

#include <algorithm>
#include <array>
#include <poll.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_head = 4;
constexpr std::size_t k_at_a_time = std::size_t{256} << 10;
constexpr const char *k_path = "the line to the machine";

Error line_error(const char *what) {
    return {ErrorKind::failed, what,
            "see what ended it ('dmesg' tells when memory ran out), and run again"};
}

} // namespace

void Channel::send(std::string_view message) {
    if (message.size() > k_largest_message)
        throw Error(ErrorKind::internal, "a message to the machine is too large");
    std::array<char, k_head> head{};
    for (std::size_t at = 0; at < k_head; ++at)
        head[at] = static_cast<char>(message.size() >> (8 * at) & 0xff);
    base::write_all(line_.get(), {head.data(), head.size()}, k_path);
    base::write_all(line_.get(), message, k_path);
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
        if (!base::wait_for_events(line_.get(), POLLIN, left))
            return false;
        const std::size_t got =
            base::read_some(line_.get(), std::span(bytes).subspan(have), k_path);
        if (got == 0)
            throw line_error("the machine ended");
        have += got;
    }
    return true;
}

} // namespace retouch::guest
