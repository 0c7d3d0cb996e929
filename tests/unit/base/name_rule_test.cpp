#include "base/name_rule.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <string>

using namespace retouch;

TEST_CASE("name rule: what people and distributions call images is a name") {
    for (const char *name : {"CentOS 7.1 64bit", "debian-12-generic-amd64.qcow2", "web/prod/2026",
                             "Grüße", "日本語", "a..b", "...", "v1.", ".hidden", "x (2)",
                             "\u0646\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", "🎉"}) {
        INFO(name);
        CHECK(why_no_name(name) == std::nullopt);
    }
}

TEST_CASE("name rule: what a terminal obeys, what reorders text and what nobody sees is none") {
    for (const char *hidden :
         {"\x01",   "\t",     "\n",     "\r",         "\x1b",   "\x7f",   "\u0085",
          "\u009b", "\u00ad", "\u061c", "\u180e",     "\u200b", "\u200e", "\u200f",
          "\u2028", "\u2029", "\u202a", "\u202e",     "\u2060", "\u2066", "\u2069",
          "\u206f", "\ufeff", "\ufff9", "\U000E0041", "\xff"})
        for (const std::string &name : {fmt::format("web{}", hidden), fmt::format("{}web", hidden),
                                        fmt::format("w{}eb", hidden)}) {
            const auto why = why_no_name(name);
            INFO(name);
            REQUIRE(why);
            CHECK(why->starts_with("may not hold the character \\"));
        }
    CHECK(why_no_name("a\u202eb") == "may not hold the character \\u{202e}");
    CHECK(why_no_name(std::string_view("a\0b", 3)) == "may not hold the character \\x00");
}

TEST_CASE("name rule: blanks at the ends are none, also those of other scripts") {
    for (const char *blank : {" ", "\u00a0", "\u1680", "\u2003", "\u202f", "\u3000"}) {
        CHECK(why_no_name(fmt::format("{}web", blank)) == "may not begin with a blank");
        CHECK(why_no_name(fmt::format("web{}", blank)) == "may not end with a blank");
        CHECK(why_no_name(fmt::format("w{}b", blank)) == std::nullopt);
    }
    CHECK(why_no_name(" ") == "may not begin with a blank");
}

TEST_CASE("name rule: what leads elsewhere when it is taken for a path is none") {
    for (const char *name :
         {".", "..", "../x", "../../etc/cron.d/x", "a/../b", "a/..", "./a", "/.."}) {
        INFO(name);
        CHECK(why_no_name(name) == "may not have '.' or '..' as a part of a path");
    }
}
