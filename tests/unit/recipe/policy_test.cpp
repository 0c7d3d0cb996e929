#include "recipe/policy/policy.hpp"

#include "base/file.hpp"
#include "base/run_directory.hpp"
#include "recipe/load.hpp"
#include "recipe/policy/policy_judge.hpp"
#include "recipe/policy/policy_reader.hpp"
#include "retouch/error.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace retouch;

namespace {

/// What the policy with this text finds in the document, a line each; or why it is no policy, or
/// cannot judge.
std::string findings(const std::string &policy, const Json &document) {
    const base::RunDirectory directory;
    const auto file = directory.path() / "policy.json";
    base::write_file_atomically(file, policy);
    try {
        return fmt::format("{}", fmt::join(recipe::Policy(file).findings(document), "\n"));
    } catch (const Error &error) {
        std::string message = error.what();
        if (const auto at = message.find(file.string()); at != std::string::npos)
            message.replace(at, file.string().size(), "FILE");
        return fmt::format("{}: {}", error.kind() == ErrorKind::invalid ? "invalid" : "refused",
                           message);
    }
}

/// The same for what is wrong with the policy itself, without the first words.
std::string mistakes(const std::string &policy) {
    const std::string begin = "invalid: the policy FILE cannot be used:\n  ";
    const std::string found = findings(policy, Json::object());
    return found.starts_with(begin) ? found.substr(begin.size()) : found;
}

struct Case {
    std::string policy;
    std::string document;
    std::string found;
};

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int time = 0; time < times; ++time)
        all += text;
    return all;
}

} // namespace

TEST_CASE("policy: what does not satisfy it is named by its place") {
    const std::vector<Case> cases = {
        {"true", "{}", ""},
        {"{}", R"([1, "a", null])", ""},
        {"false", "{}", "the plan: is not allowed"},
        {R"({"properties": {"a": false}})", R"({"a": 1})", "a: is not allowed"},
        {R"({"properties": {"a": {"items": {"properties": {"b": {"const": true}}}}}})",
         R"({"a": [{"b": true}, {"b": false}]})", "a[1].b: must be true, is false"},

        {R"({"type": "object"})", "[]", "the plan: must be of the type object, is a list"},
        {R"({"items": {"type": ["string", "null"]}})", R"(["a", null, 5])",
         "[2]: must be of the type string or null, is 5"},
        {R"({"items": {"type": "integer"}})", "[1, -1, 1.0, 1.5, 1e3]",
         "[3]: must be of the type integer, is 1.5"},
        {R"({"type": "number"})", "true", "the plan: must be of the type number, is true"},
        {R"({"type": "boolean"})", "0", "the plan: must be of the type boolean, is 0"},

        {R"({"const": {"a": 1, "b": [2.0]}})", R"({"b": [2], "a": 1.0})", ""},
        {R"({"const": {"a": 1}})", R"({"a": 1, "b": 2})",
         "the plan: must be an object, is an object"},
        {R"({"const": 9007199254740993})", "9007199254740992",
         "the plan: must be 9007199254740993, is 9007199254740992"},
        {R"({"const": -1})", "18446744073709551615",
         "the plan: must be -1, is 18446744073709551615"},
        {R"({"const": 0})", "-0.0", ""},
        {R"({"const": 0})", "false", "the plan: must be 0, is false"},
        {R"({"enum": ["hide", "rename", null]})", R"("keep")",
         "the plan: must be one of 'hide', 'rename', null; is 'keep'"},
        {R"({"enum": [0,1,2,3,4,5,6,7,8,9,10]})", "11",
         "the plan: must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...; is 11"},

        {R"({"minimum": 5})", "4.5", "the plan: must be at least 5, is 4.5"},
        {R"({"maximum": 524288000})", "524288001",
         "the plan: must be at most 524288000, is 524288001"},
        {R"({"maximum": 9007199254740992})", "9007199254740993",
         "the plan: must be at most 9007199254740992, is 9007199254740993"},
        {R"({"maximum": -1})", "18446744073709551615",
         "the plan: must be at most -1, is 18446744073709551615"},
        {R"({"exclusiveMinimum": 5})", "5", "the plan: must be more than 5, is 5"},
        {R"({"exclusiveMaximum": 5})", "5.0", "the plan: must be less than 5, is 5.0"},
        {R"({"multipleOf": 4})", "6", "the plan: must be a multiple of 4, is 6"},
        {R"({"multipleOf": 4})", "-8", ""},
        {R"({"minimum": 5})", R"("4")", ""},

        {R"({"minLength": 3})", R"("\u00e4\u00e4")",
         "the plan: must have at least 3 characters, has 2"},
        {R"({"maxLength": 1})", R"("\u00e4\u00e4")",
         "the plan: must have at most 1 characters, has 2"},
        {R"({"pattern": "^web"})", R"("my web")", "the plan: must match '^web'"},
        {R"({"pattern": "web"})", R"("my web")", ""},
        {R"({"pattern": "web"})", "5", ""},
        {R"({"not": {"pattern": "^a$"}})", R"("a\nb")", ""},

        {R"({"minItems": 2})", "[1]", "the plan: must have at least 2 entries, has 1"},
        {R"({"maxItems": 1})", "[1, 2]", "the plan: must have at most 1 entries, has 2"},
        {R"({"uniqueItems": true})", R"([{"a": 1, "b": 2}, 1, "1", {"b": 2, "a": 1.0}])",
         "[3]: is listed twice"},
        {R"({"uniqueItems": false})", "[1, 1]", ""},
        {R"({"items": [{"const": 1}, {"const": 2}], "additionalItems": {"const": 3}})",
         "[1, 2, 3, 4]", "[3]: must be 3, is 4"},
        {R"({"items": [true], "additionalItems": false})", "[1, 2]", "[1]: is not allowed"},
        {R"({"items": false})", "[1]", "[0]: is not allowed"},
        {R"({"contains": {"const": 2}})", "[1, 2]", ""},
        {R"({"contains": {"const": 2}})", "[1]", "the plan: has no entry as #/contains wants one"},
        {R"({"contains": true})", "[]", "the plan: has no entry as #/contains wants one"},

        {R"({"minProperties": 1})", "{}", "the plan: must have at least 1 members, has 0"},
        {R"({"maxProperties": 0})", R"({"a": 1})", "the plan: must have at most 0 members, has 1"},
        {R"({"required": ["a", "b"]})", R"({"b": 1})", "the plan: lacks 'a'"},
        {R"({"additionalProperties": false, "properties": {"a": true},
             "patternProperties": {"^b": {"const": 1}}})",
         R"({"a": 0, "b1": 1, "b2": 2, "c": 0})", "b2: must be 1, is 2\nc: is not allowed"},
        {R"({"patternProperties": {"a": {"minimum": 2}, "^a$": {"maximum": 0}}})", R"({"a": 1})",
         "a: must be at least 2, is 1\na: must be at most 0, is 1"},
        {R"({"propertyNames": false})", "{}", ""},
        {R"({"propertyNames": false})", R"({"a": 1})",
         "a: has a name that #/propertyNames does not allow"},
        {R"({"propertyNames": {"pattern": "^zzz"}})", R"({"zzz1": 1, "a": 1})",
         "a: has a name that #/propertyNames does not allow"},
        {R"({"properties": {"x": {"propertyNames": {"maxLength": 1}}}})", R"({"x": {"ab": 1}})",
         "x.ab: has a name that #/properties/x/propertyNames does not allow"},
        {R"({"dependencies": {"a": ["b"], "c": {"maxProperties": 2}}})",
         R"({"a": 1, "c": 1, "d": 1})",
         "the plan: has 'a' and lacks 'b'\nthe plan: must have at most 2 members, has 3"},
        {R"({"dependencies": {"a": false}})", R"({"a": 1})", "the plan: is not allowed"},

        {R"({"allOf": [{"minimum": 5}, {"multipleOf": 2}]})", "3",
         "the plan: must be at least 5, is 3\nthe plan: must be a multiple of 2, is 3"},
        {R"({"anyOf": [{"const": 1}, {"const": 2}]})", "2", ""},
        {R"({"anyOf": [{"const": 1}, false]})", "3",
         "the plan: fits none of the alternatives of #/anyOf"},
        {R"({"oneOf": [{"minimum": 1}, {"minimum": 2}]})", "2",
         "the plan: fits 2 of the alternatives of #/oneOf, not one"},
        {R"({"oneOf": [{"minimum": 1}, {"minimum": 2}]})", "1", ""},
        {R"({"not": {}})", "1", "the plan: is as #/not forbids"},
        {R"({"not": {"not": {"const": 1}}})", "2", "the plan: is as #/not forbids"},
        {R"({"properties": {"a": {"not": {"required": ["b"]}}}})", R"({"a": {"b": 1}})",
         "a: is as #/properties/a/not forbids"},
        {R"({"if": {"const": 1}, "then": false})", "1", "the plan: is not allowed"},
        {R"({"if": {"const": 1}, "then": false})", "2", ""},
        {R"({"if": {"const": 1}, "else": {"const": 3}})", "2", "the plan: must be 3, is 2"},

        {R"({"$ref": "#/definitions/a", "definitions": {"a": {"const": 1}}})", "2",
         "the plan: must be 1, is 2"},
        {R"({"items": {"$ref": "#/definitions/a~1b%25"}, "definitions": {"a/b%": {"const": 1}}})",
         "[2]", "[0]: must be 1, is 2"},
        {R"({"properties": {"a": {"type": "string"}, "b": {"$ref": "#/properties/a"}}})",
         R"({"b": 1})", "b: must be of the type string, is 1"},
        {R"({"items": {"$ref": "#"}, "type": "array"})", "[[], [[], 1]]",
         "[1][1]: must be of the type array, is 1"},
        {R"({"propertyNames": {"$ref": "#"}, "maxLength": 1})", R"({"a": 1, "bc": 1})",
         "bc: has a name that #/propertyNames does not allow"},

        {R"({"$schema": "http://json-schema.org/draft-07/schema#", "$id": "urn:x", "title": "t",
             "description": "d", "$comment": "c", "default": 1, "examples": [1],
             "readOnly": true, "properties": {"requierd": {"const": 1}}})",
         R"({"requierd": 2})", "requierd: must be 1, is 2"},
    };
    for (const Case &each : cases) {
        CAPTURE(each.policy, each.document);
        CHECK(findings(each.policy, Json::parse(each.document)) == each.found);
    }
}

TEST_CASE("policy: what would not be judged, or not as written, is an error when it is read") {
    const std::string draft = "must be \"http://json-schema.org/draft-07/schema#\", at the top";
    const std::string leads = "must lead to a place in this policy, such as '#/definitions/name'";
    const std::string no_count = "must be a whole number from 0 up";
    const std::string no_multiple =
        "must be a whole number from 1 up: others cannot be judged exactly";
    const std::string no_list = "must be a list with at least one entry";
    const std::string no_texts = "must be a list of different texts";
    const std::string no_schema = "a schema is an object, true or false";
    const std::string ignored = "draft-07 ignores what stands beside '$ref'; put both into 'allOf'";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"[]", "#: " + no_schema},
        {"null", "#: " + no_schema},
        {R"("x")", "#: " + no_schema},
        {R"({"requierd": ["a"]})",
         "#/requierd: unknown keyword 'requierd'; did you mean 'required'?"},
        {R"({"Const": 1, "zzzzzzzz": 1})",
         "#/Const: unknown keyword 'Const'; did you mean 'const'?\n"
         "  #/zzzzzzzz: unknown keyword 'zzzzzzzz'"},
        {R"({"items": [{"not": {"dependencies": {"a": {"x": 1}}}}]})",
         "#/items/0/not/dependencies/a/x: unknown keyword 'x'"},
        {R"({"definitions": {"unused/~": {"maxlength": 1}}})",
         "#/definitions/unused~1~0/maxlength: unknown keyword 'maxlength'; did you mean "
         "'maxLength'?"},
        {R"({"patternProperties": {"^a": {"fromat": 1}}})",
         "#/patternProperties/^a/fromat: unknown keyword 'fromat'; did you mean 'format'?"},
        {R"({"\u202e\u001b[31m": 1})",
         "#/\\u{202e}\\x1b[31m: unknown keyword '\\u{202e}\\x1b[31m'"},
        {R"({"$schema": "https://json-schema.org/draft/2020-12/schema", "unevaluatedProperties": false})",
         "#/$schema: " + draft +
             "\n  #/unevaluatedProperties: 'unevaluatedProperties' is a keyword of another draft"},
        {R"({"$schema": "http://json-schema.org/draft-04/schema#"})", "#/$schema: " + draft},
        {R"({"$schema": 7})", "#/$schema: " + draft},
        {R"({"not": {"$schema": "http://json-schema.org/draft-07/schema#"}})",
         "#/not/$schema: " + draft},
        {R"({"not": {"$id": "#a"}})", "#/not/$id: must be a text, at the top"},
        {R"({"dependentRequired": {"a": ["b"]}, "$defs": {}, "prefixItems": []})",
         "#/dependentRequired: 'dependentRequired' is a keyword of another draft\n"
         "  #/$defs: '$defs' is a keyword of another draft\n"
         "  #/prefixItems: 'prefixItems' is a keyword of another draft"},
        {R"({"anyOf": [{"format": "ipv4"}]})", "#/anyOf/0/format: is not judged; 'pattern' is"},
        {R"({"contentEncoding": "base64"})", "#/contentEncoding: is not judged; 'pattern' is"},

        {R"({"type": "colour"})", "#/type: unknown type 'colour'; there are array, boolean, "
                                  "integer, null, number, object, string"},
        {R"({"type": []})", "#/type: " + no_list},
        {R"({"type": ["string", "string"]})", "#/type: " + no_texts},
        {R"({"type": 5})", "#/type: " + no_list},
        {R"({"enum": []})", "#/enum: " + no_list},
        {R"({"enum": "a"})", "#/enum: " + no_list},
        {R"({"minimum": "5"})", "#/minimum: must be a number"},
        {R"({"exclusiveMinimum": true})", "#/exclusiveMinimum: must be a number"},
        {R"({"multipleOf": 0})", "#/multipleOf: " + no_multiple},
        {R"({"multipleOf": -3})", "#/multipleOf: " + no_multiple},
        {R"({"multipleOf": 0.1})", "#/multipleOf: " + no_multiple},
        {R"({"minLength": -1})", "#/minLength: " + no_count},
        {R"({"maxLength": 1.5})", "#/maxLength: " + no_count},
        {R"({"maxItems": "1"})", "#/maxItems: " + no_count},
        {R"({"minProperties": null})", "#/minProperties: " + no_count},
        {R"({"uniqueItems": 1})", "#/uniqueItems: must be true or false"},
        {R"({"required": "a"})", "#/required: " + no_texts},
        {R"({"required": ["a", 1]})", "#/required: " + no_texts},
        {R"({"required": ["a", "a"]})", "#/required: " + no_texts},
        {R"({"properties": []})", "#/properties: must be an object"},
        {R"({"properties": {"a": 1}})", "#/properties/a: " + no_schema},
        {R"({"additionalProperties": "no"})", "#/additionalProperties: " + no_schema},
        {R"({"propertyNames": null})", "#/propertyNames: " + no_schema},
        {R"({"dependencies": {"a": ["b", "b"]}})", "#/dependencies/a: " + no_texts},
        {R"({"items": []})", "#/items: " + no_list},
        {R"({"items": 1})", "#/items: " + no_schema},
        {R"({"additionalItems": false})",
         "#: 'additionalItems' does nothing unless 'items' is a list"},
        {R"({"items": {}, "additionalItems": false})",
         "#: 'additionalItems' does nothing unless 'items' is a list"},
        {R"({"allOf": []})", "#/allOf: " + no_list},
        {R"({"anyOf": {}})", "#/anyOf: " + no_list},
        {R"({"oneOf": [1]})", "#/oneOf/0: " + no_schema},
        {R"({"then": false})", "#: 'then' does nothing without 'if'"},
        {R"({"not": {"else": false}})", "#/not: 'else' does nothing without 'if'"},
        {R"({"if": true})", "#: 'if' does nothing without 'then' or 'else'"},

        {R"({"pattern": 5})", "#/pattern: must be a text"},
        {R"({"pattern": "["})", "#/pattern: '[' is not a valid regular expression: missing ]: ["},
        {R"({"not": {"pattern": "(?<=x)y"}})", "#/not/pattern: '(?<=x)y' is not a valid regular "
                                               "expression: (?< is not known; there is no "
                                               "lookahead or lookbehind"},
        {R"({"pattern": "(a)\\1"})", "#/pattern: '(a)\\1' is not a valid regular expression: \\1 "
                                     "is not known; there are no back "
                                     "references"},
        {R"({"patternProperties": {"[": true}})",
         "#/patternProperties/[: '[' is not a valid regular expression: missing ]: ["},
        {R"x({"propertyNames": {"pattern": "(?!a)"}})x",
         "#/propertyNames/pattern: '(?!a)' is not a valid regular expression: (?! is not known; "
         "there is no lookahead or lookbehind"}

        ,

        {R"({"$ref": 5})", "#/$ref: must be a text"},
        {R"({"$ref": "http://example.org/x"})", "#/$ref: " + leads},
        {R"({"$ref": "file:///etc/passwd"})", "#/$ref: " + leads},
        {R"({"$ref": "other.json#/a"})", "#/$ref: " + leads},
        {R"({"$ref": ""})", "#/$ref: " + leads},
        {R"({"$ref": "#anchor"})", "#/$ref: " + leads},
        {R"({"$ref": "#/definitions/a%2"})", "#/$ref: " + leads},
        {R"({"$ref": "#/definitions/a"})", "#/$ref: no schema stands at '#/definitions/a'"},
        {R"({"items": {"$ref": "#/enum/0"}, "enum": [{}]})",
         "#/items/$ref: no schema stands at '#/enum/0'"},
        {R"({"$ref": "#/definitions/a", "required": ["b"], "definitions": {"a": true}})",
         "#/required: " + ignored},
        {R"({"items": {"$ref": "#", "not": {}}})", "#/items/not: " + ignored},

        {R"({"$ref": "#"})", "#: refers back to itself without end"},
        {R"({"allOf": [{"$ref": "#"}]})", "#: refers back to itself without end"},
        {R"({"not": {"anyOf": [true, {"oneOf": [{"$ref": "#/not"}]}]}})",
         "#/not: refers back to itself without end"},
        {R"({"dependencies": {"a": {"$ref": "#"}}})", "#: refers back to itself without end"},
        {R"({"if": {"$ref": "#"}, "then": true})", "#: refers back to itself without end"},
        {R"({"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/c"},
                             "c": {"$ref": "#/definitions/a"}}})",
         "#/definitions/a: refers back to itself without end"},
        {R"({"items": {"$ref": "#/definitions/a"}, "definitions": {"a": {"allOf": [
              {"$ref": "#/definitions/a"}]}}})",
         "#/definitions/a: refers back to itself without end"},
    };
    for (const auto &[policy, found] : cases) {
        CAPTURE(policy);
        CHECK(mistakes(policy) == found);
    }
}

TEST_CASE("policy: what is no JSON, repeats a key or is too deep is refused") {
    CHECK(mistakes("{") == "invalid: the policy FILE is not JSON: line 1, column 2");
    CHECK(mistakes(R"({"not": {}, "not": {}})") ==
          "invalid: the policy FILE repeats the key 'not'");
    CHECK(mistakes(repeated(R"({"not": )", 500) + "{}" + repeated("}", 500)) ==
          "invalid: the policy FILE nests more than 64 levels deep");
}

TEST_CASE("policy: a long row of references is refused, a short one is followed") {
    const auto chain = [](int length) {
        std::string policy = R"({"$ref": "#/definitions/d1", "definitions": {)";
        for (int n = 1; n < length; ++n)
            policy += fmt::format(R"("d{}": {{"$ref": "#/definitions/d{}"}}, )", n, n + 1);
        return policy + fmt::format(R"("d{}": {{"const": 1}}}}}})", length);
    };
    CHECK(findings(chain(31), 2) == "the plan: must be 1, is 2");
    CHECK(mistakes(chain(32)) ==
          "#/definitions/d32: more than 32 schemas refer to one another in a row");
    CHECK(mistakes(chain(900)) ==
          "#/definitions/d32: more than 32 schemas refer to one another in a row");
}

TEST_CASE("policy: every mistake is listed, but not more than twenty, and each is bounded") {
    const std::string long_name(5000, 'x');
    std::string policy = "{";
    for (int n = 0; n < 100; ++n)
        policy += fmt::format(R"("{}{}": 1, )", long_name, n);
    const std::string found = mistakes(policy + R"("type": "string"})");
    CHECK(std::ranges::count(found, '\n') == 19);
    CHECK(found.size() < 20 * 500);
}

TEST_CASE("policy: at most fifty findings, each escaped once and bounded") {
    Json document = Json::object();
    for (int n = 0; n < 100; ++n)
        document["\x1b[31m\u202e\\" + std::to_string(n) + std::string(5000, 'x')] = "\x07\\\u2028";
    const std::string found =
        findings(R"({"additionalProperties": {"const": "\u001b\\"}})", document);
    CHECK(std::ranges::count(found, '\n') == 49);
    CHECK(found.substr(0, found.find('\n')) == "\\x1b[31m\\u{202e}\\0" + std::string(90, 'x') +
                                                   " ... " + std::string(150, 'x') +
                                                   ": must be '\\x1b\\', is '\\x07\\\\u{2028}'");
}

TEST_CASE("policy: long texts are judged whole") {
    const Json script = std::string(5000, '#') + "curl evil" + std::string(300'000, '#');
    CHECK(findings(R"({"not": {"pattern": "curl evil"}})", script) ==
          "the plan: is as #/not forbids");
    CHECK(findings(R"({"maxLength": 4200})", script) ==
          "the plan: must have at most 4200 characters, has 305009");
    CHECK(findings(R"({"not": {"minLength": 4200}})", script) == "the plan: is as #/not forbids");
    CHECK(findings(R"({"not": {"const": "x"}})", script) == "");
}

TEST_CASE("policy: a text that is too long for a pattern is refused, also where patterns forbid") {
    const Json document = {{"diff", std::string((std::size_t{1} << 24) + 1, 'x')}};
    const std::string found =
        "refused: the policy FILE cannot judge the plan: diff: is a text of 16.0 MiB, longer than "
        "the 16.0 MiB that a pattern is held against";
    CHECK(findings(R"({"properties": {"diff": {"pattern": "x"}}})", document) == found);
    CHECK(findings(R"({"not": {"properties": {"diff": {"pattern": "y"}}}})", document) == found);
    CHECK(findings(R"({"properties": {"diff": {"minLength": 5}}})", document) == "");
}

TEST_CASE("policy: patterns that make other matchers run away take linear time") {
    const Json document = {{"sha256", std::string(1 << 20, 'a')}};
    CHECK(findings(R"({"properties": {"sha256": {"pattern": "^(([0-9a-f]+)+)+z$"}}})", document) ==
          "sha256: must match '^(([0-9a-f]+)+)+z$'");
}

TEST_CASE("policy: references that multiply are refused before anything is judged") {
    /// Definitions that lead on, each by `ways` references within what `around` is.
    const auto multiplied = [](int definitions, int ways, std::string_view before,
                               std::string_view after) {
        std::string policy = R"({"$ref": "#/definitions/d0", "definitions": {)";
        for (int n = 0; n < definitions; ++n) {
            std::string references;
            for (int way = 0; way < ways; ++way)
                references += fmt::format(R"({}{{"$ref": "#/definitions/d{}"}})",
                                          way == 0 ? "" : ", ", n + 1);
            policy += fmt::format(R"("d{}": {}[{}]{}, )", n, before, references, after);
        }
        return policy + fmt::format(R"("d{}": true}}}})", definitions);
    };
    const std::string much =
        ": more than 100,000 schemas would judge one value; let fewer '$ref' lead to what leads on";
    CHECK(mistakes(multiplied(9, 60, R"({"allOf": )", "}")) == "#/definitions/d6" + much);
    CHECK(mistakes(multiplied(9, 60, R"({"anyOf": )", "}")) == "#/definitions/d6" + much);
    CHECK(mistakes(multiplied(9, 60, R"({"not": {"oneOf": )", "}}")) ==
          "#/definitions/d6/not" + much);
    CHECK(mistakes(multiplied(9, 60, R"({"items": {"allOf": )", "}}")) ==
          "#/definitions/d0/items" + much);
    CHECK(mistakes(multiplied(9, 60, R"({"properties": {"a": {"allOf": )", "}}}")) ==
          "#/definitions/d0/properties/a" + much);
    CHECK(mistakes(multiplied(9, 60, R"({"additionalProperties": {"anyOf": )", "}}")) ==
          "#/definitions/d0/additionalProperties" + much);
    CHECK(mistakes(multiplied(9, 60, R"({"contains": {"allOf": )", "}}")) ==
          "#/definitions/d0/contains" + much);
    CHECK(mistakes(multiplied(12, 3, R"({"allOf": )", "}")) == "#/definitions/d2" + much);
    CHECK(findings(multiplied(9, 3, R"({"allOf": )", "}"), 1) == "");

    std::string patterns = R"({"$ref": "#/definitions/d0", "definitions": {)";
    for (int n = 0; n < 9; ++n) {
        patterns += fmt::format(R"("d{}": {{"patternProperties": {{)", n);
        for (int way = 0; way < 60; ++way)
            patterns += fmt::format(R"({}"^.{{0,{}}}": {{"$ref": "#/definitions/d{}"}})",
                                    way == 0 ? "" : ", ", way, n + 1);
        patterns += "}}, ";
    }
    CHECK(mistakes(patterns + R"("d9": true}})") == "#/definitions/d0" + much);

    CHECK(findings(R"({"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}},
                       "additionalProperties": {"items": {"$ref": "#"}}, "type": "object"})",
                   Json::parse(R"({"left": {"right": 1}, "x": [{}, 2]})")) ==
          "left.right: must be of the type object, is 1\nx[1]: must be of the type object, is 2");
}

TEST_CASE("policy: what takes too long to be judged is given up, whatever takes the time") {
    Json names = Json::object();
    for (int n = 0; n < 1000; ++n)
        names[fmt::format("name{}", n)] = n;
    Json other = names;
    other["name1"] = 0;
    Json patterns = Json::object();
    Json required = Json::array();
    Json lists = Json::array();
    for (int n = 0; n < 900; ++n) {
        patterns[fmt::format("^[a-f]{{{}}}{}", n % 50 + 1, n)] = true;
        required.push_back(fmt::format("name{}", n));
        lists.push_back(Json::array({n, n, n, n, n, n, n, n}));
    }
    const std::string text(std::size_t{1} << 20, 'x');
    const std::vector<std::pair<Json, Json>> cases = {
        {Json{{"patternProperties", patterns}}, names},
        {Json{{"required", required}}, names},
        {Json{{"dependencies", Json{{"name0", required}}}}, names},
        {Json{{"not", Json{{"enum", required}}}}, "name"},
        {Json{{"not", Json{{"enum", Json::array({other})}}}}, names},
        {Json{{"not", Json{{"const", other}}}}, names},
        {Json{{"minLength", 1U}}, text},
        {Json{{"not", Json{{"pattern", "y"}}}}, text},
        {Json{{"uniqueItems", true}}, lists},
    };
    for (const auto &[schema, value] : cases) {
        // A hundred times, which is little for schemas alone.
        Json policy = {{"definitions", {{"a", schema}}}, {"items", {{"allOf", Json::array()}}}};
        for (int n = 0; n < 100; ++n)
            policy["items"]["allOf"].push_back({{"$ref", "#/definitions/a"}});
        CAPTURE(schema.begin().key());
        std::vector<std::string> mistakes;
        const recipe::PolicySchemas schemas = recipe::read_policy(policy, mistakes);
        REQUIRE(mistakes == std::vector<std::string>());
        try {
            (void)recipe::judge_policy(schemas.front(), Json::array({value}), "the policy x",
                                       50'000);
            FAIL_CHECK("it was judged");
        } catch (const Error &error) {
            CHECK(error.kind() == ErrorKind::refused);
            CHECK(std::string(error.what()).starts_with("the policy x cannot judge the plan: [0]"));
            CHECK(std::string(error.what()).ends_with(": takes too long to be judged"));
            CHECK(error.hint() ==
                  "let fewer or simpler schemas and patterns of the policy judge each value");
        }
    }
}

TEST_CASE("policy: a document that is nested beyond measure is refused, not crashed upon") {
    Json document = 1;
    for (int level = 0; level < 3000; ++level)
        document = Json::array({std::move(document)});
    CHECK(findings(R"({"items": {"$ref": "#"}})", document)
              .ends_with(": is nested too deep to be judged"));
}

TEST_CASE("policy: too many or too large patterns are refused") {
    std::string policy = R"({"patternProperties": {)";
    for (int n = 0; n < 900; ++n)
        policy += fmt::format(R"("^{}[a-z]{{400}}$": true, )", n);
    CHECK(
        mistakes(policy + R"("x": true}})")
            .ends_with("is not a valid regular expression: there are too many or too large ones in "
                       "this policy"));
}

TEST_CASE("policy: the schema of plans fits the plan of the tests, and notices what does not") {
    const std::string golden = base::read_file(
        std::string(RETOUCH_SOURCE_DIR) + "/tests/unit/model/golden/plan.json", 1 << 20);
    Json plan = Json::parse(golden);
    CHECK(findings(recipe::plan_schema(), plan) == "");
    plan["targets"][0]["action"] = "destroy";
    CHECK(findings(recipe::plan_schema(), plan) ==
          "targets[0].action: must be one of 'create', 'update', 'none', 'held'; is 'destroy'");
}

TEST_CASE("policy: the examples of the documentation can be used") {
    for (const auto &entry : std::filesystem::directory_iterator(
             std::filesystem::path(RETOUCH_SOURCE_DIR) / "docs/policies")) {
        CAPTURE(entry.path());
        CHECK_NOTHROW(recipe::Policy(entry.path()));
    }
}
