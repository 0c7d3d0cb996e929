#include "model/names.hpp"
#include "retouch/value.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

/// Every value's name leads back to the value, and no name has two.
template<typename Enum>
void check_names(std::initializer_list<Enum> values) {
    CHECK(values.size() == model::NameTable<Enum>::names.size());
    for (const Enum value : values)
        CHECK(model::from_name<Enum>(model::to_string(value)) == value);
    CHECK(model::from_name<Enum>("") == std::nullopt);
    CHECK(model::from_name<Enum>("Create") == std::nullopt);
}

} // namespace

TEST_CASE("names: each value has its own, and it leads back") {
    check_names({Action::create, Action::update, Action::none, Action::held});
    check_names({StepState::change, StepState::unchanged, StepState::skipped, StepState::unknown});
    check_names({StepOutcome::changed, StepOutcome::unchanged, StepOutcome::skipped,
                 StepOutcome::ran, StepOutcome::passed, StepOutcome::failed,
                 StepOutcome::not_reached});
    check_names({TargetOutcome::published, TargetOutcome::updated, TargetOutcome::unchanged,
                 TargetOutcome::failed, TargetOutcome::not_started});
    check_names({PreviousPolicy::hide, PreviousPolicy::rename, PreviousPolicy::deactivate,
                 PreviousPolicy::keep});
}

TEST_CASE("names: kinds of events, phases, limits, fields and deviations have theirs") {
    const auto check_all = []<typename Enum>(Enum last) {
        CHECK(static_cast<std::size_t>(last) + 1 == model::NameTable<Enum>::names.size());
        for (std::size_t i = 0; i < model::NameTable<Enum>::names.size(); ++i)
            CHECK(model::from_name<Enum>(model::NameTable<Enum>::names[i]) == static_cast<Enum>(i));
    };
    check_all(EventKind::run_finished);
    check_all(PhaseKind::detach);
    check_all(LimitKind::no_network);
    check_all(PublishField::hidden);
    check_all(DeviationKind::bytes);
    check_all(GuestKind::host);
    CHECK(model::to_string(EventKind::phase_finished) == "phase_finished");
    CHECK(model::to_string(PhaseKind::label) == "label");
    CHECK(model::to_string(PhaseKind::publish) == "publish");
    CHECK(model::to_string(LimitKind::no_new_setuid) == "no_new_setuid");
    CHECK(model::to_string(PublishField::is_protected) == "protected");
    CHECK(model::to_string(DeviationKind::is_protected) == "protected");
    CHECK(model::to_string(DeviationKind::snapshots) == "snapshots");
    CHECK(model::to_string(GuestKind::host) == "host");
}

TEST_CASE("names: the documented spellings") {
    CHECK(model::to_string(Action::create) == "create");
    CHECK(model::to_string(Action::update) == "update");
    CHECK(model::to_string(Action::none) == "none");
    CHECK(model::to_string(Action::held) == "held");
    CHECK(model::to_string(StepState::change) == "change");
    CHECK(model::to_string(StepState::unknown) == "unknown");
    CHECK(model::to_string(StepOutcome::changed) == "changed");
    CHECK(model::to_string(StepOutcome::ran) == "ran");
    CHECK(model::to_string(StepOutcome::not_reached) == "not-reached");
    CHECK(model::to_string(TargetOutcome::published) == "published");
    CHECK(model::to_string(TargetOutcome::failed) == "failed");
    CHECK(model::to_string(PreviousPolicy::hide) == "hide");
    CHECK(model::to_string(PreviousPolicy::deactivate) == "deactivate");
    CHECK(model::choices<Action>() == "create, update, none or held");
}

TEST_CASE("image: its digest is the strongest checksum it has, or else its id") {
    Image image;
    image.id = "7";
    CHECK(image.digest() == "image:7");
    image.checksums["md5"] = "aa";
    CHECK(image.digest() == "md5:aa");
    image.checksums["sha256"] = "bb";
    CHECK(image.digest() == "md5:aa");
    image.checksums["sha512"] = "cc";
    CHECK(image.digest() == "sha512:cc");
    image.checksums["sha512-data"] = "dd";
    CHECK(image.digest() == "sha512-data:dd");
    image.checksums["xxh"] = "ee";
    CHECK(image.digest() == "sha512-data:dd");
}

TEST_CASE("image: a property is its value or absent, also when empty") {
    Image image;
    image.properties["os"] = "debian";
    image.properties["note"] = "";
    CHECK(image.property("os") == "debian");
    CHECK(image.property("note") == "");
    CHECK(image.property("none") == std::nullopt);
}

TEST_CASE("image change: empty until any field is set") {
    const auto empty_after = [](void (*set)(ImageChange &)) {
        ImageChange change;
        set(change);
        return change.empty();
    };
    CHECK(empty_after([](ImageChange &change) { change.id = "x"; }));
    CHECK_FALSE(empty_after([](ImageChange &change) { change.name = "n"; }));
    CHECK_FALSE(empty_after([](ImageChange &change) { change.status = "active"; }));
    CHECK_FALSE(empty_after([](ImageChange &change) { change.visibility = "public"; }));
    CHECK_FALSE(empty_after([](ImageChange &change) { change.hidden = false; }));
    CHECK_FALSE(empty_after([](ImageChange &change) { change.is_protected = false; }));
    CHECK_FALSE(empty_after([](ImageChange &change) { change.min_disk_gib = 0; }));
    CHECK_FALSE(empty_after([](ImageChange &change) { change.min_ram_mib = 0; }));
    CHECK_FALSE(empty_after([](ImageChange &change) { change.tags.emplace(); }));
    CHECK_FALSE(empty_after([](ImageChange &change) { change.properties["p"] = std::nullopt; }));
}

TEST_CASE("value: fields are found by key, and only in mappings") {
    Value mapping;
    mapping.kind = Value::Kind::mapping;
    mapping.fields.resize(2);
    mapping.fields[0].key = "run";
    mapping.fields[1].key = "timeout";
    mapping.fields[1].value.scalar = "10m";
    REQUIRE(mapping.find("timeout") != nullptr);
    CHECK(mapping.find("timeout")->scalar == "10m");
    CHECK(mapping.find("tim") == nullptr);
    CHECK(Value{}.find("run") == nullptr);
}

TEST_CASE("plan: there are changes when any target is created or updated") {
    Plan plan;
    CHECK_FALSE(plan.has_changes());
    plan.targets.resize(2);
    CHECK_FALSE(plan.has_changes());
    plan.targets[1].action = Action::update;
    CHECK(plan.has_changes());
    plan.targets[1].action = Action::create;
    CHECK(plan.has_changes());
}
