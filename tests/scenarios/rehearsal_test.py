#!/usr/bin/python3
"""A rehearsal shows what steps really do, by step, and leaves nothing; apply does that or stops."""

import json
import os
import signal
import subprocess
import unittest

from world import HOST, QUICK_GUESTS, ROOT, SET_ATTRIBUTE, World, debian, debugfs, needs_root, sha256, tiny

# Name, a command that does something a reviewer should see, the path, and what became of it.
SURPRISES = [
    ("appends on each run", "echo x >> /etc/surprise", "/etc/surprise", "added"),
    ("writes elsewhere", "mkdir -p /srv/other && echo x > /srv/other/file", "/srv/other/file", "added"),
    ("changes a mode", "chmod 0600 /etc/os-release", "/etc/os-release", "changed"),
    ("replaces a file by a link", "rm /etc/os-release; ln -s /tmp/x /etc/os-release", "/etc/os-release", "changed"),
    ("leaves a setuid program", "cp /bin/busybox /bin/mine; chmod 4755 /bin/mine", "/bin/mine", "added"),
    ("removes a directory", "rm -r /home", "/home", "removed"),
]
# What is run, in volatile paths: a command that makes it, and its path.
CODE = [
    ("echo x > {}; chmod 0755 {}", "/var/lib/cloud/scripts/per-boot/00evil"),
    ("echo x > {}", "/usr/lib/__pycache__/os.cpython-311.pyc"),
    ("echo x > {}", "/etc/ld.so.cache"),
    ("echo x > {}", "/boot/initrd.img-6.1"),
    ("touch {}", "/var/lib/systemd/linger/root"),
    ("echo x > {}", "/var/spool/cron/crontabs/root"),
    ("echo x > {}", "/etc/profile.d/x.sh"),
    ("echo x > {}; chmod 0700 {}", "/var/cache/program"),
    ("ln -s /opt/x {}", "/var/cache/link"),
    ("mkfifo {}", "/var/cache/pipe"),
    ("echo x > {}", "/var/lib/cloud/user-data"),
    ("echo x > {}", "/etc/postfix/master.cf"),
    ("mkdir -m 0777 {}", "/usr/share/anybody"),
]
SCHEMA = ROOT / "schemas/plan.schema.json"  # as a policy, every plan must satisfy it
POLICIES = ROOT / "docs/policies"
RECIPE = """publish: {{name: result}}
commands:
{commands}
{more}
"""


def happened(change):
    if change["before"] is None:
        return "added"
    return "changed" if change["after"] else "removed"


@needs_root
class Rehearsal(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        self.plan = self.world.directory / "plan.json"

    def recipe(self, commands, more=""):
        lines = "\n".join(f"  - {json.dumps(command)}" for command in commands)
        return self.world.recipe(RECIPE.format(commands=lines, more=more))

    def rehearse(self, recipe, *options, expect=0):
        """The one target of the plan. Nothing was written and nothing stays."""
        before = self.world.state()
        self.world.retouch("plan", recipe, "--rehearse", "-o", self.plan,
                           *(options if "--policy" in options else ("--policy", SCHEMA, *options)), expect=expect)
        self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())
        return json.loads(self.plan.read_text(encoding="utf-8"))["targets"][0]

    def apply(self, expect, *words):
        before = self.world.state()
        result = self.world.retouch("apply", self.plan, "--yes", *HOST, expect=expect)
        for word in words:
            self.assertIn(word, result.stdout + result.stderr)
        if expect != 0:
            self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())

    def test_each_surprise_is_seen_and_put_down_to_its_step(self):
        recipe = self.recipe([command for _, command, _, _ in SURPRISES])
        for guest in QUICK_GUESTS:
            target = self.rehearse(recipe, "--guest", guest)
            for (name, _, path, what), step in zip(SURPRISES, target["steps"], strict=True):
                with self.subTest(name, guest=guest):
                    seen = {change["path"]: happened(change) for change in step["rehearsed"]["effect"]["files"]}
                    self.assertEqual(what, seen.get(path), seen)

    def test_each_surprise_is_refused_where_a_limit_says_so(self):
        limits = "limits: {may_change: [/opt/**], no_new_setuid: true}"
        recipe = self.recipe([command for _, command, _, _ in SURPRISES], limits)
        target = self.rehearse(recipe, *HOST, expect=5)
        broken = {(violation["step"], violation["what"]) for violation in target["rehearsal"]["violations"]}
        for index, (name, _, path, _) in enumerate(SURPRISES):
            with self.subTest(name):
                self.assertIn((f"commands[{index}]", path), broken)
        self.assertIn({"limit": "no_new_setuid", "step": "commands[4]", "what": "/bin/mine"},
                      target["rehearsal"]["violations"])
        self.apply(5, "the plan's rehearsal did not pass: steps went beyond the limits of the recipe")

    def shown(self, *words):
        """Text and markdown of the plan name all of these."""
        for form in ("text", "markdown"):
            text = self.world.retouch("show", self.plan, "--format", form).stdout
            for word in words:
                self.assertIn(word, text, form)

    def test_capabilities_of_files_are_shown_and_forbidden_like_setuid_programs(self):
        self.world.write("fc", SET_ATTRIBUTE.read_bytes())
        recipe = self.recipe(["cp /bin/busybox /opt/py; /opt/fc /opt/py security.capability x",
                              "/opt/fc /opt/fc security.capability x"],
                             "files: [{to: /opt/fc, from: fc, mode: '0755'}]\n"
                             "limits: {may_change: [/opt/**], no_new_setuid: true}\nvolatile: [/opt/**]")
        for guest in QUICK_GUESTS:
            target = self.rehearse(recipe, "--guest", guest, expect=5)
            self.assertEqual([{"limit": "no_new_setuid", "step": "commands[0]", "what": "/opt/py"},
                              {"limit": "no_new_setuid", "step": "commands[1]", "what": "/opt/fc"}],
                             target["rehearsal"]["violations"])
            self.shown("! capabilities /opt/py  cap_net_raw+ep", "! capabilities /opt/fc  cap_net_raw+ep",
                       "+ /opt/py  0755")
        self.apply(5, "the plan's rehearsal did not pass: steps went beyond the limits of the recipe")
        before = self.world.state()
        result = self.world.retouch("apply", recipe, "--yes", *HOST, expect=5)
        self.assertIn("gave /opt/py setuid, setgid or capabilities, which no_new_setuid forbids",
                      result.stdout + result.stderr)
        self.assertEqual(before, self.world.state())

    def test_what_is_run_is_named_and_limited_in_volatile_paths_too(self):
        commands = [f"mkdir -p {os.path.dirname(path)}; " + command.replace("{}", path) for command, path in CODE]
        recipe = self.recipe(commands + ["echo x > /var/cache/data"],
                             "limits: {may_change: [/opt/**]}\nvolatile: [/var/**, /usr/**, /etc/**, /boot/**]")
        target = self.rehearse(recipe, *HOST, expect=5)
        broken = {violation["what"] for violation in target["rehearsal"]["violations"]}
        self.assertEqual({path for _, path in CODE}, broken)
        self.shown(*(f"+ {path}" for _, path in CODE), "+ /usr/share/anybody/  0777", "/var/cache/data")
        self.apply(5, "the plan's rehearsal did not pass: steps went beyond the limits of the recipe")

    def test_what_is_run_is_compared_with_the_rehearsal_but_what_is_made_anew_by_path(self):
        more = "volatile: [/var/**]"
        self.rehearse(self.recipe(["cat /proc/uptime > /var/log/data"], more), *HOST)
        self.apply(0)
        self.rehearse(self.recipe(["cat /proc/uptime > /var/log/run; chmod 0700 /var/log/run"], more), *HOST)
        self.apply(5, "the steps did something else than in the rehearsal", "/var/log/run has", "--rehearse=keep")
        anew = "mkdir /usr/lib/__pycache__; cat /proc/uptime | tee /etc/ld.so.cache > /usr/lib/__pycache__/x.pyc"
        self.rehearse(self.recipe([anew], "limits: {may_change: [/etc/ld.so.cache, /usr/lib/**]}"), *HOST)
        self.apply(0)
        sometimes = "mkdir /usr/lib/__pycache__; touch /usr/lib/__pycache__/$(sed 's/ .*//' /proc/uptime).pyc"
        self.rehearse(self.recipe([sometimes], more), *HOST)
        self.apply(5, "/usr/lib/__pycache__/", "was added, but not in the rehearsal")

    def test_without_a_rehearsal_apply_holds_to_the_limits_itself(self):
        recipe = self.recipe(["echo x > /etc/allowed", "echo x > /elsewhere"], "limits: {may_change: [/etc/**]}")
        before = self.world.state()
        result = self.world.retouch("apply", recipe, "--yes", *HOST, expect=5)
        self.assertIn("recipe.yaml:7: run: echo x > /elsewhere changed /elsewhere, which may_change does not allow",
                      result.stdout + result.stderr)
        self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())

    def test_what_may_not_use_the_network_is_refused_before_anything_runs(self):
        recipe = self.recipe([], "  - {run: 'true', network: true}\nlimits: {no_network: true}")
        result = self.world.retouch("plan", recipe, *HOST, expect=5)
        self.assertIn("uses the network, which no_network forbids", result.stderr)

    def test_what_was_rehearsed_is_what_is_published(self):
        self.rehearse(self.recipe(["echo planned > /etc/motd", "mkdir /opt/new"]), *HOST)
        self.apply(0)
        self.assertEqual("planned\n", debugfs(self.world.bytes_of(self.world.image("result")), "cat /etc/motd"))

    def test_another_effect_than_rehearsed_stops_apply_before_publishing(self):
        clock = "cat /proc/uptime > /etc/when"
        self.rehearse(self.recipe([clock]), *HOST)
        self.apply(5, "the steps did something else than in the rehearsal", "/etc/when has")
        self.rehearse(self.recipe([clock], "volatile: [/etc/when]"), *HOST)
        self.apply(0)

    def test_a_step_that_fails_is_shown_with_its_output(self):
        target = self.rehearse(self.recipe(["echo no such luck >&2; exit 3", "true"]), *HOST, expect=1)
        failed, missed = (step["rehearsed"] for step in target["steps"])
        self.assertEqual(("failed", 3, "no such luck\n"), (failed["outcome"], failed["exit_status"], failed["err"]["text"]))
        self.assertEqual("not-reached", missed["outcome"])
        self.apply(5, "the plan's rehearsal did not pass")

    def test_proving_names_what_a_second_run_changes(self):
        recipe = self.recipe(["echo x >> /etc/again", "touch -r /etc/os-release /etc/once; chmod 0640 /etc/once"])
        self.world.retouch("plan", recipe, "--prove", "-o", self.plan, *HOST, expect=1)
        steps = json.loads(self.plan.read_text(encoding="utf-8"))["targets"][0]["steps"]
        again = [[change["path"] for change in step["rehearsed"]["again"]["files"]] for step in steps]
        self.assertEqual([["/etc/again"], []], [again[0], [path for path in again[1] if path != "/etc/once"]])

    def test_killed_it_leaves_what_the_next_run_clears(self):
        recipe = self.recipe(["sleep 30"])
        running = self.world.start("plan", recipe, "--rehearse", *HOST)
        for line in running.stderr:
            if "step 1 of 1" in line:
                break
        stages = list(self.world.directory.rglob(".stage-*"))
        self.assertEqual(1, len(stages))
        base = os.stat(self.world.bytes_of(self.world.image("base"))).st_blocks
        self.assertLess(stages[0].stat().st_blocks, base / 4, "only what was changed takes space")
        running.send_signal(signal.SIGKILL)
        running.communicate()
        before = self.world.state()
        result = self.world.retouch("apply", self.recipe(["true"]), "--yes", *HOST)
        self.assertIn("cleared", result.stderr)
        self.assertNotEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())
        self.assertFalse(stages[0].exists())
        self.assertEqual(sha256(tiny()), sha256(self.world.bytes_of(self.world.image("base"))))

    def test_a_policy_is_held_against_the_plan(self):
        recipe = self.recipe(["true"])
        rehearsed = POLICIES / "rehearsed-and-small.json"
        result = self.world.retouch("plan", recipe, "--policy", rehearsed, *HOST, expect=5)
        self.assertIn("targets[0].rehearsal", result.stderr)
        before = self.world.state()
        self.world.retouch("apply", recipe, "--yes", "--policy", rehearsed, *HOST, expect=5)
        self.assertEqual(before, self.world.state())
        self.rehearse(recipe, "--policy", rehearsed, *HOST)
        self.world.retouch("apply", self.plan, "--yes", "--policy", rehearsed, *HOST)

    def test_a_saved_plan_says_when_it_expires_and_is_shown_unless_edited(self):
        self.rehearse(self.recipe(["true"]), *HOST)
        text = self.plan.read_text(encoding="utf-8")
        self.assertRegex(json.loads(text)["expires_at"], "^20..-")
        result = self.world.retouch("show", self.plan)
        self.assertIn("run: true", result.stdout)
        self.plan.write_text(text.replace("run: true", "run: false"), encoding="utf-8")
        result = self.world.retouch("show", self.plan, expect=65)
        self.assertIn("the plan was changed after it was made", result.stderr)


UNIT = "[Service]\nExecStart=/usr/bin/site-agent\n[Install]\nWantedBy=multi-user.target\n"
POSTINST = """#!/bin/sh
set -e
getent passwd site-agent >/dev/null || useradd --system --no-create-home site-agent
systemctl enable site-agent.service
"""


@needs_root
class Packages(unittest.TestCase):
    """What the package manager of a real Debian does."""

    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", debian(), "--name", "base")
        for version in ("1.0", "2.0"):
            self.package(version)

    def package(self, version):
        """site-agent_VERSION.deb: a setuid program, a service, a user, a configuration file."""
        tree = self.world.directory / f"agent-{version}"
        for name, text, mode in (("DEBIAN/control", f"Package: site-agent\nVersion: {version}\nArchitecture: all\n"
                                  "Maintainer: nobody <nobody@example.org>\nDescription: an agent\n", 0o644),
                                 ("DEBIAN/postinst", POSTINST, 0o755), ("DEBIAN/conffiles", "/etc/agent.conf\n", 0o644),
                                 ("etc/agent.conf", "log = yes\n", 0o644),
                                 ("lib/systemd/system/site-agent.service", UNIT, 0o644),
                                 ("usr/bin/site-agent", f"#!/bin/sh\n# {version}\n", 0o4755)):
            path = tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(mode)
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, self.world.directory / f"agent-{version}.deb"],
                       check=True, capture_output=True)

    def rehearse(self, recipe, *options, expect=0):
        plan = self.world.directory / "plan.json"
        before = self.world.state()
        self.world.retouch("plan", recipe, "--rehearse", "-o", plan, "--policy", SCHEMA, *HOST, *options, expect=expect)
        self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())
        return json.loads(plan.read_text(encoding="utf-8"))["targets"][0]

    def recipe(self, version, name, source, command, more=""):
        return self.world.recipe(f"""retouch: 1
name: {name}
source: {{image: {source}}}
publish: {{name: {name}}}
files: [{{to: /root/agent.deb, from: agent-{version}.deb}}]
commands: [{command}]
{more}
""", f"{name}.yaml")

    def test_installing_upgrading_and_removing_are_told_apart(self):
        install = self.recipe("1.0", "one", "base", "dpkg -i /root/agent.deb && rm /root/agent.deb")
        effect = self.rehearse(install)["steps"][1]["rehearsed"]["effect"]
        self.assertEqual([{"name": "site-agent", "before": "", "after": "1.0"}],
                         [{k: p[k] for k in ("name", "before", "after")} for p in effect["packages"]])
        self.assertEqual([("site-agent.service", True)], [(s["unit"], s["enabled"]) for s in effect["services"]])
        self.assertEqual({("user", "site-agent", "added"), ("group", "site-agent", "added")},
                         {(a["kind"], a["name"], happened(a)) for a in effect["accounts"]})
        files = {change["path"]: happened(change) for change in effect["files"]}
        self.assertEqual(("added", "added", "removed"),
                         tuple(files.get(p) for p in ("/usr/bin/site-agent", "/etc/agent.conf", "/root/agent.deb")), files)
        self.world.retouch("apply", self.world.directory / "plan.json", "--yes", *HOST)
        upgrade = self.recipe("2.0", "two", "one", "dpkg -i /root/agent.deb")
        effect = self.rehearse(upgrade)["steps"][1]["rehearsed"]["effect"]
        self.assertEqual([("1.0", "2.0")], [(p["before"], p["after"]) for p in effect["packages"]])
        self.world.retouch("apply", self.world.directory / "plan.json", "--yes", *HOST)
        purge = self.recipe("2.0", "three", "two", "dpkg --purge site-agent")
        effect = self.rehearse(purge)["steps"][1]["rehearsed"]["effect"]
        self.assertEqual([("2.0", "")], [(p["before"], p["after"]) for p in effect["packages"]])

    def test_limits_name_the_step_and_the_package(self):
        recipe = self.recipe("1.0", "one", "base", "dpkg -i /root/agent.deb",
                             "limits: {packages: [curl], no_new_setuid: true}")
        violations = self.rehearse(recipe, expect=5)["rehearsal"]["violations"]
        self.assertEqual([{"limit": "packages", "step": "commands[0]", "what": "site-agent"},
                          {"limit": "no_new_setuid", "step": "commands[0]", "what": "/usr/bin/site-agent"}],
                         sorted(violations, key=lambda v: v["limit"], reverse=True))
        allowed = self.recipe("1.0", "one", "base", "dpkg -i /root/agent.deb", 'limits: {packages: ["site-*"]}')
        self.assertEqual([], self.rehearse(allowed)["rehearsal"]["violations"])


if __name__ == "__main__":
    unittest.main()
