// Reading `services`: each name becomes a step, and what contradicts itself is told.

#include "support/memory_guest.hpp"
#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

TEST_CASE("services: each name is a step, and no two verbs contradict each other") {
    const ReadSection read = read_section(
        "services", "- enable: [a, {name: b, runlevel: boot}]\n- mask: [c]\n- unmask: [a]\n"
                    "- default_target: multi-user\n");
    CHECK(read.mistakes.empty());
    std::vector<std::string> summaries;
    for (const Step &step : read.result.steps)
        summaries.push_back(step.id + " " + step.summary);
    CHECK(summaries == std::vector<std::string>{"services[0] enable a",
                                                "services[1] enable b in runlevel boot",
                                                "services[2] mask c", "services[3] unmask a",
                                                "services[4] boot into multi-user"});
    CHECK(read_section("services", "- enable: [a, a.service]\n- mask: [a]\n- default_target: x\n"
                                   "- default_target: y\n- disable: [b]\n- mask: [b]\n")
              .mistakes ==
          "1:15: 'a.service' is named twice; 1:12 'enable' is here\n"
          "2:10: 'a' is named twice; 1:12 'enable' is here\n"
          "4:19: there can be only one default target; 3:19 'default_target' is here\n");
}

TEST_CASE("services, users, groups: Windows is refused with the reason") {
    MemoryGuest guest;
    guest.mutable_facts().type = "windows";
    const auto refusal = [&](std::string_view kind, const std::string &yaml) {
        try {
            static_cast<void>(find_step_kind(kind)->preview(read_step(kind, yaml), guest));
        } catch (const StepObstacle &obstacle) {
            return obstacle.reason();
        }
        return std::string("no refusal");
    };
    CHECK(refusal("services", "- enable: [a]") ==
          "services of Windows are in its registry, which is not changed here; a script at the "
          "first boot can (sc.exe config)");
    CHECK(refusal("users", "- {name: a}") ==
          "accounts of Windows are not changed; cloudbase-init sets up its Administrator at the "
          "first boot");
    CHECK(refusal("groups", "- a") == "accounts of Windows are not changed");
}

TEST_CASE("services: the section of steps gives the same steps again") {
    std::vector<Json> options;
    for (const Step &step : read_section("services", "- enable: [a, {name: b, runlevel: boot}]\n"
                                                     "- default_target: m\n- unmask: [c]\n")
                                .result.steps)
        options.push_back(step.options);
    const Json section = find_step_kind("services")->section(options);
    std::vector<Json> again;
    for (const Step &step : read_section("services", section.dump()).result.steps)
        again.push_back(step.options);
    CHECK(again == options);
}
