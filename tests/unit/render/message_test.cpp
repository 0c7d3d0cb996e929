#include "render/message.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

TEST_CASE("message: lines stay lines, indented, and what they quote is escaped") {
    CHECK(render::message_text("one", 2) == "one");
    CHECK(render::message_text("one\n  two\nthree\x1b[2J", 4) == "one\n    two\n    three\\x1b[2J");
    CHECK(render::message_text("a\\x0ab", 2) == "a\\x0ab");
    CHECK(render::message_text("", 2).empty());
}

TEST_CASE("message: a long line loses its middle, and keeps its beginning and end") {
    const std::string path(160'000, 'd');
    const std::string text =
        render::message_text("cannot look at /opt/" + path + ": File name too long", 2);
    CHECK(text.size() < 1024);
    CHECK(text.starts_with("cannot look at /opt/ddd"));
    CHECK(text.ends_with("ddd: File name too long"));
    CHECK(text.find(" [155.5 KiB left out] ") != std::string::npos);
}

TEST_CASE("message: nothing is cut inside a character") {
    std::string line;
    for (int i = 0; i < 5000; ++i)
        line += "\u00e4";
    for (std::size_t limit = 100; limit < 104; ++limit) {
        const std::string text = render::shortened_line(line, limit);
        CHECK(text.find('\\') == std::string::npos);
        CHECK(text.size() < limit + 40);
    }
}

TEST_CASE("message: a long list loses its end") {
    std::string list = "these:";
    for (int i = 0; i < 1000; ++i)
        list += "\n  item";
    const std::string text = render::message_text(list, 2);
    CHECK(text.ends_with("\n  item\n  and 961 more lines"));
}
