// What a catalog is not asked for would change nothing: in worlds of images that were made from
// each other, renamed, hidden and copied, a plan is the same as when all records of a project are
// asked for.

#include "plan/counted_images.hpp"

#include "plan/drift.hpp"
#include "plan/planner.hpp"
#include "plan/publishing.hpp"
#include "retouch/error.hpp"
#include "retouch/plan.hpp"
#include "support/memory_catalog.hpp"
#include "support/recipes.hpp"
#include "support/rounds.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <random>

using namespace retouch;
using namespace retouch::test;

namespace {

/// Answers with all records of the project, whatever else was asked.
class Unfiltered : public MemoryCatalog {
  public:
    [[nodiscard]] std::vector<Image> images_where(const ImageQuery &query) const override {
        return MemoryCatalog::images_where({.owner = query.owner, .visibility = query.visibility});
    }
};

class Chance {
  public:
    explicit Chance(unsigned seed) : random_(seed) {}

    bool one_in(unsigned n) { return random_() % n == 0; }

    template<typename List>
    const auto &of(const List &list) {
        return list[random_() % list.size()];
    }

  private:
    std::mt19937 random_;
};

std::string id_of(int number) {
    return fmt::format("00000000-0000-4000-8000-{:012}", number);
}

std::vector<Image> some_images(Chance &chance) {
    const std::vector<std::string> names{"base", "web", plan::likely_dated_names("web").front(),
                                         "old"};
    const std::vector<std::string> owners{"ours", "ours", "ours", "theirs"};
    const std::vector<std::string> visibilities{"public", "private", "shared"};
    const std::vector<std::string> recipes{"recipe", "recipe", "another"};
    std::vector<Image> images;
    for (int number = 0; number < 7; ++number) {
        Image image;
        image.id = id_of(number);
        image.name = chance.of(names);
        image.owner = chance.of(owners);
        image.visibility = chance.of(visibilities);
        image.hidden = chance.one_in(3);
        image.status = chance.one_in(9) ? "deactivated" : "active";
        image.created_at = fmt::format("2026-01-0{}T00:00:00Z", number + 1);
        image.disk_format = "raw";
        image.container_format = "bare";
        image.checksums["sha512"] = fmt::format("{:0128}", number);
        if (number > 0 && !chance.one_in(3)) {
            image.properties[lineage::k_recipe] = chance.of(recipes);
            image.properties[lineage::k_source] = chance.of(images).id;
            image.properties[lineage::k_fingerprint] = "sha256:00";
        }
        if (chance.one_in(9))
            image.properties[lineage::k_detach] = lineage::k_pending;
        images.push_back(std::move(image));
    }
    return images;
}

std::string recipe_text(Chance &chance) {
    const std::vector<std::string> sources{"image: base", "image: web", "image: " + id_of(2),
                                           "image: base, owner: theirs"};
    const std::vector<std::string> publish{"", "name: web", "name: web, previous: rename",
                                           "name: web, owner: theirs"};
    const std::string source = chance.of(sources);
    return fmt::format("retouch: 1\nname: recipe\nsource: {{ {} }}\npublish: {{ {} }}\n", source,
                       chance.of(publish));
}

/// The plan, or why there is none.
std::string planned(const plan::CheckedRecipe &checked, const CatalogView &catalog) {
    try {
        Plan plan = plan::resolve_plan(checked, catalog, {});
        for (Target &target : plan.targets) {
            target.observed.clear(); // hidden namesakes are of no consequence
            for (Superseded &former : target.publish.superseded)
                if (!former.new_name.empty())
                    former.new_name = "a name"; // others may have it, too
        }
        return to_json(plan).dump(1);
    } catch (const Error &error) {
        return fmt::format("{}\n{}", error.what(), error.hint());
    }
}

std::string drift(const plan::CheckedRecipe &checked, const CatalogView &catalog) {
    try {
        const DriftReport report = plan::find_drift(checked, catalog, {}, {});
        std::string text = report.image ? report.image->id : "none";
        for (const Deviation &drift : report.drift)
            text += '\n' + drift.what;
        for (const std::string &pending : report.pending)
            text += '\n' + pending;
        return text;
    } catch (const Error &error) {
        return fmt::format("{}\n{}", error.what(), error.hint());
    }
}

} // namespace

TEST_CASE("counted images: what is not asked for changes no plan and no drift") {
    const std::string project = GENERATE("ours", "");
    CAPTURE(project);
    int plans = 0;
    for (unsigned seed = 0; seed < 150; seed += k_share) {
        INFO("seed " << seed);
        Chance chance(seed);
        MemoryCatalog catalog;
        Unfiltered unfiltered;
        for (MemoryCatalog *each : {&catalog, static_cast<MemoryCatalog *>(&unfiltered)})
            each->set_project(project);
        for (Image image : some_images(chance)) {
            if (project.empty()) // where there are none, nothing belongs to any
                image.owner.clear();
            catalog.put(image);
            unfiltered.put(image);
        }
        RecipeDirectory recipes;
        const plan::CheckedRecipe checked = recipes.check(recipe_text(chance));
        const std::string plan = planned(checked, catalog);
        CHECK(plan == planned(checked, unfiltered));
        CHECK(drift(checked, catalog) == drift(checked, unfiltered));
        plans += plan.starts_with('{') ? 1 : 0;
    }
    CHECK(plans > 40 / static_cast<int>(k_share));
}

TEST_CASE("counted images: of names with a date as many are asked for as are taken", "[plan]") {
    const std::vector<std::string> taken = plan::likely_dated_names("web");
    const std::string tenth = plan::likely_dated_names("web", 10).front();
    const std::string eleventh = plan::likely_dated_names("web", 11).front();
    MemoryCatalog catalog;
    catalog.set_project("ours");
    RecipeDirectory recipes;
    std::vector<std::string> names = taken;
    names.push_back(tenth);
    names.insert(names.end(), {"base", "web"});
    for (int number = 0; number < static_cast<int>(names.size()); ++number) {
        Image image = test::image(id_of(number), names[static_cast<std::size_t>(number)],
                                  fmt::format("2026-01-{:02}", number + 1));
        image.owner = "ours";
        image.hidden = number < 10;
        if (image.name == "web")
            image.properties = {{lineage::k_recipe, "recipe"}, {lineage::k_source, id_of(10)}};
        catalog.put(image);
    }
    const Plan plan =
        plan::resolve_plan(recipes.check("retouch: 1\nname: recipe\nsource: { image: base }\n"
                                         "publish: { name: web, previous: rename }\n"),
                           catalog, {});
    REQUIRE(plan.targets.at(0).publish.superseded.size() == 1);
    CHECK(plan.targets.at(0).publish.superseded.front().new_name == eleventh);
}
