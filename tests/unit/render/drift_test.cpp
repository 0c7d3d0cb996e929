#include "render/drift_summary.hpp"
#include "render/machine/drift_json.hpp"
#include "render/markdown/drift_markdown.hpp"
#include "render/text/drift_text.hpp"

#include "unit/render/printable.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

DriftReport drifted() {
    DriftReport report;
    report.recipe = {"recipes/web.yaml", "/srv/recipes", std::string(64, 'a'), "web"};
    report.catalog = "lab";
    report.image = ImageReference{"3f0c8a52-6d0e-4a53-9a37-6f1c9a1f4a10", "Debian 12", "", ""};
    report.drift = {{DeviationKind::property, "property os_distro", "\"debian\"", "\"x|y\"", true,
                     "apply sets it back"},
                    {DeviationKind::protection, "snapshot protection", "protected", "not protected",
                     false, "rbd snap protect images/3f0c@snap"}};
    report.pending = {"image b is the new source; apply builds a new image from it",
                      "apply would refuse: two of them\n  a\n  b"};
    report.unchecked = {"the location: not shown"};
    return report;
}

DriftReport clean() {
    DriftReport report = drifted();
    report.drift.clear();
    report.pending.clear();
    report.unchecked.clear();
    return report;
}

} // namespace

TEST_CASE("drift text: each difference with both values and what to do, then the rest") {
    CHECK(render::drift_text(drifted(), false) ==
          R"(Recipe: recipes/web.yaml (web), catalog lab
Image:  "Debian 12" (3f0c8a52-6d0e-4a53-9a37-6f1c9a1f4a10)

drift    property os_distro
         expected  "debian"
         found     "x|y"
         fixed by  apply sets it back

drift    snapshot protection
         expected  protected
         found     not protected
         by hand   rbd snap protect images/3f0c@snap

pending  image b is the new source; apply builds a new image from it
pending  apply would refuse: two of them
           a
           b

skipped  the location: not shown

Drift: 2 differences; apply fixes 1 of them. 2 pending. 1 not looked at.
)");
    CHECK(render::drift_text(clean(), false) ==
          R"(Recipe: recipes/web.yaml (web), catalog lab
Image:  "Debian 12" (3f0c8a52-6d0e-4a53-9a37-6f1c9a1f4a10)

No drift.
)");
}

TEST_CASE("drift text: colour changes no word, and hostile bytes reach no terminal") {
    DriftReport report = drifted();
    CHECK(without_colour(render::drift_text(report, true)) == render::drift_text(report, false));
    report.drift[0].found = report.recipe.path = report.pending[0] = "a\x1b[2Jb\xff";
    CHECK(is_printable(render::drift_text(report, false)));
}

TEST_CASE("drift summary: who fixes how much") {
    DriftReport report = drifted();
    report.pending.clear();
    report.unchecked.clear();
    report.drift[1].apply_fixes = true;
    CHECK(render::drift_summary(report) == "Drift: 2 differences; apply fixes all of them.");
    report.drift[0].apply_fixes = report.drift[1].apply_fixes = false;
    CHECK(render::drift_summary(report) == "Drift: 2 differences; apply fixes none of them.");
    report.drift.pop_back();
    CHECK(render::drift_summary(report) == "Drift: 1 difference; apply does not fix it.");
    report.drift[0].apply_fixes = true;
    CHECK(render::drift_summary(report) == "Drift: 1 difference; apply fixes it.");
    report.drift.clear();
    report.pending = {"x"};
    CHECK(render::drift_summary(report) == "No drift. 1 pending.");
    report.image.reset();
    CHECK(render::drift_summary(report) == "Nothing to compare.");
}

TEST_CASE("drift markdown: summary, table, and nothing a value says is markup") {
    CHECK(render::drift_markdown(drifted()) == R"(<!-- retouch:drift:web -->
### Drift: 2 differences; apply fixes 1 of them. 2 pending. 1 not looked at.

Recipe `recipes/web.yaml` on catalog `lab`, image `Debian 12` (`3f0c8a52-6d0e-4a53-9a37-6f1c9a1f4a10`)

| what | expected | found | apply fixes it | how |
| --- | --- | --- | --- | --- |
| `property os_distro` | `"debian"` | `"x\|y"` | yes | apply sets it back |
| `snapshot protection` | `protected` | `not protected` | **no** | rbd snap protect images/3f0c@snap |

- pending: image b is the new source; apply builds a new image from it
- pending: apply would refuse: two of them   a   b
- not looked at: the location: not shown
)");
}

TEST_CASE("drift json: every difference whole, and the state in one word") {
    CHECK(render::drift_json(drifted()) == Json::parse(R"({
        "format_version": "1.0",
        "recipe": {"path": "recipes/web.yaml",
            "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "name": "web"},
        "catalog": "lab",
        "state": "drift",
        "image": {"id": "3f0c8a52-6d0e-4a53-9a37-6f1c9a1f4a10", "name": "Debian 12"},
        "drift": [
            {"kind": "property", "what": "property os_distro", "expected": "\"debian\"",
             "found": "\"x|y\"", "apply_fixes": true, "remedy": "apply sets it back"},
            {"kind": "protection", "what": "snapshot protection", "expected": "protected",
             "found": "not protected", "apply_fixes": false,
             "remedy": "rbd snap protect images/3f0c@snap"}],
        "pending": ["image b is the new source; apply builds a new image from it",
                    "apply would refuse: two of them\n  a\n  b"],
        "unchecked": ["the location: not shown"]})"));
    CHECK(render::drift_json(clean()).at("state") == "none");
    DriftReport pending = clean();
    pending.pending = {"x"};
    CHECK(render::drift_json(pending).at("state") == "pending");
    pending.image.reset();
    CHECK(render::drift_json(pending).at("state") == "absent");
    CHECK(render::drift_json(pending).at("image") == nullptr);
}
