#include "render/effect_lines.hpp"
#include "render/file_groups.hpp"
#include "unit/render/rehearsals.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;

namespace {

std::vector<EntryChange> many(const std::string &directory, int count) {
    std::vector<EntryChange> changes;
    for (int i = 0; i < count; ++i)
        changes.push_back(added(fmt::format("{}/{:04}", directory, i), file_state(0644, 1, 'a')));
    return changes;
}

std::string shown(const std::vector<EntryChange> &changes, std::size_t limit) {
    std::string text;
    for (const render::FileGroup &group : render::group_files(changes, limit))
        text += group.single != nullptr
                    ? group.single->path + "\n"
                    : fmt::format("{} {} {} {} {}\n", group.directory, group.added, group.changed,
                                  group.removed, group.bytes);
    return text;
}

Effect with_diffs(int count, int lines) {
    Effect effect;
    for (int i = 0; i < count; ++i) {
        std::string diff;
        for (int line = 0; line < lines; ++line)
            diff += "+x\n";
        effect.files.push_back(changed(fmt::format("/etc/{:03}", i), file_state(0644, 1, 'a'),
                                       file_state(0644, 2, 'b'), diff));
    }
    return effect;
}

} // namespace

TEST_CASE("file groups: nothing gives nothing, as many as there is room for are single") {
    CHECK(shown({}, 5).empty());
    CHECK(shown(many("/a", 3), 3) == "/a/0000\n/a/0001\n/a/0002\n");
}

TEST_CASE("file groups: one too many is folded into its deepest directory") {
    CHECK(shown(many("/a/b/c", 4), 3) == "/a/b/c/ 4 0 0 4\n");
}

TEST_CASE("file groups: small directories are opened while big ones stay folded") {
    std::vector<EntryChange> changes = many("/etc", 2);
    for (const EntryChange &change : many("/usr/share/doc", 500))
        changes.push_back(change);
    changes.push_back(removed("/var/x", file_state(0644, 9, 'a')));
    CHECK(shown(changes, 5) == "/etc/0000\n/etc/0001\n/usr/share/doc/ 500 0 0 500\n/var/x\n");
}

TEST_CASE("file groups: a directory that changed itself is counted with what it holds") {
    EntryState directory;
    directory.info.type = FileInfo::Type::directory;
    std::vector<EntryChange> changes = {added("/a", directory)};
    for (const EntryChange &change : many("/a", 2))
        changes.push_back(change);
    CHECK(shown(changes, 1) == "/a/ 3 0 0 2\n");
    CHECK(shown(changes, 3) == "/a\n/a/0000\n/a/0001\n");
}

TEST_CASE("file groups: a path of absurd depth is one more line") {
    std::string path;
    for (int i = 0; i < 100'000; ++i)
        path += "/x";
    CHECK(render::group_files({added(path, file_state(0644, 1, 'a'))}, 1).size() == 1);
}

TEST_CASE("file groups: however many changes, each is counted once and no line too many made") {
    std::vector<EntryChange> changes;
    for (int i = 0; i < 300; ++i)
        for (const EntryChange &change : many(fmt::format("/d{}/e{}", i % 17, i), i % 5))
            changes.push_back(change);
    for (const std::size_t limit : {1U, 2U, 7U, 30U, 200U, 1000U}) {
        const std::vector<render::FileGroup> groups = render::group_files(changes, limit);
        std::size_t total = 0;
        for (const render::FileGroup &group : groups)
            total += group.single != nullptr ? 1 : group.added;
        CHECK(groups.size() <= limit);
        CHECK(total == changes.size());
    }
}

TEST_CASE("effect lines: packages beyond the fortieth are counted") {
    Effect effect;
    for (int i = 0; i < 43; ++i)
        effect.packages.push_back({fmt::format("p{:02}", i), "", "1"});
    const std::vector<render::EffectLine> lines = render::effect_lines(effect, {});
    CHECK(lines.size() == 41);
    CHECK(lines.back() ==
          render::EffectLine{' ', "... 3 packages more (all of it: --format json)"});
}

TEST_CASE("effect lines: volatile paths come last, in few lines, but setuid programs never hide") {
    Effect effect;
    effect.files = {added("/etc/a", file_state(0644, 1, 'a')),
                    added("/tmp/x", file_state(04755, 1, 'a'))};
    for (const EntryChange &change : many("/tmp/y", 30))
        effect.files.push_back(change);
    CHECK(render::effect_lines(effect, {"/tmp/**"}) ==
          std::vector<render::EffectLine>{
              {'!', "setuid /tmp/x  mode 4755, owner 0:0"},
              {'+', "/etc/a  0644, 1 B, sha256 aaaaaaaaaaaa"},
              {'+', "/tmp/x  4755, 1 B, sha256 aaaaaaaaaaaa (code)"},
              {'+', "/tmp/y/  +30 ~0 -0, 30 B (volatile)"},
          });
}

TEST_CASE("effect lines: capabilities of a file are told as getcap tells them") {
    const auto shown_as = [](const std::string &value, std::uint32_t mode = 0755) {
        EntryState state = file_state(mode, 1, 'a');
        state.attributes = "security.capability=" + value + "\n";
        Effect effect;
        effect.files = {added("/opt/p", state)};
        std::string text;
        for (const render::EffectLine &line : render::effect_lines(effect, {"/opt/**"}))
            if (line.mark == '!')
                text += line.text + '\n';
        return text;
    };
    CHECK(shown_as("0100000282000000000000000000000000000000") ==
          "capabilities /opt/p  cap_dac_override,cap_setuid+ep\n");
    CHECK(shown_as("0000000200200000002000000000000000000000") ==
          "capabilities /opt/p  cap_net_raw+ip\n");
    CHECK(shown_as("0100000280000000002000000800000000000000") ==
          "capabilities /opt/p  cap_setuid,cap_wake_alarm+ep cap_net_raw+ei\n");
    CHECK(shown_as("0100000102000000000000000") == "capabilities /opt/p  malformed: "
                                                   "0100000102000000000000000\n");
    CHECK(shown_as("010000010200000000000000") == "capabilities /opt/p  cap_dac_override+ep\n");
    CHECK(shown_as("0100000302000000000000000000000000000000e8030000") ==
          "capabilities /opt/p  cap_dac_override+ep [rootid=1000]\n");
    CHECK(shown_as("01000002ffffffff00000000ff01000000000000") == "capabilities /opt/p  all+ep\n");
    CHECK(shown_as("0100000200000000000000000000008000000000") ==
          "capabilities /opt/p  cap_63+ep\n");
    CHECK(shown_as("0100000200000000000000000000000000000000") == "capabilities /opt/p  none\n");
    CHECK(shown_as("unreadable") ==
          "capabilities /opt/p  unreadable: no kernel hands out what the image holds\n");
    CHECK(shown_as("").starts_with("capabilities /opt/p  malformed"));
    CHECK(shown_as("\x1b[31m" + std::string(5000, 'x')).size() < 400);
    CHECK(shown_as("0100000282000000000000000000000000000000", 04755) ==
          "setuid /opt/p  mode 4755, owner 0:0, capabilities cap_dac_override,cap_setuid+ep\n");
}

TEST_CASE("effect lines: what is run is named in volatile paths, too") {
    Effect effect;
    effect.files = {added("/etc/ld.so.cache", file_state(0644, 1, 'a')),
                    added("/tmp/run", file_state(0755, 1, 'a'))};
    for (const EntryChange &change : many("/tmp/y", 30))
        effect.files.push_back(change);
    for (const EntryChange &change : many("/usr/share", 30))
        effect.files.push_back(change);
    effect.files.push_back(added("/usr/lib/__pycache__/os.pyc", file_state(0644, 1, 'a')));
    CHECK(render::effect_lines(effect, {"/tmp/**"}, 5) ==
          std::vector<render::EffectLine>{
              {'+', "/usr/share/  +30 ~0 -0, 30 B"},
              {'+', "/etc/ld.so.cache  0644, 1 B, sha256 aaaaaaaaaaaa (code)"},
              {'+', "/tmp/run  0755, 1 B, sha256 aaaaaaaaaaaa (code)"},
              {'+', "/usr/lib/__pycache__/os.pyc  0644, 1 B, sha256 aaaaaaaaaaaa (code)"},
              {'+', "/tmp/y/  +30 ~0 -0, 30 B (volatile)"},
          });
}

TEST_CASE("effect words: attributes of what is new are told, an ACL by whom it lets write") {
    EntryState state = file_state(0664, 1, 'a');
    state.attributes = "system.posix_acl_access="
                       "0200000001000600ffffffff02000700e803000004000400ffffffff"
                       "10000700ffffffff20000400ffffffff\nuser.a=01\n";
    CHECK(render::entry_line(added("/a", state)).text ==
          "/a  0664, 1 B, sha256 aaaaaaaaaaaa, attributes system.posix_acl_access (user 1000 rwx) "
          "user.a");
    state.attributes = "others=unreadable\nuser.a=unreadable\n";
    CHECK(render::entry_line(added("/a", state)).text ==
          "/a  0664, 1 B, sha256 aaaaaaaaaaaa, attributes others (unreadable) user.a (unreadable)");
    state.attributes = "system.posix_acl_access=zz\n";
    CHECK(render::entry_line(added("/a", state)).text ==
          "/a  0664, 1 B, sha256 aaaaaaaaaaaa, attributes system.posix_acl_access");
}

TEST_CASE("effect diffs: none of volatile paths nor of the package manager's records") {
    Effect effect = with_diffs(3, 1);
    CHECK(render::effect_diff_lines(effect, {"/etc/001"}) ==
          std::vector<std::string>{
              "+x", "+x", "... left out: the diffs of 1 more file (all of it: --format json)"});
    effect.packages = {{"a", "", "1"}};
    for (EntryChange &change : effect.files)
        change.path = "/var/lib" + change.path;
    CHECK(
        render::effect_diff_lines(effect, {}) ==
        std::vector<std::string>{"... left out: the diffs of 3 files (all of it: --format json)"});
}

TEST_CASE("effect diffs: bounded for each file and for the step") {
    const std::vector<std::string> one = render::effect_diff_lines(with_diffs(1, 100), {});
    CHECK(one.size() == render::k_effect_diff_lines + 1);
    CHECK(one.back() == "... 60 lines more (all of it: --format json)");

    const std::vector<std::string> ten = render::effect_diff_lines(with_diffs(10, 100), {});
    CHECK(ten.size() <= render::k_effect_diff_lines_step + 2);
    CHECK(ten.back() == "... left out: the diffs of 5 more files (all of it: --format json)");
}

TEST_CASE("effect diffs: one very long line is clipped") {
    Effect effect = with_diffs(1, 1);
    effect.files.front().diff = "+" + std::string(100'000, 'y') + "\n";
    CHECK(render::effect_diff_lines(effect, {}).front() == "+" + std::string(239, 'y') + "...");
}

TEST_CASE("effect words: a digest of what is used is not called one of all bytes") {
    const EntryState plain = file_state(0644, 5, 'a');
    EntryState used = file_state(0644, 5, 'b');
    EntryState other = file_state(0644, 5, 'c');
    for (EntryState *state : {&used, &other})
        state->sha256 = "sha256-used:" + state->sha256;
    CHECK(render::entry_line(added("/a", used)).text == "/a  0644, 5 B, sha256-used bbbbbbbbbbbb");
    CHECK(render::entry_line(changed("/a", used, other)).text ==
          "/a  content, sha256-used bbbbbbbbbbbb -> cccccccccccc");
    CHECK(render::entry_line(changed("/a", plain, used)).text ==
          "/a  content, sha256 aaaaaaaaaaaa -> sha256-used bbbbbbbbbbbb");
}

TEST_CASE("effect words: a label is told by its type, or whole where it is no usual one") {
    const auto bearing = [](std::string_view label) {
        EntryState state = file_state(0644, 1, 'a');
        state.attributes = "security.capability=00\nsecurity.selinux=";
        for (const char letter : label)
            state.attributes += fmt::format("{:02x}", static_cast<unsigned char>(letter));
        state.attributes += "00\nuser.a=01\n";
        return state;
    };
    const std::string front = "/a  0644, 1 B, sha256 aaaaaaaaaaaa, ";
    const std::string back = ", attributes security.capability user.a";
    using Rows = std::vector<std::pair<std::string, std::string>>;
    for (const auto &[label, told] :
         Rows{{"system_u:object_r:etc_t:s0", "label etc_t"},
              {"system_u:object_r:etc_t", "label etc_t"},
              {"system_u:object_r:etc_t:s0:c1", "label system_u:object_r:etc_t:s0:c1"},
              {"user_u:object_r:etc_t:s0", "label user_u:object_r:etc_t:s0"},
              {"system_u:object_r::s0", "label system_u:object_r::s0"},
              {"\x1b[31m", "label \\x1b[31m"}}) {
        CHECK(render::entry_line(added("/a", bearing(label))).text ==
              fmt::format("{}{}{}", front, told, back));
    }
    EntryState state = bearing("system_u:object_r:etc_t:s0");
    EntryChange change{"/a", state, bearing("system_u:object_r:shadow_t:s0"), ""};
    CHECK(render::entry_line(change).text == "/a  label etc_t -> shadow_t");
    change.after->attributes = "security.capability=00\nuser.a=01\n";
    CHECK(render::entry_line(change).text == "/a  label etc_t -> none");
    std::swap(change.before, change.after);
    CHECK(render::entry_line(change).text == "/a  label none -> etc_t");
    change.after->attributes = "security.selinux=sha256:ab\n";
    CHECK(render::entry_line(change).text ==
          "/a  label none -> sha256:ab, attributes security.capability user.a");
}
