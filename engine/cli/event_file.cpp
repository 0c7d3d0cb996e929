// EventFile: one JSON object a line, flushed by being written at once.
// A full disk under the events, or a reader that stopped, must not fail or hold up a run: the first
// failure is remembered, not thrown.
// Strings from guests are made valid UTF-8 on the way.

#include "cli/event_file.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "base/waiting.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <chrono>
#include <poll.h>

namespace retouch::cli {

namespace {

/// A reader may be slow, but not slower.
constexpr std::chrono::milliseconds k_reader_patience{2000};

/// A document that can be dumped whatever bytes its strings hold.
std::string to_line(const Json &json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

EventFile::EventFile(base::OutputFile &file) : path_(file.path()), file_(file.stream()) {
    const Json version = {{"type", "version"},
                          {"time", base::utc_now()},
                          {"events", k_events_format_version},
                          {"tool", base::k_tool}};
    base::write_all(file_.get(), to_line(version), path_);
}

base::OutputKind EventFile::kind() {
    return {"an event stream",
            [](std::string_view bytes) { return bytes.starts_with(R"({"type":"version",)"); }};
}

void EventFile::on(const Event &event) {
    if (!complaint_.empty())
        return;
    const Json json = {{"type", model::to_string(event.kind)},
                       {"time", base::utc_now()},
                       {"target", event.target},
                       {"message", event.message},
                       {"details", event.details.is_null() ? Json::object() : event.details}};
    write(to_line(json));
}

void EventFile::write(std::string_view line) {
    while (!line.empty()) {
        const ssize_t written = base::write_ready(file_.get(), line);
        if (written < 0) {
            complaint_ = base::system_error("write", path_, static_cast<int>(-written)).what();
            return;
        }
        if (written == 0 && !base::ready_within(file_.get(), POLLOUT, k_reader_patience)) {
            complaint_ = fmt::format("nobody reads {}", base::escape(path_.string()));
            return;
        }
        line.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace retouch::cli
