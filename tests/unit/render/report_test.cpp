#include "render/markdown/report_markdown.hpp"
#include "render/output_lines.hpp"
#include "render/report_summary.hpp"
#include "render/text/report_text.hpp"
#include "unit/render/golden.hpp"
#include "unit/render/printable.hpp"
#include "unit/render/samples.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

TEST_CASE("report text: a published image, its steps, output and times") {
    const std::string text = render::report_text(good_report(), false);
    CHECK(text == golden("report_good.txt", text));
}

TEST_CASE("report text: a failure shows why, what came out, and that nothing was published") {
    const std::string text = render::report_text(failed_report(), false);
    CHECK(text == golden("report_failed.txt", text));
}

TEST_CASE("report text: colour adds escape sequences and nothing else") {
    CHECK(without_colour(render::report_text(failed_report(), true)) ==
          render::report_text(failed_report(), false));
    CHECK(render::report_text(failed_report(), true) !=
          render::report_text(failed_report(), false));
}

TEST_CASE("report text: nothing from outside reaches the terminal raw") {
    CHECK(is_printable(render::report_text(hostile_report(), false)));
}

TEST_CASE("report markdown: summary table first, output of what failed") {
    const std::string good = render::report_markdown(good_report());
    CHECK(good == golden("report_good.md", good));
    const std::string failed = render::report_markdown(failed_report());
    CHECK(failed == golden("report_failed.md", failed));
}

TEST_CASE("report markdown: nothing from outside can end a fence, a cell or a tag") {
    const std::string text = render::report_markdown(hostile_report());
    CHECK(is_printable(text));
    CHECK(text == golden("report_hostile.md", text));
}

TEST_CASE("report summary: the first word tells success from failure") {
    CHECK(render::report_summary(good_report()) == "Done: 1 image published, in 1 m 26 s.");
    CHECK(render::report_summary(failed_report()) == "Failed: 1 image failed, in 1 m 26 s.");
    Report report = good_report();
    report.targets.push_back(failed_report().targets.front());
    report.targets.push_back({});
    report.targets.back().outcome = TargetOutcome::unchanged;
    CHECK(render::report_summary(report) ==
          "Failed: 1 image published, 1 image unchanged, 1 image failed, in 1 m 26 s.");
    report.targets = {report.targets[2]};
    CHECK(render::report_summary(report) == "No changes: 1 image unchanged, in 1 m 26 s.");
    report.targets.clear();
    CHECK(render::report_summary(report) == "No changes: nothing to do, in 1 m 26 s.");
}

TEST_CASE("output lines: the end is kept and what is missing is said") {
    CHECK(render::output_lines({}, 5).empty());
    CHECK(render::output_lines({"a\nb\n", 4}, 2) == std::vector<std::string>{"a", "b"});
    CHECK(render::output_lines({"a\nb\nc\n", 6}, 2) == std::vector<std::string>{"a", "b", "c"});
    CHECK(render::output_lines({"a\nb\nc\nd\n", 8}, 2) ==
          std::vector<std::string>{"... 2 lines before", "c", "d"});
    CHECK(render::output_lines({"b\nc\n", 2048}, 2) ==
          std::vector<std::string>{"... the end of 2.0 KiB of output", "b", "c"});
}

TEST_CASE("output lines: a very long line keeps its beginning and its end") {
    const std::string line = "begin" + std::string(65526, 'x') + "end";
    const std::vector<std::string> lines = render::output_lines({line + "\n", 65535}, 5);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].size() < 2100);
    CHECK(lines[0].starts_with("beginxxx"));
    CHECK(lines[0].find("x [62.0 KiB left out] x") != std::string::npos);
    CHECK(lines[0].ends_with("xxxend"));
    CHECK(render::report_text(
              [&] {
                  Report report = failed_report();
                  report.targets.front().steps.front().result.out = {line, line.size()};
                  return report;
              }(),
              false)
              .find("KiB left out") != std::string::npos);
}

TEST_CASE("output lines: a redrawn line shows its last state, control bytes are escaped") {
    CHECK(render::output_lines({"10%\r50%\r100%\nx\x1b[0m\r\n", 20}, 5) ==
          std::vector<std::string>{"100%", "x\\x1b[0m"});
    CHECK(render::output_lines({"a\tb\n", 4}, 5) == std::vector<std::string>{"a\tb"});
}
