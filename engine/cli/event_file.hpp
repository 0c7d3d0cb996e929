#pragma once
// EventFile: the event stream as JSON lines in a file, for --events. docs/events.md is its
// contract.

#include "base/output_file.hpp"
#include "retouch/event.hpp"

#include <filesystem>
#include <vector>

namespace retouch::cli {

inline constexpr const char *k_events_format_version = "1.0";

class EventFile : public EventSink {
  public:
    /// Empties the file and writes the version line. Throws Error.
    explicit EventFile(base::OutputFile &file);

    /// What such a file is, for OutputFile.
    [[nodiscard]] static base::OutputKind kind();

    /// One line, written at once. A failure is kept for complaint(), and so is a reader that does
    /// not read: the work goes on without it.
    void on(const Event &event) override;

    /// Empty, or why events are missing from the file.
    [[nodiscard]] const std::string &complaint() const { return complaint_; }

  private:
    void write(std::string_view line);

    std::filesystem::path path_;
    base::UniqueFd file_;
    std::string complaint_;
};

/// Passes every event on to several sinks, in order.
class EventTee : public EventSink {
  public:
    explicit EventTee(std::vector<EventSink *> sinks) : sinks_(std::move(sinks)) {}

    void on(const Event &event) override {
        for (EventSink *sink : sinks_)
            sink->on(event);
    }

  private:
    std::vector<EventSink *> sinks_;
};

} // namespace retouch::cli
