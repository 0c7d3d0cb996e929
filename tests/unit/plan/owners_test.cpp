// Whose images count: a recipe is planned in project "ours" of a catalog that also holds images of
// others, as an administrator sees them.

#include "plan/planner.hpp"

#include "plan/drift.hpp"
#include "plan/preconditions.hpp"
#include "retouch/error.hpp"
#include "support/memory_catalog.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <functional>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_source = "00000000-0000-4000-8000-00000000000a";
constexpr const char *k_theirs = "00000000-0000-4000-8000-00000000000b";

std::string recipe_text(const std::string &source = "image: debian",
                        const std::string &publish = "") {
    return fmt::format("retouch: 1\nname: web\nsource: {{ {} }}\n"
                       "files: [{{ to: /etc/motd, content: x }}]\npublish: {{ {} }}\n",
                       source, publish);
}

Image of(const std::string &owner, Image image, const std::string &visibility = "public") {
    image.owner = owner;
    image.visibility = visibility;
    return image;
}

struct World {
    RecipeDirectory recipes;
    MemoryCatalog catalog;

    World() { catalog.set_project("ours"); }

    Target target(const std::string &text) {
        return plan::resolve_plan(recipes.check(text), catalog, {}).targets.at(0);
    }

    /// What is planned, in words, or why nothing is.
    std::string outcome(const std::string &text) {
        try {
            const Target found = target(text);
            std::string aside;
            for (const Superseded &former : found.publish.superseded)
                aside += " aside " + former.image.id;
            return fmt::format("{} from {} of {} for {}, present {}{}",
                               found.action == Action::create ? "create" : "nothing",
                               found.source.id, found.source.owner, found.publish.owner,
                               found.present ? found.present->id : "none", aside);
        } catch (const Error &error) {
            return fmt::format("{}: {} / {}", error.kind() == ErrorKind::refused ? "refused" : "no",
                               error.what(), error.hint());
        }
    }

    /// A generation as applying the recipe has made it.
    void apply(const std::string &text, const std::string &id, const std::string &created) {
        const Target made = target(text);
        Image record = generation(id, made.publish.name, created, "web", made.source.id);
        record.owner = made.publish.owner;
        record.visibility = made.publish.visibility;
        record.properties[lineage::k_source_digest] = made.source.digest;
        record.properties[lineage::k_fingerprint] = made.fingerprint;
        if (made.source.owner != made.publish.owner)
            record.properties[lineage::k_source_owner] = made.source.owner;
        catalog.put(record);
        for (const Superseded &former : made.publish.superseded) {
            ImageChange hide;
            hide.id = former.image.id;
            hide.hidden = true;
            catalog.apply(hide);
        }
    }
};

} // namespace

TEST_CASE("owners: whose image a name means", "[plan]") {
    struct Case {
        const char *what;
        std::vector<Image> images;
        std::string recipe;
        std::vector<std::string> trusted;
        std::string outcome;
    };

    const std::vector<Case> cases = {
        {"our own",
         {of("ours", image("a", "debian", "1"))},
         recipe_text(),
         {},
         "create from a of ours for ours, present none aside a"},
        {"our own before anybody else's, whoever is trusted",
         {of("ours", image("a", "debian", "1"), "private"), of("p2", image("b", "debian", "2"))},
         recipe_text(),
         {"p2"},
         "create from a of ours for ours, present none aside a"},
        {"not what others show to nobody, to all who ask, or to some",
         {of("p2", image("a", "debian", "1"), "private"),
          of("p2", image("b", "debian", "2"), "community"),
          of("p3", image("c", "debian", "2"), "shared")},
         recipe_text(),
         {"p2"},
         "no: the catalog has no image 'debian' to build from / `retouch images` lists what the "
         "catalog holds"},
        {"not what is public, which is told",
         {of("p2", image("a", "debian", "1")), of("p3", image("b", "debian", "2"))},
         recipe_text(),
         {},
         "refused: the project has no image 'debian' to build from; others have\n"
         "  a  debian  project p2  created 1\n"
         "  b  debian  project p3  created 2 / if one of them is meant, say so in the recipe: "
         "source.owner: p3; with publish.owner as well the new image belongs to that project and "
         "replaces its image"},
        {"what is public of a project the configuration names",
         {of("p2", image("a", "debian", "1")), of("p3", image("b", "debian", "2"))},
         recipe_text(),
         {"p3"},
         "create from b of p3 for ours, present none"},
        {"the image of the project the recipe names, before our own",
         {of("ours", image("a", "debian", "1")), of("p2", image("b", "debian", "2"))},
         recipe_text("image: debian, owner: p2"),
         {},
         "create from b of p2 for ours, present none"},
        {"also one it shares or gives to all who ask",
         {of("p2", image("b", "debian", "2"), "community")},
         recipe_text("image: debian, owner: p2"),
         {},
         "create from b of p2 for ours, present none"},
        {"but none it has shown to nobody",
         {of("p2", image("b", "debian", "2"), "private"), of("p3", image("c", "debian", "2"))},
         recipe_text("image: debian, owner: p2"),
         {},
         "no: the catalog has no image 'debian' of project p2 to build from / `retouch images` "
         "lists what the catalog holds"},
        {"an id says which image, whoever's it is",
         {of("p2", image(k_theirs, "debian", "1"), "community")},
         recipe_text(std::string("image: ") + k_theirs),
         {},
         std::string("create from ") + k_theirs + " of p2 for ours, present none"},
        {"but not of another project than the recipe says",
         {of("p2", image(k_theirs, "debian", "1"), "community")},
         recipe_text(std::string("owner: p3, image: ") + k_theirs),
         {},
         std::string("refused: the source image ") + k_theirs +
             " belongs to project p2, not to p3 / fix source.owner in the recipe, or leave it "
             "out: an id says which image is meant"},
        {"of the project that is published for, its private ones too",
         {of("p2", image("a", "debian", "1"), "private")},
         recipe_text("image: debian", "owner: p2"),
         {},
         "create from a of p2 for p2, present none aside a"},
    };
    for (const Case &named : cases) {
        CAPTURE(named.what);
        World world;
        world.catalog.set_source_owners(named.trusted);
        for (const Image &image : named.images)
            world.catalog.put(image);
        CHECK(world.outcome(named.recipe) == named.outcome);
    }
}

TEST_CASE("owners: what others do changes nothing for a generation of ours", "[plan]") {
    World world;
    world.catalog.put(of("ours", image(k_source, "debian", "1")));
    world.apply(recipe_text(), "g1", "2");
    const std::string nothing =
        std::string("nothing from ") + k_source + " of ours for ours, present g1";
    REQUIRE(world.outcome(recipe_text()) == nothing);
    Plan saved;
    saved.targets = {world.target(recipe_text())};
    for (const char *visibility : {"private", "community", "public"}) {
        for (const bool copied : {false, true}) {
            CAPTURE(visibility, copied);
            Image strange = image(fmt::format("{}-{}", visibility, copied), "debian", "3");
            if (copied)
                strange.properties = world.catalog.find("g1").value().properties;
            world.catalog.put(of("p2", strange, visibility));
        }
    }
    CHECK(world.outcome(recipe_text()) == nothing);
    CHECK_NOTHROW(plan::require_unchanged(saved, 0, world.catalog));
    CHECK(
        plan::find_drift(world.recipes.check(recipe_text()), world.catalog, {}, {}).drift.empty());
    // A new one replaces ours alone.
    CHECK(world.outcome(recipe_text() + "commands: [\"true\"]\n") ==
          std::string("create from ") + k_source + " of ours for ours, present g1 aside g1");
}

TEST_CASE("owners: a saved plan is stale when an image of ours appears", "[plan]") {
    World world;
    world.catalog.put(of("ours", image(k_source, "debian", "1")));
    Plan saved;
    saved.targets = {world.target(recipe_text())};
    world.catalog.put(of("ours", image("b", "debian", "3")));
    std::string said;
    try {
        plan::require_unchanged(saved, 0, world.catalog);
    } catch (const Error &error) {
        said = error.what();
    }
    CHECK(said == "the plan is stale; since it was made\n  image b 'debian' appeared, made by "
                  "project ours at 3");
}

TEST_CASE("owners: a saved plan gives no project what another one owns", "[plan]") {
    struct Case {
        const char *applied_in;
        const char *source; ///< whose image it is
        const char *owner;  ///< whose the new one shall be
        const char *said;
    };

    const std::vector<Case> cases = {
        {"ours", "ours", "ours", ""},
        {"ours", "p2", "ours", ""},
        {"ours", "p2", "p2", ""},
        {"ours", "ours", "p2",
         "the plan makes an image for project 'p2' of one of project 'ours', but this is project "
         "'ours'"},
        {"ours", "p3", "p2",
         "the plan makes an image for project 'p2' of one of project 'p3', but this is project "
         "'ours'"},
    };
    for (const Case &plan : cases) {
        CAPTURE(plan.source, plan.owner);
        World world;
        world.catalog.put(of(plan.source, image(k_source, "debian", "1")));
        world.catalog.set_project(plan.owner);
        Plan saved;
        saved.targets = {
            world.target(recipe_text(fmt::format("image: debian, owner: {}", plan.source)))};
        world.catalog.set_project(plan.applied_in);
        std::string said;
        try {
            plan::require_unchanged(saved, 0, world.catalog);
        } catch (const Error &error) {
            said = error.what();
        }
        CHECK(said == plan.said);
    }
}

TEST_CASE("owners: two projects use one recipe", "[plan]") {
    World world;
    world.catalog.put(of("ours", image("a", "debian", "1"), "private"));
    world.catalog.put(of("p2", image("b", "debian", "1"), "private"));
    world.apply(recipe_text(), "g1", "2");
    world.catalog.set_project("p2");
    CHECK(world.outcome(recipe_text()) == "create from b of p2 for p2, present none aside b");
    world.apply(recipe_text(), "g2", "3");
    CHECK(world.outcome(recipe_text()) == "nothing from b of p2 for p2, present g2");
    world.catalog.set_project("ours");
    CHECK(world.outcome(recipe_text()) == "nothing from a of ours for ours, present g1");
}

TEST_CASE("owners: a source stays with its project until the recipe says otherwise", "[plan]") {
    World world;
    world.catalog.put(of("p2", image(k_theirs, "debian", "1")));
    world.apply(recipe_text("image: debian, owner: p2"), "g1", "2");
    SECTION("which need not be named again") {
        CHECK(world.outcome(recipe_text()) ==
              std::string("nothing from ") + k_theirs + " of p2 for ours, present g1");
    }
    SECTION("its newer public image is the new source") {
        world.catalog.put(of("p2", image("v2", "debian", "3")));
        CHECK(world.outcome(recipe_text()) == "create from v2 of p2 for ours, present g1 aside g1");
    }
    SECTION("also when the one before is gone") {
        world.catalog.remove(k_theirs);
        world.catalog.put(of("p2", image("v2", "debian", "3")));
        CHECK(world.outcome(recipe_text()) == "create from v2 of p2 for ours, present g1 aside g1");
    }
    SECTION("its newer image for all who ask is not") {
        world.catalog.put(of("p2", image("v2", "debian", "3"), "community"));
        CHECK(world.outcome(recipe_text()) ==
              std::string("nothing from ") + k_theirs + " of p2 for ours, present g1");
    }
    SECTION("one of ours is refused until it is said") {
        world.catalog.put(of("ours", image("o", "debian", "3")));
        CHECK(world.outcome(recipe_text()) ==
              "refused: the source 'debian' would be image o of project ours, but what is there "
              "was built from an image of project p2 / if that is meant, say so in the recipe: "
              "source.owner: ours; else source.owner: p2");
        CHECK(world.outcome(recipe_text("image: debian, owner: ours")) ==
              "create from o of ours for ours, present g1 aside g1 aside o");
        CHECK(world.outcome(recipe_text("image: debian, owner: p2")) ==
              std::string("nothing from ") + k_theirs + " of p2 for ours, present g1");
    }
    SECTION("also one older than it, once it is said") {
        world.catalog.put(of("p3", image("w", "debian", "0")));
        CHECK(world.outcome(recipe_text("image: debian, owner: p3")) ==
              "create from w of p3 for ours, present g1 aside g1");
    }
}

TEST_CASE("owners: an image of another project under the name is told and left", "[plan]") {
    World world;
    world.catalog.put(of("p2", image("b", "debian", "1")));
    CHECK(world.target(recipe_text("image: debian, owner: p2")).notes ==
          std::vector<std::string>{"image b also has the name 'debian' and stays visible: it "
                                   "belongs to project p2"});
}

TEST_CASE("owners: a catalog without projects has no use for them", "[plan]") {
    World world;
    world.catalog.set_project("");
    world.catalog.put(image("a", "debian", "1"));
    CHECK(world.outcome(recipe_text("image: debian, owner: p2", "owner: p3")) ==
          "create from a of  for , present none aside a");
}

TEST_CASE("owners: drift looks at an image that has lost its mark, and says so", "[plan]") {
    World world;
    world.catalog.put(of("ours", image(k_source, "debian", "1")));
    world.apply(recipe_text(), "g1", "2");
    world.catalog.refute("g1");
    const DriftReport report =
        plan::find_drift(world.recipes.check(recipe_text()), world.catalog, {}, {});
    CHECK(report.image.value().id == "g1");
    CHECK(report.drift.empty());
    REQUIRE(report.pending.size() == 2);
    CHECK(report.pending[0].starts_with("image g1 says that this recipe made it, but its bytes"));
    CHECK(report.pending[1] ==
          "apply would refuse: the catalog has no image 'debian' to build from");
}

TEST_CASE("owners: what bears a recipe's properties without its mark is nobody's", "[plan]") {
    World world;
    world.catalog.put(of("ours", image(k_source, "debian", "1")));
    world.apply(recipe_text(), "g1", "2");
    Image copy = image("copy", "debian", "3");
    copy.properties = world.catalog.find("g1").value().properties;
    world.catalog.put(of("ours", copy, "private"));
    world.catalog.refute("copy");
    const Target target = world.target(recipe_text());
    CHECK(target.action == Action::none);
    CHECK(target.present.value().id == "g1");
    CHECK(target.source.id == k_source);
    CHECK(target.notes ==
          std::vector<std::string>{
              "image copy says that this recipe made it, but its bytes in Ceph carry no mark of "
              "retouch: it is left alone; if retouch uploaded it before it left marks on such "
              "images, then: rbd image-meta set POOL/copy retouch.uploaded copy"});
}

TEST_CASE("owners: a former image is not renamed to a name that no service takes", "[plan]") {
    for (const std::string &letter : {std::string("n"), std::string("\xc3\xa9")}) {
        std::string name;
        for (int i = 0; i < 247; ++i)
            name += letter;
        World world;
        world.catalog.put(of("ours", image(k_source, name, "1")));
        const std::string text = recipe_text("image: \"" + name + "\"", "previous: rename");
        CHECK(world.outcome(text).starts_with(
            "refused: the image before would be renamed to a name of more than 255 characters: "));
    }
}
