// ProgressView: plain mode appends lines, live mode redraws one.
// The live line is always wiped before anything else is written and never wider than the terminal:
// a wrapped line could not be wiped.

#include "cli/progress_view.hpp"

#include "base/text.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>
#include <utility>

namespace retouch::cli {

namespace {

constexpr const char *k_wipe = "\r\x1b[K";

/// What a phase is called while it lasts; empty for phases whose steps are shown instead.
std::string phase_words(PhaseKind phase) {
    switch (phase) {
    case PhaseKind::reserve:
        return "asking for the record";
    case PhaseKind::stage:
        return "staging a copy of the source";
    case PhaseKind::grow:
        return "making the disk larger";
    case PhaseKind::open:
        return "opening the guest";
    case PhaseKind::plan:
        return "looking at what is there";
    case PhaseKind::look:
        return "remembering the tree as it is";
    case PhaseKind::steps:
        return {};
    case PhaseKind::label:
        return "labelling what the steps made";
    case PhaseKind::close:
        return "closing the guest";
    case PhaseKind::seal:
        return "sealing the image";
    case PhaseKind::adopt:
        return "checking the bytes that were kept";
    case PhaseKind::fetch:
        return "fetching the file";
    case PhaseKind::unpack:
        return "unpacking the file";
    case PhaseKind::convert:
        return "copying the file, converted where that is needed";
    case PhaseKind::upload:
        return "sending the image";
    case PhaseKind::publish:
        return "publishing";
    case PhaseKind::detach:
        return "completing the image's own data";
    }
    assert(false);
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
    if (base::code_points(text) <= width)
        return text;
    constexpr std::size_t k_dots = 3;
    if (width <= k_dots)
        return std::string(width, '.');
    return std::string(base::first_code_points(text, width - k_dots)) + std::string(k_dots, '.');
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
    const std::string elapsed = base::format_seconds(now - target_start_);
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
    switch (event.kind) {
    case EventKind::target_started:
        target_ = base::escape(event.target);
        target_start_ = now;
        return {};
    case EventKind::phase_started: {
        const auto phase = model::from_name<PhaseKind>(string_at(event, "phase"));
        return begin(phase ? phase_words(*phase) : "", now, width);
    }
    case EventKind::step_started:
        return begin(fmt::format("step {} of {}: {}", number_at(event, "index") + 1,
                                 number_at(event, "count"),
                                 base::escape(string_at(event, "summary"))),
                     now, width);
    case EventKind::progress:
        if (const std::size_t total = number_at(event, "total"); total > 0)
            hundredths_ = std::min<std::size_t>(number_at(event, "done"), total) * 100 / total;
        return mode_ == Mode::live ? redraw(now, width) : "";
    case EventKind::notice: {
        std::string text =
            line(fmt::format("{} {}", style_.yellow("note:"), base::escape(event.message)), now);
        return mode_ == Mode::live ? text += redraw(now, width) : text;
    }
    case EventKind::target_finished: {
        activity_.clear();
        const std::string outcome = base::escape(string_at(event, "outcome"));
        return mode_ == Mode::live ? wipe() : line(prefixed(outcome), now);
    }
    case EventKind::run_started:
    case EventKind::step_finished:
    case EventKind::phase_finished:
    case EventKind::run_finished:
        return {};
    }
    assert(false);
    return {};
}

std::string ProgressView::tick(double now, std::size_t width) {
    if (activity_.empty() || mode_ == Mode::silent)
        return {};
    if (mode_ == Mode::live)
        return redraw(now, width);
    if (now - last_line_ < k_heartbeat)
        return {};
    return line(fmt::format("{} (still at it after {})", activity(),
                            base::format_seconds(now - activity_start_)),
                now);
}

std::string ProgressView::pause(double now) {
    activity_.clear();
    if (!paused_)
        paused_ = now;
    return wipe();
}

} // namespace retouch::cli
