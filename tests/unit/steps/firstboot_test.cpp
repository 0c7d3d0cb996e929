// Reading `firstboot`, and images whose boot scripts are started in other ways than systemd's.

#include "support/memory_guest.hpp"
#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

TEST_CASE("firstboot: each entry is a step, which follows the one before") {
    const ReadSection read = read_section(
        "firstboot",
        "- fstrim -av\n- {name: register, run: r, after: network, once: false}\n- x\n");
    CHECK(read.mistakes.empty());
    REQUIRE(read.result.steps.size() == 3);
    CHECK(read.result.steps[0].summary == "at the first boot: fstrim -av");
    CHECK(read.result.steps[1].summary == "at every boot: register");
    CHECK(read_step("firstboot", "- \"#!/bin/sh\\n\\nx y\\n\"").summary ==
          "at the first boot: x y");
    CHECK_FALSE(read.result.steps[0].options.contains("before"));
    CHECK(read.result.steps[1].options.at("before") == "1");
    CHECK(read.result.steps[2].options.at("before") == "register");
    std::vector<Json> options;
    for (const Step &step : read.result.steps)
        options.push_back(step.options);
    const Json section = find_step_kind("firstboot")->section(options);
    std::vector<Json> again;
    for (const Step &step : read_section("firstboot", section.dump()).result.steps)
        again.push_back(step.options);
    CHECK(again == options);
}

TEST_CASE("firstboot: names are no one's twice, and scripts are not empty") {
    CHECK(read_section("firstboot", "- a\n- {name: '1', run: b}\n- ' '\n").mistakes ==
          "2:3: two scripts are called '1'; 1:3 the first is here\n3:3: the script is empty\n");
}

TEST_CASE("firstboot: a shell of Windows is none of Linux") {
    MemoryGuest guest;
    guest.put_file("/usr/lib/systemd/systemd", "elf", 0755);
    const Step step = read_step("firstboot", "- {run: x, shell: powershell}");
    CHECK_THROWS_WITH(find_step_kind("firstboot")->preview(step, guest),
                      Catch::Contains("the image has no powershell"));
}

TEST_CASE("firstboot: on Windows it is a script of cloudbase-init, where that is installed") {
    MemoryGuest guest;
    guest.mutable_facts().type = "windows";
    const StepKind &kind = *find_step_kind("firstboot");
    const Step step =
        read_step("firstboot", "- {name: join, run: 'Add-Computer', shell: powershell}");
    CHECK_THROWS_WITH(kind.preview(step, guest),
                      Catch::Contains("the image has no cloudbase-init, which runs such scripts"));
    const std::string place = "/Program Files/Cloudbase Solutions/Cloudbase-Init";
    guest.put_directory(place);
    CHECK(kind.preview(step, guest).reason == "script is new");
    CHECK(kind.execute(step, guest).outcome == StepOutcome::changed);
    CHECK(guest.nodes().at(place + "/LocalScripts/join.ps1").content == "Add-Computer");
    CHECK(kind.preview(step, guest).state == StepState::unchanged);
}
