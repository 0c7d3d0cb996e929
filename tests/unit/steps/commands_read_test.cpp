// Reading the sections with commands, `commands` and `checks`: short and long forms, and mistakes.

#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

Json parsed(const char *text) {
    return Json::parse(text);
}

std::string mistakes(std::string_view kind, const std::string &yaml) {
    return read_section(kind, yaml).mistakes;
}

} // namespace

TEST_CASE("commands: a string is a command with every default") {
    const Step step = read_step("commands", "- yum remove -y cloud-init\n");
    CHECK(step.id == "commands[0]");
    CHECK(step.summary == "run: yum remove -y cloud-init");
    CHECK(step.options == parsed(R"({"run":"yum remove -y cloud-init","shell":"/bin/sh",
        "workdir":"/","env":{},"network":false,"timeout":600})"));
    CHECK(step.identity == parsed(R"({"run":"yum remove -y cloud-init","shell":"/bin/sh",
        "workdir":"/","env":{},"network":false})"));
}

TEST_CASE("commands: the short form, the long form and the defaults have one identity") {
    const Json wanted = read_step("commands", "- 'true'").identity;
    CHECK(read_step("commands", "- run: 'true'").identity == wanted);
    CHECK(read_step("commands", "- {run: 'true', shell: /bin/sh, workdir: /, env: {},"
                                " network: false, timeout: 10m}")
              .identity == wanted);
    CHECK(read_step("commands", "- {run: 'true', timeout: 2h}").identity == wanted);
    CHECK(read_step("commands", "- {run: 'true', network: true}").identity != wanted);
    CHECK(read_step("commands", "- {run: 'true', creates: /x}").identity != wanted);
    CHECK(read_step("commands", "- {run: x, env: {A: 1, B: two}}").identity ==
          read_step("commands", "- {run: x, env: {B: two, A: \"1\"}}").identity);
}

TEST_CASE("commands: everything an entry says is in its options") {
    const Step step = read_step(
        "commands", "- run: make\n  unless: test -e x\n  timeout: 1h30m\n  network: true\n"
                    "  env: {A: 1}\n  workdir: /opt\n  shell: /bin/bash\n");
    CHECK(step.options == parsed(R"({"run":"make","shell":"/bin/bash","workdir":"/opt",
        "env":{"A":"1"},"network":true,"timeout":5400,"unless":"test -e x"})"));
    const Needs needs = find_step_kind("commands")->needs(step);
    CHECK(needs.network);
    CHECK(needs.runnable);
}

TEST_CASE("commands: a reviewer is told the guard, and what is not as usual, but no values") {
    using Remarks = std::vector<std::string>;
    CHECK(read_step("commands", "- yum remove -y cloud-init\n").remarks.empty());
    CHECK(read_step("commands", "- run: make\n  unless: test -e x\n  timeout: 1h30m\n"
                                "  network: true\n  env: {A: 1, B: s3cret}\n  workdir: /opt\n"
                                "  shell: /bin/bash\n")
              .remarks == Remarks{"unless: test -e x", "network, timeout 1h30m, env A, env B, "
                                                       "shell /bin/bash, workdir /opt"});
    CHECK(read_step("commands", "- {run: make, creates: /opt/x}").remarks ==
          Remarks{"creates: /opt/x"});
    CHECK(read_step("commands", "- run: make\n  only_if: |\n    set -e\n    test -e x\n").remarks ==
          Remarks{"only_if: set -e\ntest -e x"});
    CHECK(read_step("checks", "- {run: x, network: true, timeout: 10m}").remarks ==
          Remarks{"network"});
    CHECK(read_step("checks", "- {file: /x}").remarks.empty());
}

TEST_CASE("commands: the code and the places of a step are told beside its options") {
    const Step plain = read_step("commands", "- run: |\n    a\n    b\n");
    CHECK(plain.script == "a\nb\n");
    CHECK(plain.places.empty());
    const Step check = read_step("checks", "- run: a -t\n");
    CHECK(check.script == "a -t");
    CHECK(read_step("checks", "- {file: /x}").script.empty());
    const Step file = read_step("files", "- {to: /etc/motd, content: x}");
    CHECK(file.places == std::vector<std::string>{"/etc/motd"});
    CHECK(file.script.empty());
    CHECK(read_step("files", "- remove: /etc/motd").places.empty());
}

TEST_CASE("commands: the summary is the first line that says something, cut to 72 characters") {
    CHECK(read_step("commands", "- \"\\n  set -e\\n  make\\n\"").summary == "run: set -e ...");
    CHECK(read_step("commands", "- " + std::string(72, 'x')).summary ==
          "run: " + std::string(72, 'x'));
    CHECK(read_step("commands", "- " + std::string(73, 'x')).summary ==
          "run: " + std::string(72, 'x') + " ...");
    CHECK(read_step("commands", "- \"a\\tb\\u202e\"").summary == "run: a\\x09b\\u{202e}");
    std::string accents;
    for (int i = 0; i < 73; ++i)
        accents += "é";
    CHECK(read_step("commands", "- " + accents).summary ==
          "run: " + accents.substr(0, 144) + " ...");
}

TEST_CASE("commands: mistakes beyond the schema are found together") {
    CHECK(
        mistakes("commands", "- '  '\n"
                             "- {run: x, unless: y, only_if: z, creates: /a}\n"
                             "- {run: x, creates: a}\n"
                             "- {run: x, timeout: 25h}\n"
                             "- {run: x, timeout: ''}\n"
                             "- {run: x, workdir: /a/, shell: bash}\n"
                             "- {run: x, env: {2X: a, X-Y: b}}\n"
                             "- {run: x, unless: ' '}\n") ==
        "1:3: the command is empty\n"
        "2:32: a command can have only one guard; 2:20 another guard is here\n"
        "2:44: a command can have only one guard; 2:20 another guard is here\n"
        "3:21: the path 'a' is not absolute; write the whole path in the image, such as "
        "/etc/motd\n"
        "4:21: '25h' is not a duration from 1s to 24h; write hours, minutes and seconds, such as "
        "90s, 10m or 1h30m\n"
        "5:21: '' is not a duration from 1s to 24h; write hours, minutes and seconds, such as 90s, "
        "10m or 1h30m\n"
        "6:21: the path '/a/' is not normal: it has an empty, '.' or '..' part; write /a\n"
        "6:33: the path 'bash' is not absolute; write the whole path in the image, such as "
        "/etc/motd\n"
        "7:18: '2X' is not a valid name of an environment variable; use letters, digits and _, not "
        "beginning with a digit\n"
        "7:25: 'X-Y' is not a valid name of an environment variable; use letters, digits and _, "
        "not "
        "beginning with a digit\n"
        "8:20: the command is empty\n");
}

TEST_CASE("checks: a command and what its result must be") {
    const Step step = read_step("checks", "- {run: rpm -q x, output: x-1, matches: '^x'}");
    CHECK(step.summary == "check: rpm -q x");
    CHECK(step.options == parsed(R"({"run":"rpm -q x","shell":"/bin/sh","workdir":"/","env":{},
        "network":false,"timeout":600,"status":0,"output":"x-1","matches":"^x"})"));
    CHECK(read_step("checks", "- {run: x}").identity ==
          read_step("checks", "- {run: x, status: 0, timeout: 1m}").identity);
    CHECK(read_step("checks", "- {run: x}").identity !=
          read_step("checks", "- {run: x, status: 1}").identity);
}

TEST_CASE("checks: a file and what it must be") {
    const Step step = read_step("checks", "- {file: /etc/x, mode: \"600\", owner: 0, group: adm,"
                                          " contains: y}");
    CHECK(step.summary == "check file /etc/x");
    CHECK(step.options == parsed(R"({"file":"/etc/x","state":"exists","mode":"0600",
        "owner":"root","group":"adm","contains":"y"})"));
    CHECK(step.identity == step.options);
    CHECK(read_step("checks", "- {file: /x}").identity ==
          read_step("checks", "- {file: /x, state: exists}").identity);
    const Needs needs = find_step_kind("checks")->needs(step);
    CHECK_FALSE(needs.network);
    CHECK_FALSE(needs.runnable);
}

TEST_CASE("checks: keys of the two forms do not mix, and expressions must be usable") {
    CHECK(mistakes("checks", "- {status: 1}\n"
                             "- {run: x, mode: \"0644\"}\n"
                             "- {file: /x, output: y}\n"
                             "- {file: /x, state: absent, mode: \"0644\"}\n"
                             "- {run: x, matches: '('}\n"
                             "- {run: x, matches: '(a{1,99}){1,99}'}\n"
                             "- {run: x, matches: '(a)\\1'}\n") ==
          "1:3: an entry of 'checks' needs 'run' or 'file'\n"
          "2:12: 'mode' does not go with 'run'\n"
          "3:14: 'output' does not go with 'file'\n"
          "4:29: 'mode' does not go with 'state: absent'\n"
          "5:21: '(' is not a valid regular expression: missing ): (\n"
          "6:21: '(a{1,99}){1,99}' is not a valid regular expression: it repeats more than 1,000 "
          "times\n"
          "7:21: '(a)\\1' is not a valid regular expression: \\1 is not known; there are no back "
          "references\n");
}

TEST_CASE("cleanup: each name once, one step each") {
    const ReadSection read = read_section("cleanup", "- logs\n- machine-id\n");
    REQUIRE(read.mistakes.empty());
    REQUIRE(read.result.steps.size() == 2);
    CHECK(read.result.steps[1].id == "cleanup[1]");
    CHECK(read.result.steps[1].summary == "clean machine-id");
    CHECK(read.result.steps[1].options == Json{{"clean", "machine-id"}});
    CHECK(read.result.steps[1].identity == Json{{"clean", "machine-id"}});
    CHECK(mistakes("cleanup", "- logs\n- logs\n") == "2:3: 'logs' stands here twice; 1:3 first "
                                                     "here\n");
}
