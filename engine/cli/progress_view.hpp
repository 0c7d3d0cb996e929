#pragma once
// ProgressView: events and the passing of time turned into what a terminal or a log should receive.
// A value without clock, thread or stream; Progress drives it.

#include "render/style.hpp"
#include "retouch/event.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace retouch::cli {

class ProgressView {
  public:
    enum class Mode {
        silent,
        plain, ///< a line for each phase and step, and a sign of life during long ones
        live,  ///< one line that is redrawn
    };

    /// Seconds without output after which a plain log gets a sign of life.
    static constexpr double k_heartbeat = 30;

    ProgressView(Mode mode, bool colour) : mode_(mode), style_(colour) {}

    /// What to write for `event`; `now` in seconds, `width` in columns.
    [[nodiscard]] std::string on(const Event &event, double now, std::size_t width);

    /// What to write because time has passed; may be empty.
    [[nodiscard]] std::string tick(double now, std::size_t width);

    /// Wipes the live line and stays quiet until the next event: something else will be written.
    /// The time until then is no time of the work.
    [[nodiscard]] std::string pause(double now);

  private:
    [[nodiscard]] std::string begin(std::string activity, double now, std::size_t width);
    [[nodiscard]] std::string line(const std::string &text, double now);
    [[nodiscard]] std::string redraw(double now, std::size_t width);
    [[nodiscard]] std::string wipe();
    [[nodiscard]] std::string prefixed(const std::string &text) const;
    [[nodiscard]] std::string activity() const;

    Mode mode_;
    render::Style style_;
    std::string target_;
    std::string activity_;                  ///< empty: nothing to show
    std::optional<std::size_t> hundredths_; ///< of the activity, when it tells
    double target_start_ = 0;
    std::optional<double> paused_; ///< since when
    double activity_start_ = 0;
    double last_line_ = 0;
    bool drawn_ = false;
};

} // namespace retouch::cli
