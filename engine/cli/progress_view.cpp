// ProgressView: plain mode appends lines, live mode redraws one.
// The live line is always wiped before anything else is written and never wider than the terminal:
// a wrapped line could not be wiped.
// Unknown event types are ignored, so that new ones need no change here.

#include "cli/progress_view.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace retouch {

namespace {

constexpr const char *k_wipe = "\r\x1b[K";

/// What a phase is called while it lasts; empty for phases whose steps are shown instead.
std::string phase_words(const std::string &phase) {
    if (phase == "reserve")
        return "asking for the record";
    if (phase == "stage")
        return "staging a copy of the source";
    if (phase == "open")
        return "opening the guest";
    if (phase == "plan")
        return "looking at what is there";
    if (phase == "look")
        return "remembering the tree as it is";
    if (phase == "label")
        return "labelling what the steps made";
    if (phase == "close")
        return "closing the guest";
    if (phase == "seal")
        return "sealing the image";
    if (phase == "adopt")
        return "checking the bytes that were kept";
    if (phase == "convert")
        return "copying the file, converted where that is needed";
    if (phase == "upload")
        return "sending the image";
    if (phase == "publish")
        return "publishing";
    if (phase == "detach")
        return "completing the image's own data";
    return {};
}

std::string string_at(const Event &event, const char *key) {
    if (!event.details.is_object() || !event.details.contains(key))
        return {};
    const Json &value = event.details.at(key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::size_t number_at(const Event &event, const char *key) {
    if (!event.details.is_object() || !event.details.contains(key))
        return 0;
    const Json &value = event.details.at(key);
    return value.is_number_unsigned() || value.is_number_integer() ? value.get<std::size_t>() : 0;
}

/// The first `width` code points; an ellipsis stands for the rest.
std::string cut(const std::string &text, std::size_t width) {
    if (code_points(text) <= width)
        return text;
    constexpr std::size_t k_dots = 3;
    if (width <= k_dots)
        return std::string(width, '.');
    std::size_t bytes = 0;
    for (std::size_t points = 0; bytes < text.size(); ++bytes) {
        const bool starts = (static_cast<unsigned char>(text[bytes]) & 0xc0U) != 0x80U;
        if (starts && points++ == width - k_dots)
            break;
    }
    return text.substr(0, bytes) + std::string(k_dots, '.');
}

} // namespace

std::string ProgressView::prefixed(const std::string &text) const {
    return target_.empty() ? text : fmt::format("{}: {}", target_, text);
}

std::string ProgressView::activity() const {
    return prefixed(activity_ + (hundredths_ ? fmt::format(", {} %", *hundredths_) : ""));
}

std::string ProgressView::wipe() {
    return std::exchange(drawn_, false) ? k_wipe : "";
}

std::string ProgressView::line(const std::string &text, double now) {
    last_line_ = now;
    return wipe() + text + "\n";
}

std::string ProgressView::redraw(double now, std::size_t width) {
    if (activity_.empty())
        return {};
    const std::string elapsed = format_seconds(now - target_start_);
    const std::size_t room = width > elapsed.size() + 3 ? width - elapsed.size() - 3 : 0;
    drawn_ = true;
    return fmt::format("{}{}  {}", k_wipe, cut(activity(), room), style_.dim(elapsed));
}

std::string ProgressView::begin(std::string activity, double now, std::size_t width) {
    activity_ = std::move(activity);
    activity_start_ = now;
    hundredths_.reset();
    if (activity_.empty())
        return {};
    return mode_ == Mode::live ? redraw(now, width) : line(prefixed(activity_), now);
}

std::string ProgressView::on(const Event &event, double now, std::size_t width) {
    if (mode_ == Mode::silent)
        return {};
    if (paused_)
        target_start_ += now - *std::exchange(paused_, std::nullopt);
    if (event.type == "target_started") {
        target_ = escape(event.target);
        target_start_ = now;
    } else if (event.type == "phase_started") {
        return begin(phase_words(string_at(event, "phase")), now, width);
    } else if (event.type == "step_started") {
        return begin(fmt::format("step {} of {}: {}", number_at(event, "index") + 1,
                                 number_at(event, "count"), escape(string_at(event, "summary"))),
                     now, width);
    } else if (event.type == "progress") {
        if (const std::size_t total = number_at(event, "total"); total > 0)
            hundredths_ = std::min<std::size_t>(number_at(event, "done"), total) * 100 / total;
        return mode_ == Mode::live ? redraw(now, width) : "";
    } else if (event.type == "notice") {
        std::string text =
            line(fmt::format("{} {}", style_.yellow("note:"), escape(event.message)), now);
        return mode_ == Mode::live ? text += redraw(now, width) : text;
    } else if (event.type == "target_finished") {
        activity_.clear();
        const std::string outcome = escape(string_at(event, "outcome"));
        return mode_ == Mode::live ? wipe() : line(prefixed(outcome), now);
    }
    return {};
}

std::string ProgressView::tick(double now, std::size_t width) {
    if (activity_.empty() || mode_ == Mode::silent)
        return {};
    if (mode_ == Mode::live)
        return redraw(now, width);
    if (now - last_line_ < k_heartbeat)
        return {};
    return line(
        fmt::format("{} (still at it after {})", activity(), format_seconds(now - activity_start_)),
        now);
}

std::string ProgressView::pause(double now) {
    activity_.clear();
    if (!paused_)
        paused_ = now;
    return wipe();
}

} // namespace retouch
