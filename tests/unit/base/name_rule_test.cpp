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
        CHECK(base::why_no_name(name) == std::nullopt);
    }
}

TEST_CASE("name rule: what a terminal obeys, what reorders text and what nobody sees is none") {
    for (const char *hidden :
         {"\x01", "\t", "\n", "\r", "\x1b", "\x7f", "\u0085", "\u009b", "\xff",
          // Direction, separators, zero wide.
          "\u00ad", "\u061c", "\u180e", "\u200b", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a",
          "\u202e", "\u2060", "\u2065", "\u2066", "\u2069", "\u206f", "\ufeff",
          // Joiners and fillers that show nothing, blanks that are letters or symbols.
          "\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0",
          "\U00016fe4", "\U0001d159", "\U00013441", "\U00013442",
          // Selectors of variants.
          "\u180b", "\u180d", "\u180f", "\ufe00", "\ufe0f", "\U000e0100", "\U000e01ef",
          // Layout of shorthand, music and hieroglyphs; annotations; what stands for an object.
          "\U0001bca0", "\U0001bca3", "\U0001d173", "\U0001d17a", "\U00013430", "\U00013438",
          "\U0001343f", "\ufff0", "\ufff8", "\ufff9", "\ufffb", "\ufffc",
          // Tags, and what is kept for such.
          "\U000e0000", "\U000e0001", "\U000e0041", "\U000e007f", "\U000e0080", "\U000e0fff",
          // No characters, and those that mean what somebody agreed upon.
          "\ufdd0", "\ufdef", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff", "\ue000", "\uf8ff",
          "\U000f0000", "\U00100000", "\U0010fffd"})
        for (const std::string &name : {fmt::format("web{}", hidden), fmt::format("{}web", hidden),
                                        fmt::format("w{}eb", hidden)}) {
            const auto why = base::why_no_name(name);
            INFO(name);
            REQUIRE(why);
            CHECK(why->starts_with("may not hold the character \\"));
        }
    CHECK(base::why_no_name("a\u202eb") == "may not hold the character \\u{202e}");
    CHECK(base::why_no_name(std::string_view("a\0b", 3)) == "may not hold the character \\x00");
}

TEST_CASE("name rule: neighbours of what nobody sees are names") {
    for (const char *name :
         {"\u00ac",     "\u00ae",     "\u034e",     "\u0350",     "\u115e",     "\u1161",
          "\u17b3",     "\u17b6",     "\u180a",     "\u1810",     "\u2027",     "\u27ff",
          "\u2801",     "\u3163",     "\u3165",     "\ufdcf",     "\ufdf0",     "\ufe10",
          "\uff9f",     "\uffa1",     "\U0001bc9f", "\U0001bca4", "\U0001d158", "\U0001d15a",
          "\U0001d172", "\U0001d17b", "\U0001342f", "\U00013443", "\U00016fe3", "\U0001f600"}) {
        INFO(name);
        CHECK(base::why_no_name(name) == std::nullopt);
    }
}

TEST_CASE("name rule: joiners are for letters that they join, elsewhere nobody sees them") {
    for (const char *joiner : {"\u200c", "\u200d"})
        for (const char *name : {"{}", "web{}", "{}web", "w{}eb", "w{}\u0646", "\u0646{}b",
                                 "\u0646{}", "{}\u0646", "\u0646{0}{0}\u0646"}) {
            const auto why = base::why_no_name(fmt::format(fmt::runtime(name), joiner));
            INFO(name);
            REQUIRE(why);
            CHECK(why->ends_with(" where it joins nothing"));
        }
    CHECK(base::why_no_name("web\u200d") ==
          "may not hold the character \\u{200d} where it joins nothing");
    CHECK(base::why_no_name("\U0001f468\u200d\U0001f469") == std::nullopt);
}

TEST_CASE("name rule: blanks at the ends are none, also those of other scripts") {
    for (const char *blank : {" ", "\u00a0", "\u1680", "\u2003", "\u202f", "\u3000"}) {
        CHECK(base::why_no_name(fmt::format("{}web", blank)) == "may not begin with a blank");
        CHECK(base::why_no_name(fmt::format("web{}", blank)) == "may not end with a blank");
        CHECK(base::why_no_name(fmt::format("w{}b", blank)) == std::nullopt);
    }
    CHECK(base::why_no_name(" ") == "may not begin with a blank");
}

TEST_CASE("name rule: what leads elsewhere when it is taken for a path is none") {
    for (const char *name :
         {".", "..", "../x", "../../etc/cron.d/x", "a/../b", "a/..", "./a", "/.."}) {
        INFO(name);
        CHECK(base::why_no_name(name) == "may not have '.' or '..' as a part of a path");
    }
}
