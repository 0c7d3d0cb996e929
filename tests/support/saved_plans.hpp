#pragma once
// Saved plans for tests: the document of a real plan of every kind of step, and ways to change it
// as somebody would who makes its digest right again.

#include "model/plan_digest.hpp"
#include "plan/planner.hpp"
#include "support/memory_catalog.hpp"
#include "support/memory_guest.hpp"
#include "support/recipes.hpp"

#include <memory>
#include <string>

namespace retouch::test {

inline constexpr const char *k_source_id = "11111111-1111-4111-8111-111111111111";

inline constexpr const char *k_full_recipe = R"(retouch: 1
name: web
source: { image: debian }
files:
  - { to: /etc/motd, content: "hello\n", mode: "0600" }
  - { to: /opt/agent, from: agent.bin, owner: 33 }
  - { to: /opt/site, from: site }
  - { remove: /etc/old }
commands:
  - { run: "echo hi", unless: "test -e /hi", env: { A: "1" }, timeout: 90s, workdir: /opt }
  - "true"
cleanup: [logs, machine-id]
checks:
  - { run: "echo ok", matches: "^ok$", status: 3 }
  - { file: /etc/motd, mode: "0600", owner: root, contains: hello }
properties: { os_distro: debian, stale: null }
drop_properties: ["*_date"]
limits: { may_change: ["/opt/**"], bytes_written: 20 MiB, no_new_setuid: true }
volatile: ["/var/lib/agent/**"]
publish: { previous: rename, tags: [ci] }
)";

inline constexpr const char *k_edits_recipe = R"(retouch: 1
name: web
source: { image: debian }
lines:
  - { file: /etc/a, match: ^a, line: ab, after: ^x, create: true }
  - { file: /etc/b, block: "p\nq\n", before: ^x, create: true }
  - { file: /etc/passwd, remove: ^nobody }
  - { file: /etc/c, ini: { k: 1, gone: null }, section: s, create: true }
  - { file: /etc/group, replace: daemon, with: service }
system: { hostname: web, timezone: UTC, locale: C.UTF-8, keymap: us }
)";

inline constexpr const char *k_ordered_recipe = R"(retouch: 1
name: web
source: { image: debian }
steps:
  - commands: ["true"]
  - files:
      - { to: /etc/motd, content: "x" }
      - { remove: "/opt/**/*.bak" }
  - system: { hostname: one }
  - commands: ["false", "true"]
  - system: { hostname: two }
  - files: [{ to: /etc/motd, content: "y" }]
)";

inline constexpr const char *k_late_recipe = R"(retouch: 1
name: web
source: { image: debian }
vars: { a: b }
repositories:
  - { name: t, apt: { uri: "https://example.org/t", suite: ./ }, during: build }
  - { name: o, state: absent, phase: end }
files:
  - { to: /etc/motd, content: "${a}", phase: end }
  - { to: /etc/motd, content: "x" }
  - { remove: "/opt/*.bak", phase: end }
cleanup: [random-seed]
)";

inline constexpr const char *k_accounts_recipe = R"(retouch: 1
name: web
source: { image: debian }
groups: [{ name: deploy, gid: 901 }]
users:
  - name: ops
    uid: 900
    groups: [deploy]
    shell: /usr/bin/fish
    password: locked
    authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample ops]
  - { name: nobody, state: absent, home: keep }
services:
  - enable: [agent]
  - default_target: multi-user
firstboot:
  - { run: "register\n", name: register, after: network, once: false, shell: /usr/bin/fish }
  - "#!/usr/bin/fish\nfstrim -av\n"
)";

inline constexpr const char *k_packages_recipe = R"(retouch: 1
name: web
source: { image: debian }
repositories:
  - name: ours
    apt: { uri: "https://example.org/ours", suite: stable, components: [main] }
    rpm: { baseurl: "https://example.org/rpm", gpgcheck: false }
    key:
      fingerprint: 4CA4C62C939EC7E39B7E824C2963ED20DB7A3867
      content: |
        -----BEGIN PGP PUBLIC KEY BLOCK-----

        mDMEaw33MxYJKwYBBAHaRw8BAQdATqOIEXHBTQ0c9t0GaDmeqe2a/qggKaJsQV6p
        FAt6ZPi0F0Nhc2UgPGNhc2VAZXhhbXBsZS5vcmc+iJAEExYIADgWIQRMpMYsk57H
        45t+gkwpY+0g23o4ZwUCaw33MwIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAK
        CRApY+0g23o4Z35QAP9u0ucL8agf7OTWd0JmeFqRc/rf0A7TCiWqDRovyY6MnAEA
        mG0WsBX2B4WgRHmEu+841p6eK4bpJ+q3f4Q80u9M2Ao=
        =l/f6
        -----END PGP PUBLIC KEY BLOCK-----
  - { name: old, state: absent }
packages:
  - { answers: { agent/token: "true" }, timeout: 1m }
  - install: [curl, { name: kube, version: "1.33.*" }]
    by_family: { debian: [tool], rhel: [{ name: other, version: "9" }] }
    recommends: false
  - remove: [nano, { name: snapd, purge: true }]
  - update: all
  - update: [agent]
  - hold: [kube]
  - unhold: [agent]
)";

inline constexpr const char *k_secrets_recipe = R"(retouch: 1
name: web
source: { image: debian }
secrets:
  pw: { env: PW }
  key: { command: [vault, get, key] }
  unused: { file: none }
users: [{ name: root, password: "${secret.pw}" }]
files: [{ to: /etc/key, content: "key ${secret.key}\n" }]
commands: [{ run: "true", env: { PW: "${secret.pw}" } }]
)";

/// With all that the recipes need.
inline std::unique_ptr<GuestView> guest_of_plans() {
    auto guest = std::make_unique<MemoryGuest>();
    guest->put_file("/etc/a", "x\n");
    guest->put_file("/etc/b", "x\n");
    guest->put_file("/var/lib/dpkg/status", "Package: agent\nStatus: install ok installed\n"
                                            "Architecture: all\nVersion: 1\n");
    guest->put_file("/usr/share/zoneinfo/UTC", "TZif");
    guest->put_directory("/usr/lib/locale/C.utf8");
    guest->put_file("/etc/default/keyboard", "");
    guest->put_file("/usr/share/X11/xkb/symbols/us", "");
    guest->put_file("/etc/shadow", "root:*:::::::\n", 0640);
    guest->put_file("/usr/bin/fish", "elf", 0755);
    guest->put_file("/usr/lib/systemd/systemd", "elf", 0755);
    guest->put_file("/usr/lib/systemd/system/agent.service",
                    "[Install]\nWantedBy=multi-user.target\n");
    guest->put_file("/usr/lib/systemd/system/multi-user.target", "[Unit]\n");
    return guest;
}

struct SavedPlans {
    RecipeDirectory recipes;
    MemoryCatalog catalog;

    SavedPlans() {
        Image source = image(k_source_id, "debian", "2026-01-31T12:00:00.000000Z");
        source.checksums = {{"sha512-used", std::string(128, 'a')}};
        source.properties = {{"stale", "yes"},
                             {"hw_disk_bus", "virtio"},
                             {"os_distro", "old"},
                             {"\x1b_date", "today"}};
        catalog.put(source);
        for (const auto &[name, text] :
             {std::pair{"agent.bin", "agent\n"}, {"site/index.html", "<p>\n"}, {"site/img/a", "a"}})
            static_cast<void>(recipes.write(name, text));
    }

    [[nodiscard]] Plan plan(const char *recipe = k_full_recipe) {
        Plan plan = plan::make_plan(recipes.check(recipe), catalog, {},
                                    [](const Disk &) { return guest_of_plans(); });
        plan.made_at = "2026-01-31T12:00:00.000000Z";
        plan.expires_at = "2030-01-31T12:00:00.000000Z";
        Rehearsal &rehearsal = plan.targets.at(0).rehearsal.emplace();
        rehearsal = {"2026-01-31T12:00:00.000000Z", GuestKind::host, true, "", {}, std::nullopt};
        KeptStage &kept = rehearsal.kept.emplace();
        kept.id = "33333333-3333-4333-8333-333333333333";
        kept.location = "/images/stage";
        kept.until = plan.expires_at;
        kept.proof = "file:1:2:3";
        kept.sealed = {1024, 2048, "sha512-used", "ef"};
        kept.bytes_written = 300;
        RehearsedStep &ran = plan.targets[0].steps[0].rehearsed.emplace();
        ran.result.outcome = StepOutcome::changed;
        ran.effect.files = {{"/opt/x", std::nullopt,
                             EntryState{{FileInfo::Type::regular, 0644, 0, 0, 6}, "", "", ""}, ""}};
        return plan;
    }
};

/// With the digest made right again.
inline std::string resealed(Json document) {
    document.erase(model::k_plan_digest_key);
    document[model::k_plan_digest_key] = model::plan_digest(document);
    return document.dump();
}

} // namespace retouch::test
