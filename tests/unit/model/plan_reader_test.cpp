#include "model/json_guard.hpp"
#include "model/plan_digest.hpp"
#include "retouch/error.hpp"
#include "unit/model/sample_plan.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace retouch;

namespace {

/// What the reader says to `text`; also checks the kind and the hint every refusal has.
std::string refusal(const std::string &text) {
    try {
        (void)plan_from_json(text);
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::invalid);
        CHECK(error.hint() == "make a new plan with `retouch plan -o FILE RECIPE`");
        return error.what();
    }
    return "accepted";
}

/// What it says to the sample plan after `edit`, the digest made right again.
std::string refusal_after(const std::function<void(Json &)> &edit) {
    Json document = to_json(sample_plan());
    edit(document);
    if (document.is_object() && document.contains("digest"))
        document["digest"] = model::plan_digest(document);
    return refusal(document.dump());
}

std::string refusal_with(const std::string &pointer, const Json &value) {
    return refusal_after([&](Json &document) { document[Json::json_pointer(pointer)] = value; });
}

std::string place(const std::string &rest) {
    return "the plan is not acceptable: " + rest;
}

} // namespace

TEST_CASE("plan reader: what is no JSON is refused with the position") {
    CHECK(refusal("") == "the plan is not JSON: line 1, column 1");
    CHECK(refusal("retouch: 1\n") == "the plan is not JSON: line 1, column 1");
    CHECK(refusal("{\n  \"a\": tru\n}") == "the plan is not JSON: line 2, column 11");
    CHECK(refusal("{\"a\": 1") == "the plan is not JSON: line 1, column 8");
    CHECK(refusal("{} x") == "the plan is not JSON: line 1, column 4");
    CHECK(refusal("{\"a\": \"\xFF\"}") == "the plan is not JSON: line 1, column 8");
    CHECK(refusal("{\"a\": 1e999}") == "the plan is not JSON: line 1, column 11");
    CHECK(refusal(std::string("{}\n\0 and more", 12)) == "the plan is not JSON: line 2, column 1");
    CHECK(refusal(std::string("\0", 1)) == "the plan is not JSON: line 1, column 1");
}

TEST_CASE("plan reader: half a kept stage is none") {
    const std::string kept = "/targets/0/rehearsal/kept";
    CHECK(refusal_with(kept, "yes") == place("targets[0].rehearsal.kept: expected an object"));
    CHECK(refusal_with(kept, {{"id", "x"}}) ==
          place("targets[0].rehearsal.kept.location: missing"));
}

TEST_CASE("plan reader: what is too much is refused before it costs anything") {
    CHECK(refusal(std::string(65, '[')) == "the plan nests more than 64 levels deep");
    CHECK(refusal(std::string(10'000'000, '[')) == "the plan nests more than 64 levels deep");
    CHECK(refusal(std::string((std::size_t{64} << 20U) + 1, ' ')) ==
          "the plan is larger than 64.0 MiB");
    std::string many = "[";
    for (int i = 0; i < 2'000'000; ++i)
        many += "0,";
    CHECK(refusal(many + "0]") == "the plan holds more than 2000000 values");
    std::string keys = "{";
    for (int i = 0; i < 1001; ++i)
        keys += "\"" + std::to_string(i) + "\":0,";
    CHECK(refusal(keys + "\"\":0}") == "the plan has more than 1000 keys in one object");
}

TEST_CASE("plan reader: 64 levels are not too deep") {
    const std::string text = std::string(64, '[') + std::string(64, ']');
    CHECK(refusal(text) == place("expected an object"));
}

TEST_CASE("plan reader: a repeated key is refused") {
    CHECK(refusal(R"({"tool": "a", "tool": "b"})") == "the plan repeats the key 'tool'");
    CHECK(refusal(R"({"a": {"\u001b": 1, "\u001b": 2}})") == "the plan repeats the key '\\x1b'");
    CHECK(refusal("{\"" + std::string(1000, 'k') + "\":0,\"" + std::string(1000, 'k') + "\":0}") ==
          "the plan repeats the key '" + std::string(100, 'k') + "'");
}

TEST_CASE("plan reader: another document is not a plan") {
    CHECK(refusal("[]") == place("expected an object"));
    CHECK(refusal("null") == place("expected an object"));
    CHECK(refusal("{}") == place("format_version: missing"));
    CHECK(refusal(R"({"format_version": "2.0", "images": []})") == place("tool: missing"));
}

TEST_CASE("plan reader: other versions of the format") {
    const auto with_version = [](const Json &version) {
        return refusal_with("/format_version", version);
    };
    CHECK(with_version("3.0") ==
          "format version 3.0 is not understood; this is retouch 0.1.0, which reads 2.x");
    CHECK(with_version("1.9") ==
          "format version 1.9 is not understood; this is retouch 0.1.0, which reads 2.x");
    CHECK(with_version("2.0") == "accepted");
    CHECK(with_version(1) == place("format_version: expected a string"));
    for (const char *version : {"", "1", "1.", ".0", "1.0.0", "1.x", "-1.0", " 1.0", "10000.0"})
        CHECK(with_version(version) == place("format_version: expected MAJOR.MINOR"));
}

TEST_CASE("plan reader: unknown keys are refused, unless a newer minor version wrote them") {
    const auto add = [](Json &document) {
        document["targets"][0]["steps"][1]["colour\x1b"] = "red";
    };
    CHECK(refusal_after(add) == place("targets[0].steps[1].colour\\x1b: unknown key"));
    CHECK(refusal_after([&](Json &document) {
              add(document);
              document["format_version"] = "2.1";
          }) == "accepted");
    CHECK(refusal_with("/extra", 1) == place("extra: unknown key"));
    CHECK(refusal_with("/" + std::string(1000, 'k'), 1) ==
          place(std::string(200, 'k') + ": unknown key"));
}

TEST_CASE("plan reader: any edit of a value is noticed") {
    const std::string text = to_json(sample_plan()).dump(2);
    const auto edited = [&](const std::string &from, const std::string &to) {
        std::string copy = text;
        copy.replace(copy.find(from), from.size(), to);
        return refusal(copy);
    };
    CHECK(edited("write /etc/motd", "write /etc/mosd") == "the plan was changed after it was made");
    CHECK(edited("\"content\": \"hello\\n\"", "\"content\": \"hullo\\n\"") ==
          "the plan was changed after it was made");
    CHECK(edited("\"size\": 1234", "\"size\": 1235") == "the plan was changed after it was made");
    CHECK(edited("\"kind\": \"absent\"", "\"kind\": \"other\"") ==
          "the plan was changed after it was made");
    CHECK(edited("\"digest\": \"sha256:", "\"digest\": \"sha255:") ==
          "the plan was changed after it was made");
}

TEST_CASE("plan reader: every member must be there") {
    const Json document = to_json(sample_plan());
    std::vector<std::string> pointers;
    const std::function<void(const Json &, const std::string &, const std::string &)> visit =
        [&](const Json &value, const std::string &pointer, const std::string &path) {
            if (value.is_array())
                for (std::size_t i = 0; i < value.size(); ++i)
                    visit(value[i], pointer + "/" + std::to_string(i),
                          path + "[" + std::to_string(i) + "]");
            // What lies in these is free.
            const auto free = [&](const char *name) { return pointer.ends_with(name); };
            if (!value.is_object() || free("/options") || free("/identity") || free("/set") ||
                free("/before") || free("/keep") || free("/reasons") ||
                pointer.find("/preconditions") != pointer.npos)
                return;
            for (const auto &[key, member] : value.items()) {
                const std::string member_path = path.empty() ? key : path + "." + key;
                Json copy = document;
                copy[Json::json_pointer(pointer)].erase(key);
                if (key != "digest" || !pointer.empty())
                    copy["digest"] = model::plan_digest(copy);
                if (key != "disk") // which only some targets have
                    CHECK(refusal(copy.dump()) == place(member_path + ": missing"));
                pointers.push_back(member_path);
                visit(member, pointer + "/" + key, member_path);
            }
        };
    visit(document, "", "");
    CHECK(pointers.size() > 100);
}

TEST_CASE("plan reader: every member must be of its type, told with its place") {
    struct Case {
        const char *pointer;
        Json value;
        const char *message;
    };

    const std::vector<Case> cases = {
        {"/tool", 1, "tool: expected a string"},
        {"/targets/0/recipe", "x", "targets[0].recipe: expected an object"},
        {"/targets/0/recipe/sha256", nullptr, "targets[0].recipe.sha256: expected a string"},
        {"/catalog", Json::array(), "catalog: expected a string"},
        {"/targets", Json::object(), "targets: expected a list"},
        {"/targets/1", "x", "targets[1]: expected an object"},
        {"/targets/0/action", "destroy",
         "targets[0].action: expected create, update, none or held"},
        {"/targets/0/action", 1, "targets[0].action: expected a string"},
        {"/targets/0/source", nullptr, "targets[0].source: expected an object"},
        {"/targets/0/source/id", 1, "targets[0].source.id: expected a string"},
        {"/targets/1/present", 7, "targets[1].present: expected an object"},
        {"/targets/1/present/name", 7, "targets[1].present.name: expected a string"},
        {"/targets/0/steps/1/kind", 7, "targets[0].steps[1].kind: expected a string"},
        {"/targets/0/steps/1/origin/line", -1,
         "targets[0].steps[1].origin.line: expected a whole number from 0"},
        {"/targets/0/steps/1/origin/line", 1.5,
         "targets[0].steps[1].origin.line: expected a whole number from 0"},
        {"/targets/0/steps/1/origin/line", 2147483648,
         "targets[0].steps[1].origin.line: too large"},
        {"/targets/0/steps/0/state", "maybe",
         "targets[0].steps[0].state: expected change, unchanged, skipped or unknown"},
        {"/targets/0/steps/0/options", "x", "targets[0].steps[0].options: expected an object"},
        {"/targets/0/properties/set", Json::array(),
         "targets[0].properties.set: expected an object"},
        {"/targets/0/properties/keep/hw_disk_bus", 1,
         "targets[0].properties.keep.hw_disk_bus: expected a string"},
        {"/targets/0/properties/remove", "x", "targets[0].properties.remove: expected a list"},
        {"/targets/0/properties/remove/0", 1, "targets[0].properties.remove[0]: expected a string"},
        {"/targets/0/publish/min_disk", "2",
         "targets[0].publish.min_disk: expected a whole number from 0"},
        {"/targets/0/publish/min_ram", 9223372036854775808U,
         "targets[0].publish.min_ram: expected a whole number from 0"},
        {"/targets/0/publish/protected", "yes",
         "targets[0].publish.protected: expected true or false"},
        {"/targets/0/publish/superseded/0/policy", "burn",
         "targets[0].publish.superseded[0].policy: expected hide, rename, deactivate or keep"},
        {"/targets/0/publish/superseded/0/image/digest", 1,
         "targets[0].publish.superseded[0].image.digest: expected a string"},
        {"/targets/0/publish/changed_fields/0", 1,
         "targets[0].publish.changed_fields[0]: expected a string"},
        {"/targets/0/publish/changed_fields/0", "owner",
         "targets[0].publish.changed_fields: expected only visibility, tags, min_disk, min_ram, "
         "protected, hidden"},
        {"/targets/0/rehearsal/guest", "docker",
         "targets[0].rehearsal.guest: expected appliance or host"},
        {"/targets/0/rehearsal/violations/0/limit", "may_sing",
         "targets[0].rehearsal.violations[0].limit: expected may_change, packages, bytes_written, "
         "no_new_setuid or no_network"},
        {"/targets/0/injected/0/size", -5,
         "targets[0].injected[0].size: expected a whole number from 0"},
        {"/targets/0/observed/0", Json::array(), "targets[0].observed[0]: expected an object"},
        {"/targets/0/notes/0", Json::object(), "targets[0].notes[0]: expected a string"},
    };
    for (const Case &wrong : cases) {
        CAPTURE(wrong.pointer);
        CHECK(refusal_with(wrong.pointer, wrong.value) == place(wrong.message));
    }
    CHECK(refusal_after([](Json &document) { document.erase("digest"); }) ==
          place("digest: missing"));
}

TEST_CASE("plan reader: the list of preconditions is not trusted, it is only there for people") {
    CHECK(refusal_with("/targets/0/preconditions", Json::array()) == "accepted");
}

TEST_CASE("plan reader: a document cut off anywhere is refused") {
    const std::string text = to_json(sample_plan()).dump();
    for (std::size_t size = 0; size < text.size(); size += 7)
        REQUIRE(refusal(text.substr(0, size)).starts_with("the plan is not JSON: line 1, column "));
}

TEST_CASE("plan reader: whatever single byte is changed, it refuses or reads the same plan") {
    const Plan plan = sample_plan();
    const std::string text = to_json(plan).dump();
    std::mt19937 random(13);
    for (int round = 0; round < 2000; ++round) {
        std::string copy = text;
        copy[random() % copy.size()] = static_cast<char>(random() % 256);
        CAPTURE(copy);
        bool sound = false;
        try {
            sound = plan_from_json(copy) == plan;
        } catch (const Error &error) {
            sound = error.kind() == ErrorKind::invalid;
        }
        REQUIRE(sound);
    }
}
