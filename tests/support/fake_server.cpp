// FakeServer: one thread that polls its connections and answers one request at a time.

#include "support/fake_server.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace retouch::test {

namespace {

struct Listener {
    base::UniqueFd fd;
    int port = 0;
};

Listener listen_anywhere() {
    Listener made;
    made.fd.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    void *raw = &address;
    auto *general = static_cast<sockaddr *>(raw);
    if (bind(made.fd.get(), general, size) != 0 || listen(made.fd.get(), 16) != 0 ||
        getsockname(made.fd.get(), general, &size) != 0)
        throw base::system_error("listen on", "127.0.0.1", errno);
    made.port = ntohs(address.sin_port);
    return made;
}

void read_header(SeenRequest &request, std::string_view line) {
    const auto colon = line.find(':');
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    request.headers[name] = base::trim(line.substr(colon + 1));
}

SeenRequest read_head(const std::string &head) {
    SeenRequest request;
    const std::vector<std::string> lines = base::split_lines(head);
    const auto first = lines.front().find(' ');
    const auto second = lines.front().find(' ', first + 1);
    request.method = lines.front().substr(0, first);
    request.target = lines.front().substr(first + 1, second - first - 1);
    for (std::size_t i = 1; i < lines.size(); ++i)
        read_header(request, lines[i]);
    return request;
}

/// nullopt when the client has closed the connection.
std::optional<SeenRequest> read_request(int fd) {
    std::string bytes;
    std::array<char, 65536> buffer{};
    const auto more = [&] {
        const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
        if (count > 0)
            bytes.append(buffer.data(), static_cast<std::size_t>(count));
        return count > 0;
    };
    while (bytes.find("\r\n\r\n") == std::string::npos)
        if (!more())
            return std::nullopt;
    const auto end = bytes.find("\r\n\r\n");
    SeenRequest request = read_head(bytes.substr(0, end));
    const auto length = request.headers.find("content-length");
    const std::size_t size = length == request.headers.end() ? 0 : std::stoul(length->second);
    while (bytes.size() < end + 4 + size)
        if (!more())
            return std::nullopt;
    request.body = bytes.substr(end + 4, size);
    return request;
}

bool send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

std::string text_of(const Reply &reply) {
    std::string text = fmt::format("HTTP/1.1 {} Fake\r\n", reply.status);
    for (const auto &[name, value] : reply.headers)
        text += fmt::format("{}: {}\r\n", name, value);
    if (reply.status != 204 && !reply.endless)
        text += fmt::format("Content-Length: {}\r\n", reply.body.size() + reply.missing);
    return text + "\r\n" + reply.body;
}

} // namespace

int free_port() {
    return listen_anywhere().port;
}

FakeServer::FakeServer(Handler handler)
    : handler_(std::move(handler)), wake_(eventfd(0, EFD_CLOEXEC)) {
    Listener made = listen_anywhere();
    listener_ = std::move(made.fd);
    port_ = made.port;
    thread_ = std::thread([this] { serve(); });
}

FakeServer::~FakeServer() {
    ending_ = true;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
    thread_.join();
}

std::string FakeServer::url() const {
    return fmt::format("http://127.0.0.1:{}", port_);
}

std::vector<SeenRequest> FakeServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::size_t FakeServer::connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
}

void FakeServer::serve() {
    for (;;) {
        std::vector<pollfd> fds = {{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
        for (const base::UniqueFd &fd : open_)
            fds.push_back({fd.get(), POLLIN, 0});
        if (poll(fds.data(), fds.size(), -1) < 0)
            continue;
        if (fds[0].revents != 0)
            return;
        std::vector<int> ended;
        for (std::size_t i = 2; i < fds.size(); ++i)
            if (fds[i].revents != 0 && !answer(fds[i].fd))
                ended.push_back(fds[i].fd);
        std::erase_if(open_, [&](const base::UniqueFd &fd) {
            return std::ranges::find(ended, fd.get()) != ended.end();
        });
        if (fds[1].revents != 0)
            accept_one();
    }
}

void FakeServer::accept_one() {
    base::UniqueFd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd)
        return;
    open_.push_back(std::move(fd));
    const std::lock_guard lock(mutex_);
    ++connections_;
}

/// False when the connection is to be closed.
bool FakeServer::answer(int fd) {
    const auto request = read_request(fd);
    if (!request)
        return false;
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(*request);
    }
    return send_reply(fd, handler_(*request));
}

bool FakeServer::send_reply(int fd, const Reply &reply) {
    if (reply.lost || !send_all(fd, text_of(reply)))
        return false;
    while (reply.endless && !ending_) {
        std::this_thread::sleep_for(reply.pause);
        if (!send_all(fd, reply.body))
            return false;
    }
    return !reply.endless && reply.missing == 0;
}

} // namespace retouch::test
