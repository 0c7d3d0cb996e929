#include "base/digest.hpp"
#include "retouch/error.hpp"
#include "unit/model/golden.hpp"
#include "unit/model/sample_plan.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

TEST_CASE("plan document: complete, in reading order") {
    const std::string text = to_json(sample_plan()).dump(2) + "\n";
    CHECK(text == golden("plan.json", text));
}

TEST_CASE("plan document: its digest is over the compact form of all the rest") {
    Json document = to_json(sample_plan());
    const std::string digest = document["digest"];
    CHECK(document.back() == digest);
    document.erase("digest");
    CHECK(digest == "sha256:" + base::sha256_hex(document.dump()));
}

TEST_CASE("plan document: comes back as the same plan, whatever the spacing") {
    const Plan plan = sample_plan();
    const Json document = to_json(plan);
    CHECK(plan_from_json(document.dump()) == plan);
    CHECK(plan_from_json(document.dump(2)) == plan);
    CHECK(plan_from_json("\n " + document.dump(7, '\t') + "\n") == plan);
}

TEST_CASE("plan document: any plan comes back exactly, and gives the same bytes again") {
    std::mt19937 random(12);
    for (int round = 0; round < 400; ++round) {
        const Plan plan = random_plan(random);
        const std::string text = to_json(plan).dump();
        CAPTURE(round, text);
        const Plan read = plan_from_json(text);
        REQUIRE(read == plan);
        REQUIRE(to_json(read).dump() == text);
    }
}

TEST_CASE("plan document: a kept stage is part of it, and injected files are no condition then") {
    Plan plan = sample_plan();
    plan.targets[0].rehearsal->kept = sample_kept_stage();
    const Json document = to_json(plan);
    CHECK(document["targets"][0]["rehearsal"]["kept"] ==
          Json{{"id", "33333333-3333-4333-8333-333333333333"},
               {"location", "rbd:images/retouch-stage-33333333-3333-4333-8333-333333333333"},
               {"until", "2026-02-07T12:00:01.000000Z"},
               {"proof", "rbd:10e4a:12"},
               {"size", 1024},
               {"virtual_size", 2048},
               {"checksum_algorithm", "sha512-used"},
               {"checksum", "ef"},
               {"bytes_written", 300}});
    for (const Json &condition : document["targets"][0]["preconditions"])
        CHECK(condition["kind"] != "file");
    CHECK(plan_from_json(document.dump()) == plan);
}

TEST_CASE("plan document: bytes that are no UTF-8 become U+FFFD and do no harm") {
    Plan plan = sample_plan();
    plan.targets[0].steps[0].change.diff = "caf\xE9";
    plan.targets[0].steps[0].step.options["path\xFF"] = "x\xFE";
    const Plan read = plan_from_json(to_json(plan).dump());
    CHECK(read.targets[0].steps[0].change.diff == "caf\uFFFD");
    CHECK(read.targets[0].steps[0].step.options["path\uFFFD"] == "x\uFFFD");
}
