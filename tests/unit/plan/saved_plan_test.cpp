// Saved plans are untrusted: whatever was changed in one, with the digest made right again, it is
// refused with the place, or what comes out is a plan that could have been made.

#include "plan/saved_plan.hpp"

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "plan/fingerprint.hpp"
#include "plan/repeat_advice.hpp"
#include "support/entry_changes.hpp"
#include "support/rounds.hpp"
#include "support/saved_plans.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <regex>
#include <set>

using namespace retouch;
using namespace retouch::test;

namespace {

/// What the reader says, "accepted" if nothing; checks what every refusal has.
std::string refusal(const std::string &text) {
    try {
        (void)plan::read_plan(text);
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::invalid);
        CHECK(error.hint() == "make a new plan with `retouch plan -o FILE RECIPE`");
        const std::string what = error.what();
        CHECK(what.size() < 1500);
        CHECK(base::escape(what) == what);
        return what;
    }
    return "accepted";
}

std::string place(const std::string &rest) {
    return "the plan is not acceptable: " + rest;
}

struct Document {
    explicit Document(const char *recipe = k_full_recipe) : json(to_json(plans.plan(recipe))) {}

    SavedPlans plans;
    Json json;

    [[nodiscard]] std::string after(const std::function<void(Json &)> &edit) const {
        Json copy = json;
        edit(copy);
        return refusal(resealed(copy));
    }

    [[nodiscard]] std::string with(const std::string &pointer, const Json &value) const {
        return after([&](Json &copy) { copy[Json::json_pointer(pointer)] = value; });
    }

    [[nodiscard]] std::string directory() const {
        return json["targets"][0]["recipe"]["directory"];
    }
};

/// Every member and entry, parents before what is in them.
void visit(const Json &json, const std::string &pointer,
           const std::function<void(const std::string &, const Json &)> &act) {
    const auto below = [&](const std::string &name, const Json &member) {
        const std::string place = (Json::json_pointer(pointer) / name).to_string();
        act(place, member);
        visit(member, place, act);
    };
    if (json.is_object())
        for (const auto &[key, member] : json.items())
            below(key, member);
    else if (json.is_array())
        for (std::size_t i = 0; i < json.size(); ++i)
            below(std::to_string(i), json[i]);
}

/// "/targets/0/steps/3/reason" -> "/targets/#/steps/#/reason"
std::string without_numbers(const std::string &pointer) {
    return std::regex_replace(pointer, std::regex("/[0-9]+(?=/|$)"), "/#");
}

Json nested(std::size_t depth) {
    Json value = Json::array();
    for (std::size_t i = 0; i < depth; ++i)
        value = Json::array({value});
    return value;
}

} // namespace

TEST_CASE("saved plan: a real one is read as it was made", "[plan]") {
    SavedPlans plans;
    const Plan plan = plans.plan();
    CHECK(plan::read_plan(to_json(plan).dump(2)) == plan);
}

TEST_CASE("saved plan: what is advised about steps is not read, but told anew", "[plan]") {
    SavedPlans plans;
    Plan plan = plans.plan();
    Target &target = plan.targets.front();
    target.rehearsal = Rehearsal{"2026-01-31T12:00:00.123456Z", GuestKind::host, true, {}, {}};
    for (PlannedStep &planned : target.steps)
        planned.rehearsed = RehearsedStep{{}, {}, Effect{}};
    RehearsedStep &repeated = *target.steps.at(4).rehearsed;
    repeated.again->files = {added("/opt/x", file_state(0644, 1, 'a'))};
    plan::add_advice(target);
    CHECK(repeated.advice ==
          "its guard 'unless' let it run again: make it tell that /opt/x is done");
    CHECK(plan::read_plan(to_json(plan).dump()) == plan);
}

TEST_CASE("saved plan: the seeds of its fuzzing are plans that the program made", "[plan]") {
    std::set<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(
             std::filesystem::path(RETOUCH_SOURCE_DIR) / "tests/fuzz/corpus/saved_plan")) {
        CAPTURE(entry.path());
        names.insert(entry.path().filename().string());
        const std::string text = base::read_file(entry.path(), std::size_t{1} << 20);
        const Plan plan = plan::read_plan(text);
        CHECK(to_json(plan) == Json::parse(text));
    }
    CHECK(names == std::set<std::string>{"create.json", "kept.json", "none.json", "rehearsed.json",
                                         "update.json"});
}

TEST_CASE("saved plan: an unknown kind of step is refused when it is read", "[plan]") {
    CHECK(Document().with("/targets/0/steps/1/kind", "nokind") ==
          place("targets[0].steps[1].kind: unknown kind of step, expected one of repositories, "
                "packages, groups, users, files, lines, services, system, selinux, kernel, "
                "commands, firstboot, cleanup, checks; a newer retouch may know it"));
}

TEST_CASE("saved plan: options that no recipe gives are refused with their place", "[plan]") {
    struct Case {
        const char *pointer;
        Json value;
        const char *message;
    };

    const Document document;
    const std::vector<Case> cases = {
        {"4/options/run", 5, "4].options.run: expected a string for 'run', found the number 5"},
        {"4/options/run", " ", "4].options.run: the command is empty"},
        {"4/options/run", "echo bye", "4].identity.run: expected \"echo bye\""},
        {"4/options/env", {1}, "4].options.env: expected a mapping for 'env', found a list"},
        {"4/options/env/A", 1, "4].options.env.A: expected \"1\""},
        {"4/options/env/A=B", "x",
         "4].options.env.A=B: 'A=B' is not a valid name of an environment variable"},
        {"4/options/timeout", "90s", "4].options.timeout: expected 600"},
        {"4/options/timeout", -1, "4].options.timeout: expected 600"},
        {"4/options/timeout", 0, "4].options.timeout: '0s' is not a duration from 1s to 24h"},
        {"4/options/timeout", 86401,
         "4].options.timeout: '86401s' is not a duration from 1s to 24h"},
        {"4/options/workdir", "opt",
         "4].options.workdir: 'workdir' must be an absolute path in the image, such as "
         "/etc/motd, found 'opt'"},
        {"4/options/workdir", "/../opt",
         "4].options.workdir: the path '/../opt' is not normal: it has an empty, '.' or '..' part"},
        {"4/options/creates", "/x", "4].options.creates: a command can have only one guard"},
        {"4/options/colour", "red",
         "4].options.colour: unknown key 'colour' in an entry of "
         "'commands'"},
        {"4/options/network", "yes",
         "4].options.network: expected true or false for 'network', found the string 'yes'"},
        {"6/options/clean", "everything",
         "6].options: 'everything' is not one of package-cache, cloud-init, machine-id, "
         "ssh-host-keys, logs, temporary-files, shell-history, random-seed, cloud-init-network, "
         "network-leases, authorized-keys, crash-dumps, package-history, installer-leftovers, "
         "hostname"},
        {"6/options/more", 1, "6].options.more: unknown key"},
        {"8/options/status", 256, "8].options.status: 'status' must be at most 255, found 256"},
        {"8/options/matches", "(",
         "8].options.matches: '(' is not a valid regular expression: "
         "missing ): ("},
        {"9/options/state", "gone", "9].options.state: 'gone' is not one of exists, absent"},
        {"0/options/content", "bye\n",
         "0].options.entries[0].sha256: expected "
         "\"abc6fd595fc079d3114d4b71a4d84b1d1d0f79df1e70f8813212f2a65"
         "d8916df\""},
        {"0/options/to", "/etc/\x1b",
         "0].options.to: the path '/etc/\\x1b' holds characters that "
         "cannot be printed"},
        {"0/options/from", "/etc/shadow", "0].options.from: 'from' does not go with 'content'"},
        {"1/options/from", "agent.bin", "1].options.from: expected \"DIRECTORY/agent.bin\""},
        {"1/options/from", "DIRECTORY/../x", "1].options.from: expected \"UP/x\""},
        {"1/options/owner", 33, "1].options.owner: expected \"33\""},
        {"1/options/entries/0/size", -1, "1].options.entries[0].size: expected a number of bytes"},
        {"1/options/entries/0/size", 1e3, "1].options.entries[0].size: expected a number of bytes"},
        {"1/options/entries/0/sha256", "ABC",
         "1].options.entries[0].sha256: expected 64 hexadecimal digits, lower case"},
        {"1/options/entries/0/mode", "rwx",
         "1].options.entries[0].mode: expected octal permission bits such as 0644"},
        {"1/options/entries/0/path", "x",
         "1].options.entries[0]: expected the file or directory itself, with an empty path"},
        {"1/options/entries/0/type", "fifo",
         "1].options.entries[0].type: expected file, directory or link"},
        {"1/options/entries", Json::array(), "1].options.entries: expected 1 to 10000 entries"},
        {"2/options/entries/2/path", "img/../../../x",
         "2].options.entries[2].path: expected a printable path below the tree, without '.' and "
         "'..'"},
        {"2/options/entries/2/path", "other/a",
         "2].options.entries[2]: expected it to be in a directory that is listed before"},
        {"2/options/entries/3/path", "img",
         "2].options.entries[3]: expected entries sorted by path, each once"},
        {"2/options/entries/1/mode", "4777",
         "2].options.entries[1].mode: expected 0755, as all directories of a tree have"},
        {"3/options/remove", "/",
         "3].options.remove: the root directory itself cannot be named "
         "here"},
        {"3/options/to", "/x", "3].options.to: 'to' does not go with 'remove'"},
        {"3/id", "files[4]", "3].id: expected \"files[3]\""},
    };
    const auto filled = [&](std::string text) {
        const std::filesystem::path directory = document.directory();
        text = std::regex_replace(text, std::regex("DIRECTORY"), directory.string());
        return std::regex_replace(text, std::regex("UP"), directory.parent_path().string());
    };
    for (const Case &wrong : cases) {
        CAPTURE(wrong.pointer);
        const Json value =
            wrong.value.is_string() ? Json(filled(wrong.value.get<std::string>())) : wrong.value;
        CHECK(document.with(std::string("/targets/0/steps/") + wrong.pointer, value) ==
              place(filled(std::string("targets[0].steps[") + wrong.message)));
    }
}

TEST_CASE("saved plan: edits and settings that no recipe gives are refused with their place",
          "[plan]") {
    const Document document(k_edits_recipe);
    const auto refused = [&](const std::string &pointer, const Json &value) {
        return document.with("/targets/0/steps/" + pointer, value);
    };
    const auto at = [](const std::string &rest) { return place("targets[0].steps[" + rest); };
    CHECK(refused("0/options/match", "^b") ==
          at("0].options.match: 'match' does not match 'line': what it made would not be found "
             "again"));
    CHECK(refused("0/options/line", "ab\nroot::0:0::/:/bin/sh") ==
          at("0].options.line: 'line' holds a line break, and is one line"));
    CHECK(refused("0/options/file", "/etc/../x") ==
          at("0].options.file: the path '/etc/../x' is not normal: it has an empty, '.' or '..' "
             "part"));
    CHECK(refused("0/options/before", "^x") ==
          at("0].options.after: a line has one place: 'after' or 'before'"));
    CHECK(refused("3/options/ini/k", 1) == at("3].options.ini.k: expected \"1\""));
    CHECK(refused("4/options/with", "daemons") ==
          at("4].options.replace: 'replace' matches in 'with': each run would change the file "
             "again"));
    CHECK(refused("5/options/hostname", "a b") ==
          at("5].options.hostname: 'hostname' must be a host name: letters, digits, - and . "
             "between them, found 'a b'"));
    CHECK(refused("6/options/timezone", "../../etc/shadow") ==
          at("5].options.timezone: 'timezone' must be the name of a time zone, such as "
             "Europe/Berlin, found '../../etc/shadow'"));
    CHECK(refused("6/options", {{"hostname", "x"}}) == place("targets[0].steps: expected 8 steps"));
    CHECK(refused("7/options/keymap", "us") ==
          place("targets[0].steps[7].options.keymap: unknown key"));
}

TEST_CASE("saved plan: accounts and services that no recipe gives are refused with their place",
          "[plan]") {
    const Document document(k_accounts_recipe);
    const auto refused = [&](const std::string &pointer, const Json &value) {
        return document.with("/targets/0/steps/" + pointer, value);
    };
    const auto at = [](const std::string &rest) { return place("targets[0].steps[" + rest); };
    CHECK(refused("0/options/gid", 0) == at("0].options.gid: 'gid' must be at least 1, found 0"));
    CHECK(refused("1/options/name", "a:b") ==
          at("1].options.name: 'name' must be the name of a user: a-z, 0-9, _ and -, beginning "
             "with a letter or _, at most 32, found 'a:b'"));
    CHECK(refused("1/options/authorized_keys/0", {{"from", "/etc/shadow"}}) ==
          at("1].options.authorized_keys[0].from: a plan holds the keys themselves"));
    CHECK(refused("1/options/authorized_keys/0", "root:$6$x$y:1:") ==
          at("1].options.authorized_keys[0]: not a public key of ssh"));
    CHECK(refused("1/options/shell", "/bin/sh\nroot2:x:0:0::/:/bin/sh") ==
          at("1].options.shell: a field of /etc/passwd cannot hold ':' or line ends"));
    CHECK(refused("1/options/password", "hunter2") ==
          at("1].options.password: 'password' is neither locked nor a hash of crypt(5)"));
    CHECK(refused("1/options/exclusive", false) == at("1].options.exclusive: unknown key"));
    CHECK(refused("2/options/home", "/etc") ==
          at("2].options.home: with 'state: absent', 'home' is keep or remove"));
    CHECK(refused("2/options/name", "root") ==
          at("2].options.name: the user 'root' cannot be removed"));
    CHECK(
        refused("3/options/enable", "../../../../tmp/x") ==
        at("3].options.enable[0]: an entry of 'enable' must be the name of a unit, such as chrony "
           "or fstrim.timer, found '../../../../tmp/x'"));
    CHECK(refused("3/options", {{"enable", "ssh"}, {"mask", "cron"}}) ==
          "the plan is not acceptable: targets[0].steps: expected 8 steps");
    CHECK(refused("4/options/runlevel", "x") ==
          at("4].options.runlevel: unknown key 'runlevel' in an entry of 'services'"));
}

TEST_CASE("saved plan: steps stand in the order they had, which the fingerprint counts", "[plan]") {
    CHECK(Document().after([](Json &document) {
        Json &steps = document["targets"][0]["steps"];
        std::rotate(steps.begin(), steps.end() - 1, steps.end());
    }) == place("targets[0].steps[0].id: expected \"checks[0]\""));
    CHECK(Document()
              .after([](Json &document) {
                  Json &steps = document["targets"][0]["steps"];
                  std::swap(steps[3], steps[4]);
              })
              .starts_with(place("targets[0].fingerprint: expected \"sha256:")));
}

TEST_CASE("saved plan: other fields have their rules, told with their place", "[plan]") {
    struct Case {
        const char *pointer;
        Json value;
        const char *message;
    };

    const Document document;
    const std::string borne =
        document.json["targets"][0]["publish"]["superseded"][0]["image"]["name"];
    const std::vector<Case> cases = {
        {"/expires_at", "9999-99-99",
         "expires_at: expected a time such as "
         "2026-01-31T12:00:00.000000Z"},
        {"/expires_at", "2030-02-30T00:00:00Z",
         "expires_at: expected a time such as "
         "2026-01-31T12:00:00.000000Z"},
        {"/expires_at", "9999-12-31T00:00:00Z",
         "expires_at: expected a time within the next ten "
         "years"},
        {"/made_at", "zzz", "made_at: expected a time such as 2026-01-31T12:00:00.000000Z"},
        {"/targets/0/recipe/directory", "here",
         "targets[0].recipe.directory: expected an absolute path without '.' and '..'"},
        {"/targets/0/recipe/sha256", "feed",
         "targets[0].recipe.sha256: expected 64 hexadecimal digits, lower case"},
        {"/targets/0/recipe/name", "Web",
         "targets[0].recipe.name: 'name' may hold only a-z, 0-9, '.', '_' and '-', and "
         "starts with a letter or digit, found 'Web'"},
        {"/targets/0/source/id", "../../x", "targets[0].source.id: expected a UUID in lower case"},
        {"/targets/0/source/digest", "sha512:ab",
         "targets[0].source.digest: expected "
         "ALGORITHM:HEX with the digits of its algorithm"},
        {"/targets/0/action", "update",
         "targets[0].present: expected an image, for there is nothing to update"},
        {"/targets/0/action", "none",
         "targets[0].present: expected an image, for there is nothing to leave as it is"},
        {"/targets/0/fingerprint", "sha256:0123", nullptr},
        {"/targets/0/publish/name", "", "targets[0].publish: the image's name is empty"},
        {"/targets/0/publish/name", std::string(256, 'x'),
         "targets[0].publish: the image's name is longer than 255 characters"},
        {"/targets/0/publish/name", "../../tmp/evil",
         "targets[0].publish.name: it may not have '.' or '..' as a part of a path, found "
         "'../../tmp/evil'"},
        {"/targets/0/publish/name", "web\x1b[31m",
         "targets[0].publish.name: it may not hold the character \\x1b, found 'web\\x1b[31m'"},
        {"/targets/0/publish/tags/0", "", "targets[0].publish: a tag is empty"},
        {"/targets/0/publish/visibility", "everyone",
         "targets[0].publish: the image's visibility cannot be 'everyone'"},
        {"/targets/0/publish/disk_format", "vmdk",
         "targets[0].publish.disk_format: expected raw or qcow2"},
        {"/targets/0/publish/changed_fields",
         {"owner"},
         "targets[0].publish.changed_fields: expected only visibility, tags, min_disk, min_ram, "
         "protected, hidden"},
        {"/targets/0/publish/superseded/0/image/id", "22222222-2222-4222-8222-222222222222",
         "targets[0].publish.superseded[0].image: expected one of the images in 'observed'"},
        {"/targets/0/publish/superseded/0/new_name", "",
         "targets[0].publish.superseded[0].new_name: the image's name is empty"},
        {"/targets/0/publish/superseded/0/new_name", borne + "-/../../x",
         "targets[0].publish.superseded[0].new_name: it may not have '.' or '..' as a part of a "
         "path, found '/../../x'"},
        {"/targets/0/publish/superseded/0/new_name", "old\n",
         "targets[0].publish.superseded[0].new_name: it may not hold the character \\x0a, found "
         "'old\\x0a'"},
        {"/targets/0/properties/set/os distro ", "x",
         "targets[0].properties.os distro : the name 'os distro ' may not end with a blank"},
        {"/targets/0/properties/set/retouch_recipe", "x",
         "targets[0].properties.retouch_recipe: the name 'retouch_recipe' cannot be set as a "
         "property: it is a field of the image itself, or kept by the catalog or by retouch"},
        {"/targets/0/properties/keep/retouch_detach", "x",
         "targets[0].properties.keep: expected no property that retouch writes itself"},
        {"/targets/0/properties/keep/os_hash_value", "x",
         "targets[0].properties.keep: expected no property that belongs to the source alone, found "
         "'os_hash_value'"},
        {"/targets/0/properties/keep/img_signature", "x",
         "targets[0].properties.keep: expected no property that belongs to the source alone, found "
         "'img_signature'"},
        {"/targets/0/properties/remove/0", "os_distro",
         "targets[0].properties.remove: expected no name that is set or kept"},
        {"/targets/0/properties/drop/0", "",
         "targets[0].properties.drop[0]: expected a glob of names of properties that retouch does "
         "not write itself"},
        {"/targets/0/properties/drop/0", "retouch_*",
         "targets[0].properties.drop[0]: expected a glob of names of properties that retouch does "
         "not write itself"},
        {"/targets/0/properties/drop/0", std::string(256, 'a'),
         "targets[0].properties.drop[0]: expected at most 255 B"},
        {"/targets/0/properties/remove/0", "odd\n",
         "targets[0].properties.odd\\x0a: the name 'odd\\x0a' may not hold the character \\x0a"},
        {"/targets/0/detach", {"x"}, "targets[0].detach[0]: expected a UUID in lower case"},
        {"/targets/0/limits/may_change/0", "opt",
         "targets[0].limits.may_change[0]: an entry of 'may_change' must be an absolute path or "
         "glob, found 'opt'"},
        {"/targets/0/volatile/0", "opt",
         "targets[0].volatile[0]: expected a glob of absolute "
         "paths"},
        {"/targets/0/rehearsal/guest", "docker",
         "targets[0].rehearsal.guest: expected appliance or host"},
        {"/targets/0/rehearsal/error", "it failed",
         "targets[0].rehearsal.passed: expected what 'error' and 'violations' say"},
        {"/targets/0/rehearsal/kept/id", "../x",
         "targets[0].rehearsal.kept.id: expected a UUID in lower case"},
        {"/targets/0/rehearsal/kept/until", "2030-01-31T12:00:01.000000Z",
         "targets[0].rehearsal.kept.until: expected the time when the plan expires"},
    };
    for (const Case &wrong : cases) {
        CAPTURE(wrong.pointer);
        const std::string said = document.with(wrong.pointer, wrong.value);
        const std::string fingerprint = document.json["targets"][0]["fingerprint"];
        CHECK(said == place(wrong.message != nullptr
                                ? wrong.message
                                : "targets[0].fingerprint: expected \"" + fingerprint + "\""));
    }
}

TEST_CASE("saved plan: a disk that no recipe wants is refused with its place", "[plan]") {
    SavedPlans plans;
    const auto refusal_of = [&](const auto &change) {
        Plan plan = plans.plan();
        Target &target = plan.targets.front();
        target.disk.emplace();
        change(*target.disk);
        std::vector<Step> steps;
        for (const PlannedStep &planned : target.steps)
            steps.push_back(planned.step);
        target.fingerprint =
            plan::fingerprint(target.source.digest, steps, target.disk->wish, {}, {}, {});
        try {
            static_cast<void>(plan::read_plan(to_json(plan).dump()));
        } catch (const Error &error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const std::string place = "the plan is not acceptable: targets[0].disk";
    CHECK(refusal_of([](DiskGrowth &disk) { disk.wish.size_bytes = 1024; }).empty());
    CHECK(refusal_of([](DiskGrowth &disk) { disk.wish.size_bytes = 1000; }) ==
          place + ".size: expected whole sectors of 512 bytes");
    CHECK(refusal_of([](DiskGrowth &disk) { disk.wish.size_bytes = std::int64_t{65} << 40; }) ==
          place + ".size: 'size' must be at most 64 TiB, found 71468255805440");
    CHECK(refusal_of([](DiskGrowth &disk) { disk.state = StepState::skipped; }) ==
          place + ".state: expected change, unchanged or unknown");
    CHECK(refusal_of([](DiskGrowth &disk) {
              disk.before_bytes = 2048;
              disk.after_bytes = 1024;
          }) == place + ".after: expected the larger one of 'size' and 'before'");
    CHECK(refusal_of([](DiskGrowth &disk) {
              disk.grows = {GrownPart::filesystem, GrownPart::partition};
          }) == place + ".grows: expected each once, from the outside to the inside");
    CHECK(refusal_of([](DiskGrowth &disk) { disk.filesystem = std::string(300, 'x'); }) ==
          place + ".filesystem: expected at most 255 B");
}

TEST_CASE("saved plan: secrets are those that steps name, from where a recipe may get them",
          "[plan]") {
    const Document document(k_secrets_recipe);
    const Json &target = document.json["targets"][0];
    CHECK(target["secrets"].dump() ==
          R"([{"name":"key","from":"command","words":["vault","get","key"],"digest":""},)"
          R"({"name":"pw","from":"env","words":["PW"],"digest":""}])");
    CHECK(document.with("/targets/0/reason", "x") == "accepted");
    const std::string named =
        place("targets[0].secrets: expected those that the steps name: key, pw");
    CHECK(document.after([](Json &json) { json["targets"][0].erase("secrets"); }) == named);
    CHECK(document.after([](Json &json) { json["targets"][0]["secrets"].erase(0); }) == named);
    CHECK(document.after([](Json &json) {
        Json &secrets = json["targets"][0]["secrets"];
        secrets.push_back(secrets[0]);
    }) == named);
    CHECK(document.with("/targets/0/secrets/0/name", "other") == named);
    CHECK(document.with("/targets/0/secrets/0/from", "url") ==
          place("targets[0].secrets[0].from: expected env, file or command"));
    CHECK(document.with("/targets/0/secrets/1/words", {"A", "B"}) ==
          place("targets[0].secrets: expected one word"));
    CHECK(document.with("/targets/0/secrets/1/words/0", "A B") ==
          place("targets[0].secrets.pw.env: 'env' must be the name of a variable of the "
                "environment, such as ROOT_PASSWORD, found 'A B'"));
    CHECK(document.with("/targets/0/secrets/0/words", Json::array()) ==
          place("targets[0].secrets.key.command: 'command' needs at least 1 entry"));
    CHECK(document.with("/targets/0/secrets/0/digest", "hmac-sha256:0")
              .starts_with(place("targets[0].fingerprint: expected \"sha256:")));
    CHECK(document.with("/targets/0/steps/2/options/run", "echo ${secret.pw}") ==
          place("targets[0].steps[2].options.run: a secret cannot be named in 'run'"));
    CHECK(document.with("/targets/0/steps/1/options/content", "key ${secret.other}\n")
              .starts_with(place("targets[0].s")));
}

TEST_CASE("saved plan: the summary of a step is made from its options, never read", "[plan]") {
    SavedPlans plans;
    Json document = to_json(plans.plan());
    for (Json &step : document["targets"][0]["steps"])
        step["summary"] = "harmless";
    CHECK(plan::read_plan(resealed(document)) == plans.plan());
}

TEST_CASE("saved plan: why a property goes is made from its name, never read", "[plan]") {
    SavedPlans plans;
    Json document = to_json(plans.plan());
    document["targets"][0]["properties"]["reasons"] = {{"stale", "harmless"}};
    CHECK(plan::read_plan(resealed(document)) == plans.plan());
}

TEST_CASE("saved plan: what is injected is what the steps read, no more and no less", "[plan]") {
    const Document document;
    const std::string agent = document.directory() + "/agent.bin";
    CHECK(document.after([](Json &json) { json["targets"][0]["injected"].erase(0); }) ==
          place("targets[0].injected: a step reads " + agent + ", which is not listed"));
    CHECK(document.with("/targets/0/injected", Json::array()) ==
          place("targets[0].injected: a step reads " + agent + ", which is not listed"));
    CHECK(document.with("/targets/0/injected/0/path", "/etc/shadow") ==
          place("targets[0].injected[0]: no step reads this file with this size and sha256"));
    CHECK(document.with("/targets/0/injected/1/size", 5) ==
          place("targets[0].injected[1]: no step reads this file with this size and sha256"));
    CHECK(document.after([](Json &json) {
        json["targets"][0]["injected"].push_back(
            {{"path", "/etc/shadow"}, {"sha256", std::string(64, '0')}, {"size", 0}});
    }) == place("targets[0].injected[3]: no step reads this file with this size and sha256"));
    // The step that reads another file is not the one that was reviewed.
    CHECK(document.with("/targets/0/steps/1/options/from", "/etc/shadow") ==
          place("targets[0].injected[0]: no step reads this file with this size and sha256"));
}

TEST_CASE("saved plan: whatever member is gone or of another kind, it is refused or means the same",
          "[plan]") {
    const Document document(GENERATE(k_full_recipe, k_edits_recipe, k_accounts_recipe,
                                     k_packages_recipe, k_ordered_recipe, k_late_recipe,
                                     k_secrets_recipe));
    const Plan plan = plan::read_plan(document.json.dump());
    const std::vector<Json> others = {nullptr, -5, "x", Json::array(), Json::object()};
    const std::vector<Json> texts = {"", std::string("a\0b\x1b\n", 5), std::string(70'000, 'y')};
    std::set<std::string> free;
    std::size_t tried = 0;
    const auto judge = [&](Json changed, const std::string &pointer) {
        if (tried++ % k_share != 0)
            return;
        CAPTURE(pointer);
        const std::string text = resealed(std::move(changed));
        if (refusal(text) != "accepted")
            return;
        const Plan read = plan::read_plan(text);
        // What is accepted is read again as the same.
        REQUIRE(plan::read_plan(to_json(read).dump()) == read);
        if (!(read == plan))
            free.insert(without_numbers(pointer));
    };
    visit(document.json, "", [&](const std::string &pointer, const Json &member) {
        if (pointer == "/digest" || pointer.find("/preconditions/") != pointer.npos)
            return;
        const Json::json_pointer at(pointer);
        Json without = document.json;
        if (const Json::json_pointer parent = at.parent_pointer(); without[parent].is_object())
            without[parent].erase(at.back());
        else
            without[parent].erase(std::stoul(at.back()));
        judge(std::move(without), pointer + " gone");
        std::vector<Json> tries = others;
        if (member.is_string())
            tries.insert(tries.end(), texts.begin(), texts.end());
        else
            tries.push_back(nested(40));
        for (const Json &other : tries) {
            Json changed = document.json;
            if (member == other)
                continue;
            changed[at] = other;
            judge(std::move(changed), pointer);
        }
        if (member.is_object()) {
            Json changed = document.json;
            changed[at]["one more"] = "x";
            judge(std::move(changed), pointer + " more");
        }
        if (member.is_array() && !member.empty()) {
            Json changed = document.json;
            changed[at].push_back(member[0]);
            judge(std::move(changed), pointer + " twice");
        }
    });
    CHECK(tried > 1500);
    // What is done, and how it is told, cannot be changed this way.
    for (const std::string &pointer : free) {
        CAPTURE(pointer);
        for (const char *held : {"/options", "/identity", "/kind", "/id", "/summary", "/action",
                                 "/fingerprint", "/injected", "/digest", "/expires_at"})
            CHECK(pointer.find(held) == pointer.npos);
    }
}
