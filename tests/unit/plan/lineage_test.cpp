// The source rule: a generation is never its own source. Images are a table; no catalog, no bytes.

#include "plan/lineage.hpp"

#include "retouch/error.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace retouch;
using retouch::test::generation;
using retouch::test::image;

namespace {

const plan::Maker k_web{"", "web"};
const plan::Maker k_base{"", "base"};
constexpr const char *k_vendor = "00000000-0000-4000-8000-000000000001";

plan::SourceChoice named(const std::string &image) {
    return {image, std::nullopt, {""}};
}

Image hidden(Image image) {
    image.hidden = true;
    return image;
}

std::string message_of(const std::vector<Image> &images, const std::string &source) {
    try {
        const plan::Lineage unexpected =
            plan::resolve_lineage(images, k_web, named(source), std::nullopt);
        return "resolved to " + unexpected.source.id;
    } catch (const Error &error) {
        return std::string(error.what()) + " / " + error.hint();
    }
}

} // namespace

TEST_CASE("lineage: the only visible image of the name is the source", "[plan]") {
    const auto found =
        plan::resolve_lineage({image(k_vendor, "debian", "1")}, k_web, named("debian"), {});
    CHECK(found.source == ImageReference{k_vendor, "debian",
                                         std::string("sha512-used:digest-of-") + k_vendor, "1"});
    CHECK(found.publish_name == "debian");
    CHECK_FALSE(found.present);
    CHECK(found.notes.empty());
}

TEST_CASE("lineage: an id names an image whatever its name, hidden or not", "[plan]") {
    const auto found =
        plan::resolve_lineage({hidden(image(k_vendor, "debian", "1")), image("b", "debian", "2")},
                              k_web, named(k_vendor), {});
    CHECK(found.source.id == k_vendor);
    CHECK(found.publish_name == "debian");
}

TEST_CASE("lineage: a generation under the source's name leads back to its source", "[plan]") {
    const std::vector<Image> images = {hidden(image("a", "debian", "1")),
                                       generation("g1", "debian", "2", "web", "a")};
    const auto found = plan::resolve_lineage(images, k_web, named("debian"), {});
    CHECK(found.source.id == "a");
    REQUIRE(found.present);
    CHECK(found.present->id == "g1");
    CHECK(found.notes.empty());
}

TEST_CASE("lineage: a kept original beside its generation is still the source", "[plan]") {
    const std::vector<Image> images = {image("a", "debian", "1"),
                                       generation("g1", "debian", "2", "web", "a")};
    CHECK(plan::resolve_lineage(images, k_web, named("debian"), {}).source.id == "a");
}

TEST_CASE("lineage: a renamed original is found through its generation", "[plan]") {
    const std::vector<Image> images = {image("a", "debian-20260101", "1"),
                                       generation("g1", "debian", "2", "web", "a")};
    CHECK(plan::resolve_lineage(images, k_web, named("debian"), {}).source.id == "a");
}

TEST_CASE("lineage: the newest of several generations is the present one", "[plan]") {
    const std::vector<Image> images = {hidden(image("a", "debian", "1")),
                                       hidden(generation("g1", "debian", "2", "web", "a")),
                                       generation("g2", "debian", "3", "web", "a")};
    const auto found = plan::resolve_lineage(images, k_web, named("debian"), {});
    CHECK(found.source.id == "a");
    CHECK(found.present->id == "g2");
}

TEST_CASE("lineage: the visible generation is the present one whatever clocks said", "[plan]") {
    const std::string first = GENERATE("1", "2", "3"); // of the hidden one, against 2
    std::vector<Image> images = {hidden(image("a", "debian", "0")),
                                 hidden(generation("g1", "debian", first, "web", "a")),
                                 generation("g2", "debian", "2", "web", "a")};
    if (GENERATE(true, false))
        std::swap(images[1], images[2]);
    CHECK(plan::resolve_lineage(images, k_web, named("debian"), {}).present->id == "g2");
}

TEST_CASE("lineage: of generations made at one time the one changed last is present", "[plan]") {
    std::vector<Image> images = {hidden(image("a", "debian", "0")),
                                 generation("g1", "debian", "2", "web", "a"),
                                 generation("g2", "debian", "2", "web", "a")};
    const bool is_hidden = GENERATE(true, false);
    images[1].hidden = images[2].hidden = is_hidden;
    images[1].updated_at = "4";
    images[2].updated_at = "3";
    CHECK(plan::resolve_lineage(images, k_web, named("debian"), {}).present->id == "g1");
    std::swap(images[1], images[2]);
    CHECK(plan::resolve_lineage(images, k_web, named("debian"), {}).present->id == "g1");
}

TEST_CASE("lineage: a removed original is known by what its generation remembers", "[plan]") {
    const auto found = plan::resolve_lineage({generation("g1", "debian", "2", "web", "a")}, k_web,
                                             named("debian"), {});
    CHECK(found.source == ImageReference{"a", "debian", "sha512-used:digest-of-a", ""});
    CHECK_FALSE(found.source_record);
    CHECK(found.notes == std::vector<std::string>{
                             "the source image a is gone; its digest is known from image g1"});
}

TEST_CASE("lineage: a newer image of the name becomes the source, and the plan says so", "[plan]") {
    const std::vector<Image> images = {hidden(image("a", "debian", "1")),
                                       generation("g1", "debian", "2", "web", "a"),
                                       image("v2", "debian", "3")};
    const auto found = plan::resolve_lineage(images, k_web, named("debian"), {});
    CHECK(found.source.id == "v2");
    CHECK(found.present->id == "g1");
    CHECK(found.notes == std::vector<std::string>{"image v2 is newer than what this recipe was "
                                                  "built from: it is the new source"});
}

TEST_CASE("lineage: an image older than the lineage's source is no news", "[plan]") {
    const std::vector<Image> images = {image("old", "debian", "0"),
                                       hidden(image("a", "debian", "1")),
                                       generation("g1", "debian", "2", "web", "a")};
    CHECK(plan::resolve_lineage(images, k_web, named("debian"), {}).source.id == "a");
}

TEST_CASE("lineage: what another recipe made is a source like any other", "[plan]") {
    const std::vector<Image> images = {hidden(image("a", "debian", "1")),
                                       generation("b1", "debian", "2", "base", "a")};
    CHECK(plan::resolve_lineage(images, k_web, named("debian"), {}).source.id == "b1");
}

TEST_CASE("lineage: what was stacked on a generation is not its new source", "[plan]") {
    const std::vector<Image> images = {hidden(image("a", "debian", "1")),
                                       hidden(generation("b1", "debian", "2", "base", "a")),
                                       generation("w1", "debian", "3", "web", "b1")};
    const auto base = plan::resolve_lineage(images, k_base, named("debian"), {});
    CHECK(base.source.id == "a");
    CHECK(base.present->id == "b1");
    CHECK(plan::resolve_lineage(images, k_web, named("debian"), {}).source.id == "b1");
}

TEST_CASE("lineage: a rebuilt base is the new source of what was stacked on it", "[plan]") {
    const std::vector<Image> images = {hidden(image("a", "debian", "1")),
                                       hidden(generation("b1", "debian", "2", "base", "a")),
                                       hidden(generation("w1", "debian", "3", "web", "b1")),
                                       generation("b2", "debian", "4", "base", "a")};
    CHECK(plan::resolve_lineage(images, k_web, named("debian"), {}).source.id == "b2");
}

TEST_CASE("lineage: publishing under another name keeps source and generation apart", "[plan]") {
    const std::vector<Image> images = {image("a", "debian", "1"),
                                       generation("g1", "web-image", "2", "web", "a")};
    const auto found = plan::resolve_lineage(images, k_web, named("debian"), "web-image");
    CHECK(found.source.id == "a");
    CHECK(found.present->id == "g1");
    CHECK(found.publish_name == "web-image");
}

TEST_CASE("lineage: a circular chain of sources ends", "[plan]") {
    const std::vector<Image> images = {generation("x", "debian", "1", "other", "y"),
                                       hidden(generation("y", "debian", "2", "other", "x"))};
    CHECK(plan::resolve_lineage(images, k_web, named("debian"), {}).source.id == "x");
    CHECK_FALSE(plan::descends_from(images[0], k_web, plan::ImagesById(images)));
}

TEST_CASE("lineage: a chain of sources is followed to its bound and no further", "[plan]") {
    const auto descends = [](int links) {
        std::vector<Image> images;
        for (int i = 0; i < links; ++i)
            images.push_back(generation("i" + std::to_string(i), "debian", "1", "base",
                                        "i" + std::to_string(i + 1)));
        images.push_back(generation("i" + std::to_string(links), "debian", "1", "web", k_vendor));
        return plan::descends_from(images.front(), k_web, plan::ImagesById(images));
    };
    CHECK(descends(0));
    CHECK(descends(plan::k_longest_chain - 1));
    CHECK_FALSE(descends(plan::k_longest_chain));
}

TEST_CASE("lineage: an ambiguous name is refused with the candidates", "[plan]") {
    CHECK(message_of({image("a", "debian", "1"), image("b", "debian", "2")}, "debian") ==
          "the source 'debian' is ambiguous: 2 images have that name\n"
          "  a  debian  created 1\n"
          "  b  debian  created 2 / name the one you mean by its id in source.image, hide the "
          "others, or take the one that came last: newest: true");
}

TEST_CASE("lineage: of many candidates the newest are listed, and how many more there are",
          "[plan]") {
    std::vector<Image> images;
    for (int number = 1; number <= 1000; ++number)
        images.push_back(image(fmt::format("id-{}", number), "debian", std::to_string(number)));
    const std::string message = message_of(images, "debian");
    CHECK(message.starts_with("the source 'debian' is ambiguous: 1000 images have that name\n"
                              "  980 older ones, and\n"
                              "  id-981  debian  created 981\n"));
    CHECK(std::ranges::count(message, '\n') == 21);
}

TEST_CASE("lineage: an unknown name is refused with the nearest one", "[plan]") {
    CHECK(message_of({image("a", "debian-12", "1")}, "debain-12") ==
          "the catalog has no image 'debain-12' to build from / did you mean 'debian-12'?");
}

TEST_CASE("lineage: a name that only hidden images bear is refused with their ids", "[plan]") {
    CHECK(message_of({hidden(image("a", "debian", "1"))}, "debian") ==
          "the catalog has no image 'debian' to build from / only hidden or inactive images have "
          "that name; name one by its id:\n  a  debian  created 1");
}

TEST_CASE("lineage: an unknown id is refused", "[plan]") {
    CHECK(message_of({}, k_vendor) ==
          std::string("the catalog has no image '") + k_vendor +
              "' to build from / `retouch images` lists what the catalog holds");
}

TEST_CASE("lineage: a misspelt source does not fall back to the generation's", "[plan]") {
    const std::vector<Image> images = {image("a", "debian", "1"),
                                       generation("g1", "web-image", "2", "web", "a")};
    try {
        const auto found = plan::resolve_lineage(images, k_web, named("debain"), "web-image");
        FAIL("resolved to " << found.source.id);
    } catch (const Error &error) {
        CHECK(std::string(error.what()) == "the catalog has no image 'debain' to build from");
    }
}
