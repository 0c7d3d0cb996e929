// Which records a query is answered with.

#include "retouch/image_query.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

Image record() {
    Image image;
    image.owner = "p1";
    image.name = "base";
    image.visibility = "public";
    image.properties = {{"retouch_recipe", "web"}, {"os_distro", "debian"}};
    return image;
}

} // namespace

TEST_CASE("image query: what it does not say may be anything") {
    CHECK(ImageQuery{}.matches(record()));
    CHECK(ImageQuery{}.matches(Image{}));
}

TEST_CASE("image query: all that it says must hold") {
    const ImageQuery whole{.owner = "p1",
                           .names = {"other", "base"},
                           .visibility = "public",
                           .hidden = false,
                           .properties = {{"retouch_recipe", "web"}, {"os_distro", "debian"}}};
    REQUIRE(whole.matches(record()));
    const auto differs = [&](auto change) {
        Image image = record();
        change(image);
        return !whole.matches(image);
    };
    CHECK(differs([](Image &image) { image.owner = "p2"; }));
    CHECK(differs([](Image &image) { image.name = "Base"; }));
    CHECK(differs([](Image &image) { image.visibility = "private"; }));
    CHECK(differs([](Image &image) { image.hidden = true; }));
    CHECK(differs([](Image &image) { image.properties["os_distro"] = "Debian"; }));
    CHECK(differs([](Image &image) { image.properties.erase("retouch_recipe"); }));
}
