#include "base/text.hpp"
#include "render/markdown/markdown_cut.hpp"
#include "render/markdown/plan_markdown.hpp"
#include "unit/render/golden.hpp"
#include "unit/render/rehearsals.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

/// Fences and blocks pair, read line by line as CommonMark does.
bool is_balanced(const std::string &text) {
    std::string fence;
    int blocks = 0;
    for (const std::string &line : base::split_lines(text)) {
        const std::size_t ticks = std::min(line.find_first_not_of('`'), line.size());
        if (!fence.empty()) {
            if (ticks == line.size() && ticks >= fence.size())
                fence.clear();
        } else if (ticks >= 3 && line.find('`', ticks) == std::string::npos) {
            fence = line.substr(0, ticks);
        } else if (line.starts_with("<details>")) {
            ++blocks;
        } else if (line == "</details>" && --blocks < 0) {
            return false;
        }
    }
    return fence.empty() && blocks == 0;
}

} // namespace

TEST_CASE("markdown cut: what is short enough stays as it is") {
    CHECK(render::cut_markdown(std::string(1000, 'x'), 1000) == std::string(1000, 'x'));
}

TEST_CASE("markdown cut: a plan is cut in the middle, its verdict stays") {
    const std::string text = render::plan_markdown(kinds_plan(), 2500);
    CHECK(text == golden("rehearsal_cut.md", text));
    CHECK(text.find("| verdict |") != std::string::npos);
    CHECK(text.find("left out here; all of it: --format json\n") != std::string::npos);
}

TEST_CASE("markdown cut: at every size it is short enough, balanced and marked") {
    for (const Plan &plan :
         {upgrade_plan(), kinds_plan(), failed_plan(), violating_plan(), hostile_rehearsal()}) {
        const std::size_t whole = render::plan_markdown(plan).size();
        CHECK(is_balanced(render::plan_markdown(plan)));
        for (std::size_t size = 1000; size < whole; size += 37) {
            const std::string text = render::plan_markdown(plan, size);
            REQUIRE(text.size() <= size);
            REQUIRE(is_balanced(text));
            REQUIRE(text.starts_with("<!-- retouch:plan:web-image -->\n"));
        }
    }
}

TEST_CASE("markdown cut: one endless line leaves the remark alone") {
    CHECK(render::cut_markdown(std::string(5000, 'x'), 1000) ==
          "\n> ... 1 line (4.9 KiB) left out here; all of it: --format json\n\n");
}
