#include "render/images.hpp"
#include "unit/render/golden.hpp"
#include "unit/render/printable.hpp"
#include "unit/render/samples.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

std::vector<Image> three_images() {
    Image hidden = sample_image();
    hidden.id = "00000000-0000-4000-8000-000000000001";
    hidden.hidden = true;
    hidden.is_protected = true;
    Image queued = sample_image();
    queued.id = "00000000-0000-4000-8000-000000000002";
    queued.name = "scratch äöü";
    queued.status = "queued";
    queued.size = 0;
    return {hidden, sample_image(), queued};
}

} // namespace

TEST_CASE("images text: a table with hidden and unfinished records marked") {
    const std::string text = render::images_text(three_images(), "local", false);
    CHECK(text == golden("images.txt", text));
    CHECK(without_colour(render::images_text(three_images(), "local", true)) == text);
}

TEST_CASE("images: an empty catalog says so in words and as an empty list") {
    CHECK(render::images_text({}, "lab", false) == "No images in catalog lab.\n");
    CHECK(render::images_json({}, "lab") ==
          Json::parse(R"({"format_version": "1.0", "catalog": "lab", "images": []})"));
    CHECK(render::images_markdown({}) == "No images.\n");
}

TEST_CASE("images json: every field of a record, under Glance's names") {
    const std::string text = render::images_json({sample_image()}, "local").dump(2) + "\n";
    CHECK(text == golden("images.json", text));
    CHECK(render::image_json(sample_image(), "local")["image"] ==
          render::images_json({sample_image()}, "local")["images"][0]);
}

TEST_CASE("image text: one record in full") {
    const std::string text = render::image_text(sample_image(), false);
    CHECK(text == golden("image.txt", text));
}

TEST_CASE("image markdown: one record, and the list, as tables") {
    const std::string text =
        render::image_markdown(sample_image()) + "\n" + render::images_markdown(three_images());
    CHECK(text == golden("images.md", text));
}

TEST_CASE("images: nothing from a record reaches the terminal raw") {
    Image image = sample_image();
    const std::string hostile = "a\x1b[31m\xe2\x80\xae\n|b";
    image.name = image.id = image.status = image.visibility = image.disk_format = hostile;
    image.created_at = image.updated_at = hostile;
    image.tags = {hostile};
    image.properties = {{hostile, hostile}};
    image.checksums = {{hostile, hostile}};
    CHECK(is_printable(render::image_text(image, false)));
    CHECK(is_printable(render::images_text({image}, hostile, false)));
    CHECK(is_printable(render::image_markdown(image)));
    CHECK(is_printable(render::images_markdown({image})));
    image.name = "\xff";
    CHECK(render::images_json({image}, "local").dump().find("\xef\xbf\xbd") != std::string::npos);
}
