#include "cli/progress_view.hpp"

#include "base/file.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string_view>

using namespace retouch;

namespace {

constexpr std::size_t k_width = 60;

Event target_started() {
    return {EventKind::target_started, "Debian 12", "", Json::object()};
}

Event phase(const std::string &name) {
    return {EventKind::phase_started, "Debian 12", name, {{"phase", name}}};
}

Event step(int index, const std::string &summary) {
    return {EventKind::step_started,
            "Debian 12",
            summary,
            {{"id", "files[0]"}, {"summary", summary}, {"index", index}, {"count", 7}}};
}

Event finished(const std::string &outcome) {
    return {EventKind::target_finished, "Debian 12", "", {{"outcome", outcome}}};
}

Event notice(const std::string &message) {
    return {EventKind::notice, "", message, Json::object()};
}

} // namespace

TEST_CASE("progress, plain: a line for each phase and step") {
    cli::ProgressView view(cli::ProgressView::Mode::plain, false);
    CHECK(view.on(target_started(), 0, k_width).empty());
    CHECK(view.on(phase("stage"), 1, k_width) == "Debian 12: staging a copy of the source\n");
    CHECK(view.on(phase("steps"), 2, k_width).empty());
    CHECK(view.on(step(1, "write /etc/motd"), 3, k_width) ==
          "Debian 12: step 2 of 7: write /etc/motd\n");
    CHECK(view.on(notice("KVM does not work"), 4, k_width) == "note: KVM does not work\n");
    CHECK(view.on({EventKind::step_finished, "Debian 12", "", Json::object()}, 5, k_width).empty());
    CHECK(view.on(finished("published"), 6, k_width) == "Debian 12: published\n");
    CHECK(view.pause(0).empty());
}

TEST_CASE("progress: each phase that events tell of is shown, but that of the steps, which are") {
    const std::string page =
        base::read_file(std::filesystem::path(RETOUCH_SOURCE_DIR) / "docs/events.md", 1U << 20U);
    const std::size_t row = page.find("| `phase_started` |");
    const std::string names = page.substr(row, page.find('\n', row) - row);
    constexpr std::string_view k_label = "`phase`: ";
    std::size_t phases = 0;
    for (std::size_t at = names.find(k_label) + k_label.size();
         (at = names.find('`', at)) != std::string::npos; ++phases) {
        const std::size_t end = names.find('`', at + 1);
        const std::string name = names.substr(at + 1, end - at - 1);
        cli::ProgressView view(cli::ProgressView::Mode::plain, false);
        CAPTURE(name);
        CHECK(view.on(phase(name), 0, k_width).empty() == (name == "steps"));
        at = end + 1;
    }
    CHECK(phases > 8);
}

TEST_CASE("progress: how far a phase is, in per cent, until the next one") {
    const Event half{EventKind::progress,
                     "Debian 12",
                     "",
                     {{"phase", "detach"}, {"done", 1000}, {"total", 2000}}};
    cli::ProgressView live(cli::ProgressView::Mode::live, false);
    static_cast<void>(live.on(target_started(), 0, k_width));
    static_cast<void>(live.on(phase("detach"), 1, k_width));
    CHECK(live.on(half, 2, k_width) ==
          "\r\x1b[KDebian 12: completing the image's own data, 50 %  2.0 s");
    CHECK(live.on(phase("publish"), 3, k_width) == "\r\x1b[KDebian 12: publishing  3.0 s");
    cli::ProgressView plain(cli::ProgressView::Mode::plain, false);
    static_cast<void>(plain.on(target_started(), 0, k_width));
    static_cast<void>(plain.on(phase("detach"), 1, k_width));
    CHECK(plain.on(half, 2, k_width).empty());
    CHECK(plain.tick(31, k_width) == "Debian 12: completing the image's own data, 50 % (still at "
                                     "it after 30 s)\n");
}

TEST_CASE("progress, plain: a long step gives a sign of life every 30 seconds") {
    cli::ProgressView view(cli::ProgressView::Mode::plain, false);
    static_cast<void>(view.on(target_started(), 0, k_width));
    static_cast<void>(view.on(step(0, "run: make"), 100, k_width));
    CHECK(view.tick(129, k_width).empty());
    CHECK(view.tick(130, k_width) ==
          "Debian 12: step 1 of 7: run: make (still at it after 30 s)\n");
    CHECK(view.tick(131, k_width).empty());
    CHECK(view.tick(161, k_width) ==
          "Debian 12: step 1 of 7: run: make (still at it after 1 m 01 s)\n");
    static_cast<void>(view.on(finished("failed"), 162, k_width));
    CHECK(view.tick(500, k_width).empty());
}

TEST_CASE("progress, live: one line is redrawn and wiped before anything else") {
    cli::ProgressView view(cli::ProgressView::Mode::live, false);
    CHECK(view.on(target_started(), 10, k_width).empty());
    CHECK(view.on(phase("open"), 10, k_width) == "\r\x1b[KDebian 12: opening the guest  0.0 s");
    CHECK(view.tick(12, k_width) == "\r\x1b[KDebian 12: opening the guest  2.0 s");
    CHECK(view.on(notice("KVM does not work"), 13, k_width) ==
          "\r\x1b[Knote: KVM does not work\n\r\x1b[KDebian 12: opening the guest  3.0 s");
    CHECK(view.pause(13) == "\r\x1b[K");
    CHECK(view.tick(14, k_width).empty());
    CHECK(view.pause(14).empty());
    // From 13 on somebody was asked.
    CHECK(view.on(step(2, "x"), 25, k_width) == "\r\x1b[KDebian 12: step 3 of 7: x  3.0 s");
    CHECK(view.on(finished("published"), 26, k_width) == "\r\x1b[K");
    CHECK(view.tick(17, k_width).empty());
}

TEST_CASE("progress, live: the line never wraps") {
    cli::ProgressView view(cli::ProgressView::Mode::live, false);
    static_cast<void>(view.on(target_started(), 0, k_width));
    const std::string drawn = view.on(step(2, "run: ü" + std::string(200, 'x')), 0, 41);
    CHECK(drawn == "\r\x1b[KDebian 12: step 3 of 7: run: ü...  0.0 s");
    CHECK(view.tick(1, 3).find("x") == std::string::npos);
}

TEST_CASE("progress: nothing from outside reaches the terminal raw") {
    cli::ProgressView view(cli::ProgressView::Mode::plain, false);
    static_cast<void>(
        view.on({EventKind::target_started, "a\x1b[2J", "", Json::object()}, 0, k_width));
    CHECK(view.on(step(0, "\x07"), 0, k_width) == "a\\x1b[2J: step 1 of 7: \\x07\n");
    CHECK(view.on(notice("\r"), 0, k_width) == "note: \\x0d\n");
    CHECK(view.on(finished("\x1b"), 0, k_width) == "a\\x1b[2J: \\x1b\n");
}

TEST_CASE("progress: events with odd details are borne") {
    cli::ProgressView view(cli::ProgressView::Mode::plain, false);
    CHECK(view.on({EventKind::phase_started, "", "", nullptr}, 0, k_width).empty());
    CHECK(view.on({EventKind::phase_started, "", "", {{"phase", 3}}}, 0, k_width).empty());
    CHECK(view.on({EventKind::step_started, "", "", {{"index", "x"}}}, 0, k_width) ==
          "step 1 of 0: \n");
    CHECK(view.on({EventKind::phase_started, "", "", {{"phase", "nap"}}}, 0, k_width).empty());
}

TEST_CASE("progress, silent: says nothing at all") {
    cli::ProgressView view(cli::ProgressView::Mode::silent, true);
    CHECK(view.on(target_started(), 0, k_width).empty());
    CHECK(view.on(step(0, "x"), 0, k_width).empty());
    CHECK(view.on(notice("x"), 0, k_width).empty());
    CHECK(view.tick(100, k_width).empty());
    CHECK(view.on(finished("published"), 100, k_width).empty());
}
