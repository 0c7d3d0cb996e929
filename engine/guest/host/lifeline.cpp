// A pair of sockets: a pipe would tell only one of the two.

#include "guest/host/lifeline.hpp"

#include "base/shortage.hpp"
#include "base/waiting.hpp"

#include <array>
#include <cerrno>
#include <sys/socket.h>

namespace retouch::guest {

namespace {

constexpr std::chrono::seconds k_patience{5};

} // namespace

Lifeline::Lifeline() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw base::shortage_error("create a pair of sockets", errno);
    near_.reset(ends[0]);
    far_.reset(ends[1]);
}

Lifeline::~Lifeline() {
    give_away();
    static_cast<void>(base::ready_within(near_.get(), 0, k_patience));
}

} // namespace retouch::guest
