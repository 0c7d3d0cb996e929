// EventFile: one JSON object a line, flushed by being written at once.
// A full disk under the events must not fail a run: the first failure is remembered, not thrown.
// Strings from guests are made valid UTF-8 on the way.

#include "cli/event_file.hpp"

#include "base/clock.hpp"
#include "base/version.hpp"

#include <fcntl.h>

namespace retouch {

namespace {

/// A document that can be dumped whatever bytes its strings hold.
std::string to_line(const Json &json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

EventFile::EventFile(const std::filesystem::path &path)
    : path_(path), file_(open_file(path, O_WRONLY | O_CREAT | O_TRUNC)) {
    const Json version = {{"type", "version"},
                          {"time", utc_now()},
                          {"events", k_events_format_version},
                          {"tool", k_tool}};
    write_all(file_.get(), to_line(version), path_);
}

void EventFile::on(const Event &event) {
    if (!complaint_.empty())
        return;
    const Json json = {{"type", event.type},
                       {"time", utc_now()},
                       {"target", event.target},
                       {"message", event.message},
                       {"details", event.details.is_null() ? Json::object() : event.details}};
    try {
        write_all(file_.get(), to_line(json), path_);
    } catch (const Error &error) {
        complaint_ = error.what();
    }
}

} // namespace retouch
