#include "recipe/policy.hpp"

#include "base/file.hpp"
#include "base/run_directory.hpp"
#include "recipe/load.hpp"
#include "retouch/error.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

/// What the policy with this text finds in the document, or why it is no policy.
std::vector<std::string> findings(const std::string &policy, const Json &document) {
    const RunDirectory directory;
    const auto file = directory.path() / "policy.json";
    write_file_atomically(file, policy);
    try {
        return Policy(file).findings(document);
    } catch (const Error &error) {
        std::string message = error.what();
        message.replace(message.find(file.string()), file.string().size(), "FILE");
        return {"refused: " + message};
    }
}

const Json k_document = {
    {"targets",
     {{{"publish", {{"visibility", "public"}, {"protected", false}}}, {"name", "\x1b[31m"}}}}};

} // namespace

TEST_CASE("policy: what does not satisfy it is named by its place") {
    const char *policy = R"({"properties": {"targets": {"items": {"properties": {
        "publish": {"properties": {"protected": {"const": true}}}}}}}})";
    const auto found = findings(policy, k_document);
    REQUIRE(found.size() == 1);
    CHECK(found.back() == "targets[0].publish.protected: Failed to match expected value set by "
                          "'const' constraint.");
    CHECK(findings(R"({"properties": {"targets": {"maxItems": 1}}})", k_document).empty());
}

TEST_CASE("policy: what is no schema is refused") {
    CHECK(findings("{", k_document).front().starts_with("refused: the policy FILE"));
    CHECK(findings(R"({"type": "colour"})", k_document)
              .front()
              .starts_with("refused: the policy FILE is no JSON Schema: "));
    CHECK(findings(R"({"$ref": "http://example.org/x"})", k_document)
              .front()
              .starts_with("refused: the policy FILE is no JSON Schema: "));
}

TEST_CASE("policy: a pattern on a very long text does not overflow the stack") {
    const Json document = {{"diff", std::string(1 << 22, 'x')}};
    CHECK(findings(R"({"properties": {"diff": {"pattern": "^(x|y)*$"}}})", document).empty());
}

TEST_CASE("policy: the schema of plans fits the plan of the tests, and notices what does not") {
    const std::string golden =
        read_file(std::string(RETOUCH_SOURCE_DIR) + "/tests/unit/model/golden/plan.json", 1 << 20);
    Json plan = Json::parse(golden);
    CHECK(findings(plan_schema(), plan).empty());
    plan["targets"][0]["action"] = "destroy";
    CHECK_FALSE(findings(plan_schema(), plan).empty());
}
