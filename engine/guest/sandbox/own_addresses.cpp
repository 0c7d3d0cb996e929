// One dump of the routing tables of the kernel, read message by message.

#include "guest/sandbox/own_addresses.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::uint32_t k_loopback_net = 127;

struct Question {
    nlmsghdr header;
    rtmsg body;
};

bool ask_for_routes(int socket_fd) {
    Question question{};
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = RTM_GETROUTE;
    question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.body.rtm_family = AF_INET;
    return send(socket_fd, &question, sizeof question, 0) == static_cast<ssize_t>(sizeof question);
}

void add_local(const nlmsghdr *message, std::vector<AddressRange> &found) {
    rtmsg body{};
    const char *begin = static_cast<const char *>(static_cast<const void *>(message));
    const char *end = begin + message->nlmsg_len;
    if (message->nlmsg_len < NLMSG_SPACE(sizeof body))
        return;
    std::memcpy(&body, begin + NLMSG_HDRLEN, sizeof body);
    if (body.rtm_type != RTN_LOCAL)
        return;
    const char *at = begin + NLMSG_SPACE(sizeof body);
    while (at + sizeof(rtattr) <= end) {
        rtattr attribute{};
        std::memcpy(&attribute, at, sizeof attribute);
        if (attribute.rta_len < sizeof attribute || at + attribute.rta_len > end)
            return;
        AddressRange range{0, body.rtm_dst_len};
        if (attribute.rta_type == RTA_DST && attribute.rta_len >= RTA_LENGTH(4)) {
            std::memcpy(&range.address, at + RTA_LENGTH(0), sizeof range.address);
            if (ntohl(range.address) >> 24 != k_loopback_net)
                found.push_back(range);
        }
        at += RTA_ALIGN(attribute.rta_len);
    }
}

/// What one datagram tells; true when it was the last, false with errno 0 when more follow.
bool take_answer(const char *bytes, std::size_t size, std::vector<AddressRange> &found) {
    errno = 0;
    std::size_t at = 0;
    while (size - at >= sizeof(nlmsghdr)) {
        const void *place = bytes + at;
        const auto *message = static_cast<const nlmsghdr *>(place);
        if (message->nlmsg_type == NLMSG_DONE)
            return true;
        if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_len < sizeof(nlmsghdr) ||
            message->nlmsg_len > size - at) {
            errno = EPROTO;
            return false;
        }
        if (message->nlmsg_type == RTM_NEWROUTE)
            add_local(message, found);
        at += std::min<std::size_t>(NLMSG_ALIGN(message->nlmsg_len), size - at);
    }
    return false;
}

bool take_answers(int socket_fd, std::vector<AddressRange> &found) {
    constexpr std::size_t k_longest = 65536;
    alignas(nlmsghdr) static thread_local std::array<char, k_longest> answer;
    for (;;) {
        const ssize_t got = recv(socket_fd, answer.data(), answer.size(), 0);
        if (got <= 0)
            return false;
        if (take_answer(answer.data(), static_cast<std::size_t>(got), found))
            return true;
        if (errno != 0)
            return false;
    }
}

} // namespace

std::string range_text(const AddressRange &range) {
    std::array<char, INET_ADDRSTRLEN> text{};
    inet_ntop(AF_INET, &range.address, text.data(), text.size());
    return text.data() + ("/" + std::to_string(range.bits));
}

AddressRange range_of(const std::string &text) {
    AddressRange range;
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (slash < text.size())
        range.bits = static_cast<unsigned char>(std::atoi(text.c_str() + slash + 1));
    inet_pton(AF_INET, text.substr(0, slash).c_str(), &range.address);
    return range;
}

std::optional<std::vector<AddressRange>> own_addresses() {
    std::vector<AddressRange> found;
    const int socket_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (socket_fd < 0)
        return std::nullopt;
    const bool whole = ask_for_routes(socket_fd) && take_answers(socket_fd, found);
    const int code = errno;
    close(socket_fd);
    errno = code;
    return whole ? std::optional(std::move(found)) : std::nullopt;
}

} // namespace retouch::guest
