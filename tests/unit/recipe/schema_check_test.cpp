// The schema check: valijson judges, our words explain. Own small schemas; the recipe schema itself
// is shown by the golden files in tests/recipes_bad.

#include "recipe/schema/schema_check.hpp"
#include "recipe/yaml/yaml_reader.hpp"

#include "base/text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;

namespace {

/// "line:column message | hint" of every finding.
std::string check(const char *schema, const std::string &yaml) {
    Diagnostics diagnostics;
    const auto value = recipe::read_yaml(yaml, "v.yaml", diagnostics);
    REQUIRE(value);
    const bool good = recipe::check_schema(*value, Json::parse(schema), "v.yaml",
                                           base::split_lines(yaml), diagnostics);
    CHECK(good == diagnostics.empty());
    std::string out;
    for (const Diagnostic &item : diagnostics.sorted())
        out += fmt::format("{}{}:{} {}{}{}", out.empty() ? "" : "\n", item.position.line,
                           item.position.column, item.message, item.hint.empty() ? "" : " | ",
                           item.hint);
    return out;
}

constexpr const char *k_entries = R"({
    "title": "document", "type": "object", "additionalProperties": false,
    "required": ["list"],
    "properties": {
        "list": {"type": "array", "minItems": 1, "maxItems": 3, "items": {
            "type": ["string", "object"], "minLength": 1, "additionalProperties": false,
            "required": ["run"],
            "properties": {"run": {"type": "string", "examples": ["uptime"]},
                           "times": {"type": "integer", "minimum": 1, "maximum": 9},
                           "quick": {"type": "boolean"},
                           "ratio": {"type": "number"}}}}}
})";

} // namespace

TEST_CASE("schema: a value that fits yields nothing") {
    CHECK(check(k_entries, "list:\n  - a\n  - run: b\n    times: 9\n    quick: true\n"
                           "    ratio: 3\n  - {run: '', ratio: 0.5}\n") == "");
}

TEST_CASE("schema: all mistakes of a document come at once, each at its own place") {
    CHECK(check(k_entries, "list:\n  - ''\n  - {times: 0}\n  - run: [x]\n    tmies: 1\n"
                           "    quick: 1\n    ratio: x\nlits: 3\n") ==
          "2:5 an entry of 'list' must not be empty\n"
          "3:5 missing key 'run' in an entry of 'list' | add \"run: uptime\"\n"
          "3:13 'times' must be at least 1, found 0\n"
          "4:10 expected a string for 'run', found a list\n"
          "5:5 unknown key 'tmies' in an entry of 'list' | did you mean 'times'?\n"
          "6:12 expected true or false for 'quick', found the number 1 | write quick: true or "
          "quick: false\n"
          "7:12 expected a number for 'ratio', found the string 'x'\n"
          "8:1 unknown key 'lits' in the document | did you mean 'list'?");
    CHECK(check(k_entries, "list: []\n") == "1:7 'list' needs at least 1 entry");
    CHECK(check(k_entries, "list: [a, b, c, d]\n") == "1:7 'list' has more than 3 entries");
    CHECK(check(k_entries, "- a\n") == "1:1 expected a mapping for the document, found a list");
    CHECK(check(k_entries, "list:\n") == "1:1 'list' has no value | expected a list");
}

TEST_CASE("schema: a key that is only misspelt is not missing as well") {
    CHECK(check(k_entries, "lst: [a]\n") ==
          "1:1 unknown key 'lst' in the document | did you mean 'list'?");
}

TEST_CASE("schema: where a string is wanted, unquoted numbers and disputed words are refused") {
    CHECK(check(R"({"type": "array", "items": {"type": "string"}})",
                "[no, 0644, 1:30, 3.10, 5, true, null, 'no', \"5\", 1.2.3, nope]\n") ==
          "1:2 'no' needs quotes: YAML readers do not agree that it is a string | write - \"no\"\n"
          "1:6 '0644' needs quotes: YAML readers do not agree that it is a string | write - "
          "\"0644\"\n"
          "1:12 '1:30' needs quotes: YAML readers do not agree that it is a string | write - "
          "\"1:30\"\n"
          "1:18 expected a string for an entry of the file, found the number 3.10 | write - "
          "\"3.10\"\n"
          "1:24 expected a string for an entry of the file, found the number 5 | write - \"5\"\n"
          "1:27 expected a string for an entry of the file, found the boolean true | write - "
          "\"true\"\n"
          "1:33 expected a string for an entry of the file, found null | write - \"null\"");
    CHECK(check(R"({"type": "object", "additionalProperties": {"enum": ["on", "off"],
                    "type": "string"}})",
                "a: on\nb: 'on'\n") ==
          "1:4 'on' needs quotes: YAML readers do not agree that it is a string | write a: "
          "\"on\"");
    CHECK(check(R"({"type": "object", "additionalProperties": {"type": ["string", "integer"]}})",
                "a: 10\nb: 010\n") ==
          "2:4 '010' needs quotes: YAML readers do not agree that it is a string | write b: "
          "\"010\"");
}

TEST_CASE("schema: patterns speak through their message and never meet long strings") {
    const char *schema = R"({"type": "object", "additionalProperties":
        {"type": "string", "pattern": "^(a|b)*$", "x-retouch-message": "must be of a and b"}})";
    CHECK(check(schema, "x: abba\n") == "");
    CHECK(check(schema, "x: abc\n") == "1:4 'x' must be of a and b, found 'abc'");
    CHECK(check(schema, "x: " + std::string(4096, 'a') + "\n") == "");
    CHECK(check(schema, "x: " + std::string(200'000, 'a') + "\n") ==
          "1:4 'x' must be of a and b, found '" + std::string(60, 'a') + "...'");
    CHECK(check(R"({"type": "string", "pattern": "^x", "maxLength": 3})", "xyzw\n") ==
          "1:1 the file is longer than 3 characters");
    CHECK(check(R"({"type": "string", "pattern": "^x"})", "yes!\n") ==
          "1:1 the file must match the pattern ^x, found 'yes!'");
}

TEST_CASE("schema: names, words, constants and repeats") {
    const char *schema = R"({"type": "object", "maxProperties": 2,
        "propertyNames": {"pattern": "^[a-z]+$", "x-retouch-message": "is no small word"},
        "additionalProperties": {"type": "array", "uniqueItems": true,
                                 "items": {"type": "string", "enum": ["hide", "keep"]}}})";
    CHECK(check(schema, "A: 1\nb: [keep, hid, keep]\n") ==
          "1:1 the name 'A' is no small word\n"
          "2:11 'hid' is not one of hide, keep | did you mean 'hide'?\n"
          "2:16 'keep' is listed twice in 'b'");
    CHECK(check(schema, "a: []\nb: []\nc: []\n") == "1:1 the file has more than 2 keys");
    CHECK(check(R"({"type": "integer", "const": 1})", "2\n") ==
          "1:1 the file must be 1, found '2'");
    CHECK(check(R"({"type": "object", "minProperties": 1})", "{}\n") ==
          "1:1 the file must not be empty");
}

TEST_CASE("schema: of several branches the one that was meant explains") {
    const char *schema = R"({"oneOf": [
        {"type": "string"},
        {"type": "object", "required": ["run"], "additionalProperties": false,
         "properties": {"run": {"type": "string"}, "status": {"type": "integer"}}},
        {"type": "object", "required": ["file"], "additionalProperties": false,
         "properties": {"file": {"type": "string"}, "mode": {"type": "string"}}}]})";
    CHECK(check(schema, "file: /x\n") == "");
    CHECK(check(schema, "file: /x\nmod: a\n") ==
          "2:1 unknown key 'mod' in the file | did you mean 'mode'?");
    CHECK(check(schema, "run: x\nstatus: y\n") ==
          "2:9 expected a whole number for 'status', found the string 'y'");
    CHECK(check(schema, "[a]\n").starts_with("1:1 this does not fit the schema: "));
}

TEST_CASE("schema: what has no words of ours is still refused") {
    CHECK(check(R"({"type": "object", "properties": {"a": {"type": "array", "contains":
                    {"type": "integer"}}}})",
                "b: c\na: [x]\n")
              .starts_with("2:4 this does not fit the schema: "));
    CHECK(check(R"({"not": {"type": "string"}})", "text\n")
              .starts_with("1:1 this does not fit the schema: "));
}

TEST_CASE("schema: numbers beyond 64 bits are refused, signs are understood") {
    const char *schema = R"({"type": "object", "additionalProperties":
        {"type": "integer", "minimum": -5, "maximum": 5}})";
    CHECK(check(schema, "a: +5\nb: -5\n") == "");
    CHECK(check(schema, "a: 9223372036854775808\nb: +6\nc: -6\n") ==
          "1:4 the number 9223372036854775808 is too large\n"
          "2:4 'b' must be at most 5, found +6\n"
          "3:4 'c' must be at least -5, found -6");
}
