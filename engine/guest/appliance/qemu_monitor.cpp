// QMP: a line of JSON each way. Answers are bounded in time and size.

#include "guest/appliance/qemu_monitor.hpp"

#include "base/text.hpp"
#include "base/unix_socket.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>

namespace retouch::guest {

namespace {

constexpr std::chrono::milliseconds k_patience{30'000};
constexpr std::size_t k_longest_line = std::size_t{1} << 20;

Error failure(std::string_view why) {
    return {ErrorKind::failed, fmt::format("cannot talk to qemu: {}", why)};
}

Error failure(int code) {
    if (code == EPIPE || code == ECONNRESET)
        return failure("it has ended");
    return failure(std::generic_category().message(code));
}

base::UniqueFd connected(const std::filesystem::path &path) {
    base::UniqueFd fd = base::connected_if_served(path, SOCK_STREAM);
    if (!fd)
        throw failure(errno);
    return fd;
}

Json member(const Json &object, const char *name) {
    return object.is_object() && object.contains(name) ? object.at(name) : Json();
}

} // namespace

QemuMonitor::QemuMonitor(const std::filesystem::path &socket) : QemuMonitor(connected(socket)) {}

QemuMonitor::QemuMonitor(base::UniqueFd connection) : socket_(std::move(connection)) {
    execute("qmp_capabilities");
}

std::string QemuMonitor::next_line() {
    std::size_t end = 0;
    while ((end = received_.find('\n')) == std::string::npos) {
        if (received_.size() > k_longest_line)
            throw failure("its answer has no end");
        pollfd wanted{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        if (poll(&wanted, 1, static_cast<int>(k_patience.count())) == 0)
            throw failure(ETIMEDOUT);
        std::array<char, 4096> buffer; // filled before it is read
        const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got == 0)
            throw failure("it has ended");
        if (got > 0)
            received_.append(buffer.data(), static_cast<std::size_t>(got));
        else if (errno != EAGAIN && errno != EINTR)
            throw failure(errno);
    }
    std::string line = received_.substr(0, end);
    received_.erase(0, end + 1);
    return line;
}

void QemuMonitor::send(const std::string &line, int descriptor) {
    iovec bytes{const_cast<char *>(line.data()), line.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptor)> room{};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
        message.msg_control = room.data();
        message.msg_controllen = room.size();
        cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof descriptor);
        std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    if (sendmsg(socket_.get(), &message, MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
        throw failure(errno);
}

Json QemuMonitor::execute(std::string_view command, const Json &arguments, int descriptor) {
    Json request = {{"execute", command}};
    if (!arguments.is_null())
        request["arguments"] = arguments;
    send(request.dump() + "\n", descriptor);
    for (;;) {
        // Greetings and events come in between.
        const Json answer = Json::parse(next_line(), nullptr, false);
        if (!answer.is_object())
            throw failure("its answer is not JSON");
        if (answer.contains("error"))
            throw failure(base::escape(answer.dump(-1, ' ', true, Json::error_handler_t::replace)));
        if (const auto found = answer.find("return"); found != answer.end())
            return *found;
    }
}

std::uint64_t QemuMonitor::bytes_written(std::string_view drive) {
    return statistic(drive, "wr_bytes");
}

std::uint64_t QemuMonitor::failed_writes(std::string_view drive) {
    return statistic(drive, "failed_wr_operations") + statistic(drive, "failed_flush_operations");
}

std::uint64_t QemuMonitor::statistic(std::string_view drive, const char *name) {
    const Json answer = execute("query-blockstats");
    for (const Json &one : answer.is_array() ? answer : Json::array()) {
        const Json number = member(member(one, "stats"), name);
        const bool is_it = member(one, "device") == drive || member(one, "node-name") == drive;
        if (is_it && number.is_number_unsigned())
            return number.get<std::uint64_t>();
    }
    throw failure(fmt::format("it knows no drive '{}'", drive));
}

} // namespace retouch::guest
