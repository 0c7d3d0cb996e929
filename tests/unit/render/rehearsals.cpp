// Rehearsals: see the header.

#include "unit/render/rehearsals.hpp"

#include "unit/render/samples.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

constexpr const char *k_hostile = "/a\x1b[31mb`c```d|e<script>\xe2\x80\xae-->\n# f</details>";

StepResult ended(StepOutcome outcome, const std::string &message = {}) {
    StepResult result;
    result.outcome = outcome;
    result.message = message;
    if (outcome == StepOutcome::ran || outcome == StepOutcome::passed)
        result.exit_status = 0;
    return result;
}

EntryState directory_state() {
    return {{FileInfo::Type::directory, 0755, 0, 0, 0}, {}, {}, {}};
}

EntryState link_state(const std::string &target) {
    return {{FileInfo::Type::symlink, 0777, 0, 0, 0}, target, {}, {}};
}

EntryState owned(EntryState state, std::uint32_t owner) {
    state.info.uid = owner;
    state.info.gid = owner;
    return state;
}

EntryState labelled(EntryState state, const std::string &attributes) {
    state.attributes = attributes;
    return state;
}

PlannedStep rehearsed(PlannedStep step, StepResult result, Effect effect) {
    step.rehearsed = RehearsedStep{std::move(result), std::move(effect), std::nullopt};
    return step;
}

/// The plan of samples.hpp with these steps, and nothing that could hide them.
Plan plan_of(std::vector<PlannedStep> steps) {
    Plan plan = plan_to_create();
    Target &target = plan.targets.front();
    target.steps = std::move(steps);
    target.properties = {};
    target.notes.clear();
    target.publish.superseded.clear();
    target.volatile_paths = {"/var/log/**"};
    target.rehearsal = Rehearsal{"2026-02-01T08:30:00Z", GuestKind::host, true, {}, {}};
    return plan;
}

PlannedStep again(PlannedStep step, Effect effect) {
    step.rehearsed->again = std::move(effect);
    return step;
}

} // namespace

PlannedStep command_step(int index, const std::string &summary) {
    PlannedStep planned;
    planned.step.id = fmt::format("commands[{}]", index);
    planned.step.kind = "commands";
    planned.step.origin = {"recipes/web.yaml", 20 + index};
    planned.step.summary = summary;
    planned.step.options = Json::object();
    planned.step.identity = Json::object();
    planned.change = {StepState::unknown, "will run, effect unknown", ""};
    return planned;
}

Plan upgrade_plan() {
    Effect effect;
    effect.packages = {
        {"nginx", "", "1.22.1-9"}, {"openssl", "3.0.11-1", "3.0.14-1"}, {"telnet", "0.17", ""}};
    effect.services = {{"nginx.service", true}};
    effect.files = {added("/etc/nginx/nginx.conf", file_state(0644, 1446, 'a')),
                    changed("/etc/passwd", file_state(0644, 1000, 'b'), file_state(0644, 1060, 'c'),
                            "--- a/etc/passwd\n+++ b/etc/passwd\n@@ -1,1 +1,2 @@\n "
                            "root:x:0:0\n+www:x:33:33\n")};
    effect.files.front().diff = "--- /dev/null\n+++ b/etc/nginx/nginx.conf\n@@ -0,0 +1,1 @@\n"
                                "+events {}\n";
    for (int i = 0; i < 1000; ++i)
        effect.files.push_back(
            added(fmt::format("/usr/share/doc/package-{:03}/copyright-{}", i / 10, i % 10),
                  file_state(0644, 1000, 'd')));
    for (int i = 0; i < 800; ++i)
        effect.files.push_back(
            changed(fmt::format("/usr/share/locale/l{:02}/LC_MESSAGES/{}.mo", i / 20, i % 20),
                    file_state(0644, 2000, 'e'), file_state(0644, 2100, 'f')));
    for (int i = 0; i < 190; ++i)
        effect.files.push_back(
            removed(fmt::format("/usr/share/telnet/{:03}", i), file_state(0644, 10, 'e')));
    effect.files.push_back(changed("/usr/lib/libssl.so.3", file_state(0644, 690000, '1'),
                                   file_state(0644, 700000, '2')));
    effect.files.push_back(changed("/var/lib/dpkg/status", file_state(0644, 800000, '1'),
                                   file_state(0644, 801000, '2'), "+Package: nginx\n"));
    effect.bytes_written = 40'000'000;
    StepResult ran = ended(StepOutcome::ran);
    ran.out = {"Unpacking nginx\n", 16};
    PlannedStep check = command_step(2, "check: nginx -t");
    check.step.kind = "checks";
    StepResult passed = ended(StepOutcome::passed);
    passed.out = {"syntax is ok\nall well\n", 22};
    return plan_of({rehearsed(command_step(0, "run: apt-get install -y nginx"), ran, effect),
                    rehearsed(command_step(1, "run: true"),
                              ended(StepOutcome::skipped, "/usr/bin/agent is there"), {}),
                    rehearsed(check, passed, {})});
}

Plan kinds_plan() {
    Effect effect;
    effect.packages = {{"nginx", "", "1.22.1-9"}};
    effect.services = {{"ssh.service", true}, {"telnet.socket", false}};
    effect.accounts = {
        {AccountChange::Kind::user, "www", std::nullopt, "uid 33, gid 33, /var/www, /bin/false"},
        {AccountChange::Kind::user, "bob", "uid 7, gid 7, /home/bob, /bin/sh",
         "uid 7, gid 0, /home/bob, /bin/sh"},
        {AccountChange::Kind::group, "games", "gid 60", std::nullopt}};
    EntryState unread = file_state(0644, 5, 'a');
    unread.sha256.clear();
    effect.files = {
        changed("/etc/attributes", labelled(file_state(0644, 5, 'a'), "user.a=00\nuser.b=01"),
                labelled(file_state(0644, 5, 'a'), "user.a=00\nuser.b=02\nuser.c=03")),
        changed("/etc/link", link_state("old"), link_state("new")),
        changed("/etc/mode", file_state(0644, 5, 'a'), file_state(0600, 5, 'a')),
        changed("/etc/owner", file_state(0644, 5, 'a'), owned(file_state(0644, 5, 'a'), 33)),
        changed("/etc/replaced", file_state(0644, 5, 'a'), link_state("elsewhere")),
        changed("/etc/unread", unread, file_state(0644, 5, 'a')),
        changed("/usr/bin/tool", file_state(0755, 5000, 'a'),
                labelled(file_state(0755, 5001, 'b'),
                         "security.capability=0100000282000000000000000000000000000000\n")),
        added("/usr/bin/x", file_state(04755, 100, 'a')),
        added("/usr/new", directory_state()),
        added("/usr/new/pipe", {{FileInfo::Type::other, 0600, 0, 0, 0}, "fifo", {}, {}}),
        removed("/usr/old", link_state("there")),
    };
    std::string diff = "--- a/etc/motd\n+++ b/etc/motd\n@@ -1,1 +1,60 @@\n-old\n";
    for (int i = 0; i < 60; ++i)
        diff += fmt::format("+\tline {}\n", i);
    effect.files.insert(effect.files.begin() + 2, changed("/etc/motd", file_state(0644, 4, 'a'),
                                                          file_state(0644, 600, 'b'), diff));
    effect.bytes_written = 123456;
    PlannedStep files = command_step(1, "write /etc/motd");
    files.step.kind = "files";
    files.change = {StepState::change, "contents differ", "+foreseen\n"};
    return plan_of({rehearsed(command_step(0, "run: ./surprise"), ended(StepOutcome::ran), effect),
                    rehearsed(files, ended(StepOutcome::unchanged), {}),
                    rehearsed(command_step(2, "run: true"), ended(StepOutcome::ran), {})});
}

Plan failed_plan() {
    Effect effect;
    effect.files = {added("/etc/half", file_state(0644, 5, 'a'))};
    StepResult failed = ended(StepOutcome::failed, "exit status 100");
    failed.exit_status = 100;
    failed.out = {"Reading package lists\n", 22};
    failed.err = {"E: Unable to locate package\nE: \x1b[31mred\x1b[0m ``` fence\n", 1000000};
    Plan plan =
        plan_of({rehearsed(command_step(0, "run: apt-get install -y ngnix"), failed, effect),
                 rehearsed(command_step(1, "run: nginx -t"), {}, {})});
    plan.targets.front().rehearsal->passed = false;
    plan.targets.front().rehearsal->error =
        "recipes/web.yaml:20: run: apt-get install -y ngnix: exit status 100";
    return plan;
}

Plan violating_plan() {
    Effect effect;
    effect.packages = {{"telnet", "", "0.17"}};
    for (int i = 0; i < 15; ++i)
        effect.files.push_back(added(fmt::format("/opt/{:02}", i), file_state(0644, 10, 'a')));
    effect.files.push_back(added("/opt/x", file_state(04755, 100, 'a')));
    effect.files.push_back(added("/opt/y", file_state(02755, 100, 'a')));
    effect.bytes_written = 20U << 20U;
    Plan plan =
        plan_of({rehearsed(command_step(0, "run: ./install"), ended(StepOutcome::ran), effect)});
    Target &target = plan.targets.front();
    target.limits.may_change = {"/etc/**"};
    target.limits.packages = {"nginx*"};
    target.limits.bytes_written = 10 << 20;
    target.limits.no_new_setuid = true;
    target.limits.no_network = true;
    for (int i = 0; i < 15; ++i)
        target.rehearsal->violations.push_back(
            {LimitKind::may_change, "commands[0]", fmt::format("/opt/{:02}", i)});
    target.rehearsal->violations.push_back({LimitKind::packages, "commands[0]", "telnet"});
    target.rehearsal->violations.push_back({LimitKind::bytes_written, "", "20.0 MiB"});
    target.rehearsal->violations.push_back({LimitKind::no_new_setuid, "commands[0]", "/opt/x"});
    target.rehearsal->violations.push_back({LimitKind::no_new_setuid, "commands[0]", "/opt/y"});
    target.rehearsal->violations.push_back({LimitKind::no_network, "commands[0]", ""});
    target.rehearsal->passed = false;
    return plan;
}

Plan repeating_plan() {
    const std::string diff = "--- a/etc/hosts\n+++ b/etc/hosts\n@@ -1,1 +1,2 @@\n "
                             "127.0.0.1 localhost\n+10.0.0.1 it's # mine\n";
    Effect appended;
    appended.files = {
        changed("/etc/hosts", file_state(0644, 20, 'a'), file_state(0644, 40, 'b'), diff)};
    Effect logged;
    logged.files = {
        changed("/etc/ld.so.cache", file_state(0644, 20, 'a'), file_state(0644, 40, 'b')),
        changed("/var/log/log", file_state(0644, 20, 'a'), file_state(0644, 40, 'b'))};
    PlannedStep append = again(rehearsed(command_step(0, "run: echo 10.0.0.1 it's >> /etc/hosts"),
                                         ended(StepOutcome::ran), appended),
                               appended);
    append.rehearsed->advice = R"(unless: "grep -qxF '10.0.0.1 it'\\''s # mine' /etc/hosts")";
    return plan_of({std::move(append), again(rehearsed(command_step(1, "run: logger x"),
                                                       ended(StepOutcome::ran), logged),
                                             logged)});
}

Plan hostile_rehearsal() {
    const std::string bad = k_hostile;
    Effect effect;
    effect.packages = {{bad, bad, bad}};
    effect.services = {{bad, true}};
    effect.accounts = {{AccountChange::Kind::user, bad, bad, bad}};
    EntryState odd =
        labelled(file_state(04755, 100, 'a'), "security.capability=" + bad + "\n" + bad + "=00");
    odd.sha256 = bad;
    effect.files = {added(bad, odd), changed(bad + "2", link_state(bad), link_state(bad + "x")),
                    changed(bad + "3", file_state(0644, 1, 'a'), odd, "+```\n+</details>" + bad),
                    added("/" + std::string(5000, 'x'), file_state(0644, 1, 'a'))};
    StepResult failed = ended(StepOutcome::failed, bad);
    failed.err = {bad + "\n```\n</details>\n", 5000};
    PlannedStep step = command_step(0, bad);
    step.step.origin.file = bad;
    step = again(rehearsed(step, failed, effect), effect);
    // As guard_advice() words it: safe to print, but full of what markdown could take for markup.
    const std::string shown = R"(/a\u001b[31mb`c```d|e<script>\u202e-->\n# f</details>)";
    step.rehearsed->advice = fmt::format("unless: \"rpm -q '{0}-{0}'\"", shown);
    Plan plan = plan_of({std::move(step)});
    plan.targets.front().publish.name = bad;
    Rehearsal &rehearsal = plan.targets.front().rehearsal.value();
    rehearsal = {bad,
                 GuestKind::appliance,
                 false,
                 bad,
                 {{LimitKind::may_change, "commands[0]", bad}, {LimitKind::packages, bad, bad}}};
    return plan;
}

} // namespace retouch
