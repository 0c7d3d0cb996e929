#include "base/text.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace retouch;
using namespace std::chrono_literals;

namespace {

std::string random_bytes(std::mt19937 &random, std::size_t most) {
    std::string bytes(random() % (most + 1), '\0');
    for (char &byte : bytes)
        byte = static_cast<char>(random() % 4 == 0 ? random() % 256 : 0x20 + random() % 0x60);
    return bytes;
}

} // namespace

TEST_CASE("escape: printable text stays as it is") {
    CHECK(base::escape("plain, Grüße, 日本, 🎉 \\ '") == "plain, Grüße, 日本, 🎉 \\ '");
    CHECK(base::escape("").empty());
}

TEST_CASE("escape: control characters become visible") {
    CHECK(base::escape(std::string_view("a\0b", 3)) == "a\\x00b");
    CHECK(base::escape("\x1b[31m\x7f\r") == "\\x1b[31m\\x7f\\x0d");
    CHECK(base::escape("a\n\tb") == "a\\x0a\\x09b");
    CHECK(base::escape("\xC2\x85\xC2\x9B") == "\\u{85}\\u{9b}");
}

TEST_CASE("escape: newlines and tabs can be kept, carriage returns cannot") {
    CHECK(base::escape("a\r\n\tb", true) == "a\\x0d\n\tb");
}

TEST_CASE("escape: characters that reorder or break lines become visible") {
    CHECK(base::escape("\u202A\u202B\u202C\u202D\u202E") ==
          "\\u{202a}\\u{202b}\\u{202c}\\u{202d}\\u{202e}");
    CHECK(base::escape("\u2066\u2067\u2068\u2069") == "\\u{2066}\\u{2067}\\u{2068}\\u{2069}");
    CHECK(base::escape("\u200E\u200F\u061C") == "\\u{200e}\\u{200f}\\u{61c}");
    CHECK(base::escape("\u2028\u2029") == "\\u{2028}\\u{2029}");
    CHECK(base::escape("\u2027\u202F\u205F\u200D") == "\u2027\u202F\u205F\u200D");
    CHECK(base::escape("\u00AD\u200B\u2060\uFEFF\U000E0041") ==
          "\\u{ad}\\u{200b}\\u{2060}\\u{feff}\\u{e0041}");
}

TEST_CASE("escape: characters that nobody sees become visible, beside emoji, too") {
    CHECK(base::escape("a\u3164b\u2800") == "a\\u{3164}b\\u{2800}");
    CHECK(base::escape("\u2714\ufe0f \U0001f600\U000e0141") ==
          "\u2714\\u{fe0f} \U0001f600\\u{e0141}");
    CHECK(base::escape("\ufdd0\uffff\U0010ffff\ue000") == "\\u{fdd0}\\u{ffff}\\u{10ffff}\\u{e000}");
    CHECK(base::escape("\ufffd") == "\ufffd");
}

TEST_CASE("escape: bytes that are no UTF-8 are shown one by one") {
    CHECK(base::escape("caf\xE9!") == "caf\\xe9!");
    CHECK(base::escape("\xC0\xAF") == "\\xc0\\xaf");                   // overlong
    CHECK(base::escape("\xED\xA0\x80") == "\\xed\\xa0\\x80");          // surrogate
    CHECK(base::escape("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80"); // above U+10FFFF
    CHECK(base::escape("\xE2\x82") == "\\xe2\\x82");                   // cut off
}

TEST_CASE("escape: whatever comes in, what goes out is safe to print") {
    std::mt19937 random(7);
    for (int round = 0; round < 3000; ++round) {
        const std::string bytes = random_bytes(random, 60);
        CAPTURE(round, bytes);
        const std::string safe = base::escape(bytes);
        REQUIRE_FALSE(base::invalid_utf8(safe).has_value());
        REQUIRE(std::ranges::none_of(
            safe, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
        REQUIRE(base::escape(safe) == safe);
    }
}

TEST_CASE("UTF-8: the first byte that does not fit is found") {
    CHECK(base::invalid_utf8("Grüße") == std::nullopt);
    CHECK(base::invalid_utf8("ab\xFF") == 2);
    CHECK(base::invalid_utf8("ab\xE2\x82") == 2);
    CHECK(base::invalid_utf8("\xF0\x9F\x8E\x89\x80") == 4);
}

TEST_CASE("UTF-8: repairing replaces each broken sequence once and keeps the rest") {
    CHECK(base::to_valid_utf8(std::string_view("a\0b\x1b", 4)) == std::string("a\0b\x1b", 4));
    CHECK(base::to_valid_utf8("x\xFF\xFEy") == "x\uFFFD\uFFFDy");
    CHECK(base::to_valid_utf8("\xE2\x82z") == "\uFFFDz");
    CHECK(base::to_valid_utf8("\xF0\x80\x80\x41") == "\uFFFD\uFFFD\uFFFD"
                                                     "A");
}

TEST_CASE("UTF-8: what was repaired is valid and stays the same") {
    std::mt19937 random(8);
    for (int round = 0; round < 3000; ++round) {
        const std::string bytes = random_bytes(random, 60);
        CAPTURE(round, bytes);
        const std::string repaired = base::to_valid_utf8(bytes);
        REQUIRE_FALSE(base::invalid_utf8(repaired).has_value());
        REQUIRE(base::to_valid_utf8(repaired) == repaired);
        if (!base::invalid_utf8(bytes))
            REQUIRE(repaired == bytes);
    }
}

TEST_CASE("UTF-8: code points are counted, broken bytes one each") {
    CHECK(base::code_points("") == 0);
    CHECK(base::code_points("Grüße") == 5);
    CHECK(base::code_points("日本🎉") == 3);
    CHECK(base::code_points("a\xE2\x82z") == 4);
}

TEST_CASE("did you mean: one slip of the finger is recognised") {
    const std::vector<std::string> keys = {"files", "commands", "cleanup", "checks", "properties"};
    CHECK(base::did_you_mean("file", keys) == "files");
    CHECK(base::did_you_mean("fiels", keys) == "files"); // two letters swapped
    CHECK(base::did_you_mean("comands", keys) == "commands");
    CHECK(base::did_you_mean("propertys", keys) == "properties");
    CHECK(base::did_you_mean("clean-up", keys) == "cleanup");
}

TEST_CASE("did you mean: what is too far away is not suggested") {
    const std::vector<std::string> keys = {"files", "checks"};
    CHECK(base::did_you_mean("users", keys) == std::nullopt);
    CHECK(base::did_you_mean("", keys) == std::nullopt);
    CHECK(base::did_you_mean("anything", {}) == std::nullopt);
    CHECK(base::did_you_mean(std::string(100000, 'f'), keys) == std::nullopt);
}

TEST_CASE("did you mean: the nearest wins, and the earlier of two equally near") {
    const std::vector<std::string> keys = {"mode", "node", "modes"};
    CHECK(base::did_you_mean("modes", keys) == "modes");
    CHECK(base::did_you_mean("bode", keys) == "mode");
}

TEST_CASE("did you mean: any single edit of a long word leads back to it") {
    const std::vector<std::string> words = {"visibility"};
    std::mt19937 random(9);
    for (int round = 0; round < 500; ++round) {
        std::string word = words.front();
        const std::size_t at = random() % (word.size() - 1);
        switch (random() % 4) {
        case 0:
            word.erase(at, 1);
            break;
        case 1:
            word.insert(at, 1, static_cast<char>('a' + random() % 26));
            break;
        case 2:
            word[at] = static_cast<char>('a' + random() % 26);
            break;
        default:
            std::swap(word[at], word[at + 1]);
        }
        CAPTURE(word);
        REQUIRE(base::did_you_mean(word, words) == "visibility");
    }
}

TEST_CASE("durations: units h, m, s in that order") {
    CHECK(base::parse_duration("90s") == 90s);
    CHECK(base::parse_duration("10m") == 600s);
    CHECK(base::parse_duration("1h30m") == 5400s);
    CHECK(base::parse_duration("2h") == 7200s);
    CHECK(base::parse_duration("1h0m1s") == 3601s);
    CHECK(base::parse_duration("24h") == 86400s);
    CHECK(base::parse_duration("1s") == 1s);
}

TEST_CASE("durations: everything else is refused") {
    for (const char *text :
         {"", "10", "m", "10 m", "-1s", "+1s", "1.5h", "30m1h", "1s1s", "1d", "0s", "0h0m", "24h1s",
          "25h", "99999999999999999999s", "1h30", "10M", " 10m", "10m "}) {
        CAPTURE(text);
        CHECK(base::parse_duration(text) == std::nullopt);
    }
}

TEST_CASE("modes: three or four octal digits") {
    CHECK(base::parse_mode("644") == 0644U);
    CHECK(base::parse_mode("0644") == 0644U);
    CHECK(base::parse_mode("4755") == 04755U);
    CHECK(base::parse_mode("0000") == 0U);
    for (const char *text : {"", "64", "06444", "0648", "rw-", "0x1", "-644", " 644"}) {
        CAPTURE(text);
        CHECK(base::parse_mode(text) == std::nullopt);
    }
}

TEST_CASE("modes: what is written is read back") {
    CHECK(base::format_mode(0644) == "0644");
    CHECK(base::format_mode(04755) == "4755");
    CHECK(base::format_mode(0) == "0000");
    for (std::uint32_t mode = 0; mode <= 07777; ++mode)
        REQUIRE(base::parse_mode(base::format_mode(mode)) == mode);
}

TEST_CASE("sizes: exact below 1 KiB, one decimal above, never 1024 of a unit") {
    CHECK(base::format_bytes(0) == "0 B");
    CHECK(base::format_bytes(512) == "512 B");
    CHECK(base::format_bytes(1023) == "1023 B");
    CHECK(base::format_bytes(1024) == "1.0 KiB");
    CHECK(base::format_bytes(12897485) == "12.3 MiB");
    CHECK(base::format_bytes(1024 * 1024 - 1) == "1.0 MiB");
    CHECK(base::format_bytes(std::uint64_t{200} << 30U) == "200.0 GiB");
    CHECK(base::format_bytes(~std::uint64_t{0}) == "16.0 EiB");
}

TEST_CASE("seconds: shown as precisely as a reader can use") {
    CHECK(base::format_seconds(0.36) == "0.4 s");
    CHECK(base::format_seconds(-1) == "0.0 s");
    CHECK(base::format_seconds(9.94) == "9.9 s");
    CHECK(base::format_seconds(9.96) == "10 s");
    CHECK(base::format_seconds(12.3) == "12 s");
    CHECK(base::format_seconds(59.7) == "1 m 00 s");
    CHECK(base::format_seconds(185) == "3 m 05 s");
    CHECK(base::format_seconds(3720) == "1 h 02 m");
    CHECK(base::format_seconds(1e300) == "277777777 h 46 m");
}

TEST_CASE("lines: line ends are taken off, a final one begins no line") {
    using Lines = std::vector<std::string>;
    CHECK(base::split_lines("").empty());
    CHECK(base::split_lines("a") == Lines{"a"});
    CHECK(base::split_lines("a\nb\n") == Lines{"a", "b"});
    CHECK(base::split_lines("a\r\n\nb\r") == Lines{"a", "", "b\r"});
    CHECK(base::split_lines("\n") == Lines{""});
}

TEST_CASE("trim: blanks at both ends go") {
    CHECK(base::trim(" \t a b \r\n") == "a b");
    CHECK(base::trim("   ").empty());
    CHECK(base::trim("a") == "a");
}

TEST_CASE("cutting: a character is kept whole or left out, and the rest is told by dots") {
    CHECK(base::character_start("a\xc3\xa4", 0) == 0);
    CHECK(base::character_start("a\xc3\xa4", 1) == 1);
    CHECK(base::character_start("a\xc3\xa4", 2) == 1);
    CHECK(base::character_start("a\xc3\xa4", 3) == 3);
    CHECK(base::character_start("a\xc3\xa4", 9) == 3);
    CHECK(base::character_start("\xa4\xa4", 1) == 0);
    CHECK(base::clipped("a\xc3\xa4", 3) == "a\xc3\xa4");
    CHECK(base::clipped("a\xc3\xa4", 2) == "a...");
    CHECK(base::clipped("a\nb", 2) == "a\\x0a...");
    CHECK(base::clipped("a\tb", 2, true) == "a\t...");
    CHECK(base::clipped("a\tb", 9) == "a\\x09b");
    CHECK(base::clipped("a\tb", 9, true) == "a\tb");
}

TEST_CASE("lists: parts are put behind each other with a separator between") {
    using Parts = std::vector<std::string>;
    CHECK(base::joined(Parts{}, ", ").empty());
    CHECK(base::joined(Parts{"", "a", ""}, "|") == "|a|");
    std::string list;
    base::add_part(list, "a");
    base::add_part(list, "b");
    CHECK(list == "a, b");
    base::add_part(list, "c", " ");
    CHECK(list == "a, b c");
}
