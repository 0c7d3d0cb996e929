// Errors, logs and memory of libguestfs, which is otherwise silent: its own error handler would
// print.

#include "guest/appliance/handle.hpp"

#include "base/text.hpp"
#include "guest/appliance/launch_guard.hpp"
#include "guest/refusals.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fmt/format.h>
#include <sys/wait.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_log_bound = std::size_t{64} * 1024;
constexpr std::size_t k_last_words = 600;
constexpr std::chrono::seconds k_end_patience{10};

} // namespace

Handle::Handle() : handle_(guestfs_create()) {
    if (handle_ == nullptr)
        throw Error(ErrorKind::unavailable, "libguestfs could not be started",
                    "check the memory and the packages libguestfs0 and libguestfs-tools");
    guestfs_set_error_handler(handle_, nullptr, nullptr);
    guestfs_set_event_callback(
        handle_, &Handle::on_event,
        GUESTFS_EVENT_APPLIANCE | GUESTFS_EVENT_LIBRARY | GUESTFS_EVENT_WARNING, 0, this);
}

Handle::~Handle() {
    guestfs_close(handle_);
    await_machine();
}

bool Handle::launch() {
    const LaunchGuard guard;
    if (guestfs_launch(handle_) != 0)
        return false;
    const int pid = guestfs_get_pid(handle_);
    check(pid, "find the appliance's process");
    machine_.emplace(base::ProcessId(pid));
    return true;
}

/// libguestfs waits for qemu only where it has its own guard for it. True when it ended well.
bool Handle::await_machine() {
    if (!machine_)
        return true;
    if (!machine_->ended(k_end_patience))
        machine_->signal(SIGKILL);
    int status = 0;
    while (waitpid(machine_->id().number(), &status, 0) < 0 && errno == EINTR) {
    }
    machine_.reset();
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void Handle::shut_down() {
    check(guestfs_shutdown(handle_), "end the appliance");
    if (!await_machine())
        throw Error(ErrorKind::failed,
                    fmt::format("the appliance did not end well; it said last: {}", last_words()));
}

void Handle::on_event(guestfs_h * /*handle*/, void *self, std::uint64_t /*event*/,
                      int /*event_handle*/, int /*flags*/, const char *text, std::size_t size,
                      const std::uint64_t * /*array*/, std::size_t /*array_size*/) {
    std::string &log = static_cast<Handle *>(self)->log_;
    log.append(text, size);
    if (log.size() > 2 * k_log_bound)
        log.erase(0, log.size() - k_log_bound);
}

Error Handle::error(std::string_view doing) const {
    const char *text = guestfs_last_error(handle_);
    std::string reason = text == nullptr ? "no reason was given" : text;
    // The rest is advice for users of libguestfs.
    reason.erase(std::min(reason.find('\n'), reason.size()));
    std::string hint;
    if (guestfs_is_ready(handle_) == 0)
        hint = fmt::format("the appliance said last: {}", last_words());
    return {ErrorKind::failed, fmt::format("cannot {}: {}", doing, base::escape(reason)), hint};
}

Error Handle::file_error(std::string_view what, std::string_view path) const {
    if (const int code = error_number(); code != 0)
        return refusal::file_operation(what, path, code);
    return error(fmt::format("{} {} in the guest", what, base::escape(path)));
}

void Handle::check(int result, std::string_view doing) const {
    if (result == -1)
        throw error(doing);
}

base::ProcessHandle Handle::process() const {
    return machine_.value().another();
}

std::string Handle::last_words() const {
    const std::string_view text = base::trim(log_);
    return base::escape(text.substr(text.size() - std::min(text.size(), k_last_words)));
}

std::vector<std::string> take_list(char **list) {
    std::vector<std::string> result;
    for (char **item = list; item != nullptr && *item != nullptr; ++item) {
        result.emplace_back(*item);
        std::free(*item);
    }
    std::free(static_cast<void *>(list));
    return result;
}

std::string ask_shell(const Handle &handle, std::string command) {
    const std::array<char *, 2> words = {command.data(), nullptr};
    const OwnedText said(guestfs_debug(handle.get(), "sh", words.data()));
    if (!said)
        throw handle.error("run a command in the appliance");
    return said.get();
}

} // namespace retouch::guest
