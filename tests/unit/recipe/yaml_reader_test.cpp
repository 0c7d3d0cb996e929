// The strict reader: what it accepts and how it composes it, and its limits. Refusals with their
// whole texts are golden files in tests/recipes_bad.

#include "recipe/yaml/yaml_reader.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;

namespace {

/// A value on one line, kinds and marks visible: "map@1:1{a@1:1=str@1:4<b>}".
std::string show(const Value &value) {
    static constexpr const char *k_names[] = {"null", "bool", "int", "real", "str", "seq", "map"};
    std::string out = fmt::format("{}{}@{}:{}", k_names[static_cast<int>(value.kind)],
                                  value.quoted ? "'" : "", value.mark.line, value.mark.column);
    if (value.is_scalar())
        return out + "<" + value.scalar + ">";
    std::string inside;
    for (const Value &item : value.items)
        inside += (inside.empty() ? "" : ", ") + show(item);
    for (const Field &field : value.fields)
        inside += fmt::format("{}{}@{}:{}={}", inside.empty() ? "" : ", ", field.key,
                              field.key_mark.line, field.key_mark.column, show(field.value));
    return out + (value.kind == Value::Kind::sequence ? "[" + inside + "]" : "{" + inside + "}");
}

/// The composed value, or "line:column message" of everything refused.
std::string read(std::string_view text) {
    Diagnostics diagnostics;
    const auto value = recipe::read_yaml(text, "r.yaml", diagnostics);
    if (value)
        return diagnostics.empty() ? show(*value) : "value and diagnostics";
    std::string out;
    for (const Diagnostic &item : diagnostics.sorted())
        out += fmt::format("{}{}:{} {}", out.empty() ? "" : "\n", item.position.line,
                           item.position.column, item.message);
    return out.empty() ? "neither value nor diagnostics" : out;
}

std::string repeat(std::string_view piece, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += piece;
    return out;
}

} // namespace

TEST_CASE("reader: mappings and lists keep order and positions") {
    CHECK(read("b: 1\na:\n  - x\n  - k: v\n    l: w\n") ==
          "map@1:1{b@1:1=int@1:4<1>, a@2:1=seq@3:3[str@3:5<x>, "
          "map@4:5{k@4:5=str@4:8<v>, l@5:5=str@5:8<w>}]}");
    CHECK(read("a:\n- x\n- y\nb: z\n") ==
          "map@1:1{a@1:1=seq@2:1[str@2:3<x>, str@3:3<y>], b@4:1=str@4:4<z>}");
    CHECK(read("- - a\n  - b\n-\n  c: d\n") ==
          "seq@1:1[seq@1:3[str@1:5<a>, str@2:5<b>], map@4:3{c@4:3=str@4:6<d>}]");
    CHECK(read("{a: [b, 'c'], \"d\":e}\n") ==
          "map@1:1{a@1:2=seq@1:5[str@1:6<b>, str'@1:9<c>], d@1:15=str@1:19<e>}");
    CHECK(read("a: [b,\n  # why\n  c,\n]\n") == "map@1:1{a@1:1=seq@1:4[str@1:5<b>, str@3:3<c>]}");
    CHECK(read("a:\n  b\n") == "map@1:1{a@1:1=str@2:3<b>}");
}

TEST_CASE("reader: columns count code points") {
    CHECK(read("\xC3\xA4: [\xE2\x82\xAC, \xF0\x9F\x98\x80, x]\n") ==
          "map@1:1{\xC3\xA4@1:1=seq@1:4[str@1:5<\xE2\x82\xAC>, str@1:8<\xF0\x9F\x98\x80>, "
          "str@1:11<x>]}");
}

TEST_CASE("reader: a byte order mark, CRLF and one document marker are accepted") {
    CHECK(read("\xEF\xBB\xBF"
               "a: b\r\nc:\r\n  - d\r\n") ==
          "map@1:1{a@1:1=str@1:4<b>, c@2:1=seq@3:3[str@3:5<d>]}");
    CHECK(read("# head\n---\na: b\n...\n# tail\n") == "map@3:1{a@3:1=str@3:4<b>}");
}

TEST_CASE("reader: quoted and block scalars are strings whatever they spell") {
    CHECK(read("a: '1'\nb: \"true\"\nc: 'it''s'\nd: \"\\u00e9\\t\\\"\"\n") ==
          "map@1:1{a@1:1=str'@1:4<1>, b@2:1=str'@2:4<true>, c@3:1=str'@3:4<it's>, "
          "d@4:1=str'@4:4<\xC3\xA9\t\">}");
    CHECK(read("a: |\n  x\n   y\n\n  # kept\nb: >-\n  p\n  q\nc: |2\n   z\n") ==
          "map@1:1{a@1:1=str'@1:4<x\n y\n\n# kept\n>, b@6:1=str'@6:4<p q>, "
          "c@9:1=str'@9:4< z\n>}");
    CHECK(read("a: \"x\n  y\"\n") == "map@1:1{a@1:1=str'@1:4<x y>}");
    CHECK(read("- |\n text: [{'\n- x\n") == "seq@1:1[str'@1:3<text: [{'\n>, str@3:3<x>]");
}

TEST_CASE("reader: a plain text goes on over deeper lines, as every version of YAML folds it") {
    CHECK(read("a: x\n  y  \n   z # end\nb: 1\n  2\n") ==
          "map@1:1{a@1:1=str@1:4<x y z>, b@4:1=str@4:4<1 2>}");
    CHECK(read("- x\n  && y [z] {\"k\"}\n  | '-'\n- b\n") ==
          "seq@1:1[str@1:3<x && y [z] {\"k\"} | '-'>, str@4:3<b>]");
    CHECK(read("a:\n  x\n  y\nb:\n- k: x\n    y\n  l: z\n") ==
          "map@1:1{a@1:1=str@2:3<x y>, "
          "b@4:1=seq@5:1[map@5:3{k@5:3=str@5:6<x y>, l@7:3=str@7:6<z>}]}");
    CHECK(read("a: x\n\n  y\n   \n\n  z\n\nb: c\n") ==
          "map@1:1{a@1:1=str@1:4<x\ny\n\nz>, b@8:1=str@8:4<c>}");
    CHECK(read("a: x\n  - y\n") ==
          "2:3 this line is indented deeper than the one above, which already has its value");
    CHECK(read("a: x # end\n  y\n") == "2:3 text cannot continue on another line without quotes");
}

TEST_CASE("reader: inside brackets, too, a plain text goes on over lines") {
    CHECK(read("a: [x y\n  z,\n  1\n  2 , q]\n") ==
          "map@1:1{a@1:1=seq@1:4[str@1:5<x y z>, str@3:3<1 2>, str@4:7<q>]}");
    CHECK(read("a: {k: x\n    y, l: z\n\n  w}\n") ==
          "map@1:1{a@1:1=map@1:4{k@1:5=str@1:8<x y>, l@2:8=str@2:11<z\nw>}}");
    CHECK(read("a: [x # end\n  y]\n") == "2:3 expected ',' or ']' before this");
    CHECK(read("a: [x\n  \"y\", 'z'\n  ]\n") ==
          "map@1:1{a@1:1=seq@1:4[str@1:5<x \"y\">, str'@2:8<z>]}");
    CHECK(read("a: {k: x\n  'y, l: z'\n  w}\n") ==
          "map@1:1{a@1:1=map@1:4{k@1:5=str@1:8<x 'y>, l@2:7=str@2:10<z' w>}}");
    CHECK(read("a: [\"x\"\n  \"y\"]\n") == "2:3 expected ',' or ']' before this");
    CHECK(read("a: [x\n  \"y\": z]\n") != "");
    CHECK(read("a: {k: x\n  l: y}\n") == "2:3 expected ',' or '}' before this");
    CHECK(read("a: {k\n  l: y}\n") == "1:5 expected a colon after the key 'k'");
    CHECK(read("a: [x\n  y?]\n") == "1:5 text with '?' needs quotes inside [ ] and { }");
}

TEST_CASE("reader: plain scalars are typed by the YAML 1.2 core schema") {
    const auto kind = [](std::string_view scalar) {
        const std::string text = read(fmt::format("a: {}\n", scalar));
        return text.substr(14, text.find('@', 14) - 14);
    };
    for (const char *scalar : {"~", "null", "Null", "NULL"})
        CHECK(kind(scalar) == "null");
    for (const char *scalar : {"true", "false", "True", "FALSE"})
        CHECK(kind(scalar) == "bool");
    for (const char *scalar : {"0", "10", "-3", "+7"})
        CHECK(kind(scalar) == "int");
    for (const char *scalar : {"1.5", "-0.5", ".5", "3.", "1.0e+3"})
        CHECK(kind(scalar) == "real");
    for (const char *scalar : {"yes", "0644", "0x1f", "0o17", "1:30", "1_000", "2024-01-02", "1e3",
                               ".inf", "1.2.3", "x", "a b", "http://x:80/y#z", "-x", ":x", "?x"})
        CHECK(kind(scalar) == "str");
}

TEST_CASE("reader: an absent value is null at its key") {
    CHECK(read("a:\nnull_like: ~\nb:\n") ==
          "map@1:1{a@1:1=null@1:1<>, null_like@2:1=null@2:12<~>, b@3:1=null@3:1<>}");
}

TEST_CASE("reader: several mistakes are found at once") {
    CHECK(read("name foo\n") == "str@1:1<name foo>");
    CHECK(read("a: *x\nb\nc: \"d\" e\nf:\n\tg: h\n") ==
          "1:4 aliases (*name) are not allowed\n2:1 this key has no colon\n"
          "3:8 text cannot follow this '\"'\n5:1 a tab cannot indent");
    CHECK(read("a: 1\na: 2\nb: {c: 1, c: 2}\n<<: {d: 1}\n1: x\n") ==
          "2:1 the key 'a' is given twice\n3:11 the key 'c' is given twice\n"
          "4:1 merge keys (<<) are not allowed\n5:1 the key '1' is not plain text");
}

TEST_CASE("reader: nesting stops at 64 levels, in every form") {
    CHECK(read(repeat("[", 64) + repeat("]", 64)).starts_with("seq@1:1[seq@1:2["));
    CHECK(read(repeat("[", 65) + repeat("]", 65)) == "1:65 nested deeper than 64 levels");
    CHECK(read(repeat("[", 100'000)) == "1:65 nested deeper than 64 levels");
    CHECK(read(repeat("{a: ", 100'000)) == "1:257 nested deeper than 64 levels");
    CHECK(read(repeat("- ", 100'000)) == "1:129 nested deeper than 64 levels");
    CHECK(read(repeat("[\n", 100'000)) == "65:1 nested deeper than 64 levels");
    CHECK(read(repeat("- ", 60) + repeat("[", 5)) == "1:125 nested deeper than 64 levels");
    CHECK(read("a: |\n  " + repeat("[", 1000) + "\nb: '" + repeat("{", 1000) + "'\n")
              .starts_with("map@1:1{a@1:1=str'@1:4<[[["));
}

TEST_CASE("reader: sizes are bounded") {
    const std::size_t mib = std::size_t{1024} * 1024;
    CHECK(read("#" + repeat("x", mib)) == "0:0 the file is larger than 1 MiB");
    CHECK(read("a: " + repeat("x", mib / 4)).starts_with("map@1:1{a@1:1=str@1:4<xxx"));
    CHECK(read("a: " + repeat("x", mib / 4 + 1)) == "1:4 this text is longer than 256 KiB");
    CHECK(read(repeat("- a\n", 99'999)).starts_with("seq@1:1[str@1:3<a>, "));
    CHECK(read(repeat("- a\n", 100'000)) == "100000:3 the file holds more than 100000 values");
    CHECK(read(repeat("k", 256) + ": v\n") == "1:1 this key is longer than 255 bytes");
}

TEST_CASE("reader: a file of mistakes is cut short") {
    Diagnostics diagnostics;
    CHECK_FALSE(recipe::read_yaml(repeat("*a\n", 100'000), "r.yaml", diagnostics));
    CHECK(diagnostics.sorted().size() == 50);
}

TEST_CASE("reader: a duplicate key is refused with both positions") {
    Diagnostics diagnostics;
    CHECK_FALSE(recipe::read_yaml("name: a\nother: b\nname: c\n", "r.yaml", diagnostics));
    const Diagnostic expected{Diagnostic::Severity::error,
                              {"r.yaml", 3, 1},
                              "the key 'name' is given twice",
                              "name: c",
                              "",
                              {{{"r.yaml", 1, 1}, "first defined here", "name: a"}}};
    CHECK(diagnostics.sorted() == std::vector<Diagnostic>{expected});
}

TEST_CASE("reader: an absent value does not borrow from the next key") {
    CHECK(read("a:\nnull  b: c\n") == "map@1:1{a@1:1=null@1:1<>, null  b@2:1=str@2:10<c>}");
    CHECK(read("a:\n~}b: c\n") == "map@1:1{a@1:1=null@1:1<>, ~}b@2:1=str@2:6<c>}");
    CHECK(read("{a: , b: null, c: ~}\n") ==
          "map@1:1{a@1:2=null@1:2<>, b@1:7=null@1:10<null>, c@1:16=null@1:19<~>}");
    CHECK(read("a: null # none\n") == "map@1:1{a@1:1=null@1:4<null>}");
}

TEST_CASE("reader: forms that YAML readers treat differently are refused") {
    CHECK(read("a: \"x\n\n\n\"\n") == "1:4 this quoted text ends with empty lines");
    CHECK(read("a: \"it\\'s\"\n") == "1:7 '\\'' is not a known escape");
    CHECK(read("a: [:x]\n") == "1:5 text cannot start with ':' inside [ ] or { }");
    CHECK(read("a: b\n... c\n") == "2:1 nothing may follow '...' on its line");
}
