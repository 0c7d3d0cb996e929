// What a policy's rules say of paths. That setfiles says the same of files made in a real image is
// shown by tests/scenarios/labels_test.py.

#include "guest/selinux/file_contexts.hpp"
#include "guest/selinux/literal_prefix.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;

namespace {

/// A line for each rule: "REGEX TYPE"; the type of the label alone, or "<<none>>".
std::string rules(const std::vector<std::string> &lines) {
    std::string text;
    for (const std::string &line : lines) {
        const std::size_t end = line.rfind(' ');
        const std::string type = line.substr(end + 1);
        text += line.substr(0, end) + "\t" +
                (type == "<<none>>" ? type : fmt::format("system_u:object_r:{}:s0", type)) + "\n";
    }
    return text;
}

/// The type alone, "<<none>>", or "no rule".
std::string type_for(guest::FileContexts &contexts, const std::string &path, char type = '-') {
    const std::optional<std::string> label = contexts.label_for(path, type);
    if (!label)
        return contexts.wants_none() ? "<<none>>" : "no rule";
    const std::string front = "system_u:object_r:";
    CHECK(label->starts_with(front));
    return label->substr(front.size(), label->rfind(':') - front.size());
}

} // namespace

TEST_CASE("file contexts: the last rule that fits wins, and one without wildcards before all") {
    guest::FileContexts contexts(
        {rules({"/.* default_t", "/exact/a exact_t", "/exact(/.*)? tree_t", "/exact/b\\.c dot_t",
                "/order/.* first_t", "/order/x.* second_t", "/twice one_t", "/twice two_t",
                "/type/.* -d dir_t", "/type/.* -l link_t", "/type/.* -p fifo_t",
                "/none/.* <<none>>", "/none/but tree_t", "/main main_t", "/main3.* main_t"}),
         rules({"/main home_t", "/home/[^/]+ -d home_t"}),
         rules({"/main3.* local_t", "/exact/.* local_t"}), "", ""});

    struct Case {
        const char *path;
        char type;
        const char *wanted;
    };

    const std::vector<Case> cases = {
        {"/", '-', "default_t"},          {"/exact/a", '-', "exact_t"},
        {"/exact/b.c", '-', "dot_t"},     {"/exact/bxc", '-', "local_t"},
        {"/exact", 'd', "tree_t"},        {"/exactly", 'd', "default_t"},
        {"/order/y", '-', "first_t"},     {"/order/x1", '-', "second_t"},
        {"/twice", '-', "two_t"},         {"/type/x", '-', "default_t"},
        {"/type/x", 'd', "dir_t"},        {"/type/x", 'l', "link_t"},
        {"/type/x", 'p', "fifo_t"},       {"/type/x", 's', "default_t"},
        {"/none/x", '-', "<<none>>"},     {"/none/but", '-', "tree_t"},
        {"/main", '-', "home_t"},         {"/main3x", '-', "local_t"},
        {"/home/anna", 'd', "home_t"},    {"/home/anna/x", 'd', "default_t"},
        {"/line\nend", '-', "default_t"},
    };
    for (const auto &[path, type, wanted] : cases) {
        CAPTURE(path, type);
        CHECK(type_for(contexts, path, type) == wanted);
    }
    CHECK(contexts.unusable_rules().empty());
    guest::FileContexts bare({rules({"/a/.* a_t"}), "", "", "", ""});
    CHECK(type_for(bare, "/b") == "no rule");
}

TEST_CASE("file contexts: a prefix that is substituted has the rules of another path") {
    guest::FileContexts contexts(
        {rules({"/.* default_t", "/target/.* target_t", "/other/.* other_t"}), "", "",
         "# sites\n/mine /alias\n",
         "/alias /target\n/twice /target\n/twice /other\n/up/b /other\n"
         "/up /target\n/root /\nnonsense\n"});
    for (const auto &[path, wanted] :
         std::vector<std::pair<std::string, std::string>>{{"/alias/x", "target_t"},
                                                          {"/alias", "default_t"},
                                                          {"/aliased/x", "default_t"},
                                                          {"/mine/x", "target_t"},
                                                          {"/twice/x", "other_t"},
                                                          {"/up/b/x", "target_t"},
                                                          {"/root/other/x", "other_t"},
                                                          {"/target/x", "target_t"}}) {
        CAPTURE(path);
        CHECK(type_for(contexts, path) == wanted);
    }
}

TEST_CASE("file contexts: what is no rule, or none that can be followed, is told and no more") {
    guest::FileContexts contexts({"/.* system_u:object_r:default_t:s0\n"
                                  "# a comment\n"
                                  "/a\n"
                                  "/a -x system_u:object_r:a_t:s0\n"
                                  "/a -- words of four system_u:object_r:a_t:s0\n"
                                  "/a etc_t\n"
                                  "/a system_u:object_r:\x1b[31m:s0\n"
                                  "/b/(?!x).* system_u:object_r:b_t:s0\n"
                                  "/c/[ system_u:object_r:c_t:s0\n"
                                  "/d\xc3\xa9 system_u:object_r:d_t:s0\n" +
                                      std::string(5000, '/') + " system_u:object_r:e_t:s0\n",
                                  "", "", "", ""});
    using Unusable = std::map<std::string, std::string>;
    Unusable wanted = {{"file_contexts:3", "it has not two or three words"},
                       {"file_contexts:4", "its second word is not a type of file"},
                       {"file_contexts:5", "it has not two or three words"},
                       {"file_contexts:6", "its last word is not a label"},
                       {"file_contexts:7", "its last word is not a label"},
                       {"file_contexts:10", "it is not ASCII"},
                       {"file_contexts:11", "it is too long"}};
    CHECK(contexts.unusable_rules() == wanted);
    CHECK(type_for(contexts, "/a") == "default_t");
    CHECK(contexts.unusable_rules() == wanted);
    CHECK(type_for(contexts, "/b/y") == "default_t");
    CHECK(type_for(contexts, "/c/y") == "default_t");
    wanted["file_contexts:8"] = "(?! is not known; there is no lookahead or lookbehind";
    wanted["file_contexts:9"] = "missing ]: [$";
    CHECK(contexts.unusable_rules() == wanted);
}

TEST_CASE("literal prefix: never longer than what every match begins with") {
    struct Case {
        const char *expression;
        const char *text;
        bool is_all;
    };

    const std::vector<Case> cases = {
        {"/etc/motd", "/etc/motd", true},
        {"/etc/a\\.b", "/etc/a.b", true},
        {"/etc(/.*)?", "/etc", false},
        {"/etc/x?y", "/etc/", false},
        {"/etc/x*", "/etc/", false},
        {"/etc/x+", "/etc/", false},
        {"/etc/x{2}", "/etc/", false},
        {"/etc/\\d", "/etc/", false},
        {"/etc/[ab]", "/etc/", false},
        {"/a|/b", "", false},
        {"/a(b|c)", "/a", false},
        {"/a[(]b|/c", "", false},
        {"/a[]|]b", "/a", false},
        {"/a\\|b", "/a|b", true},
        {"/a(b)|c", "", false},
        {"/\xc3\xa9?x", "/", false},
        {"/a\\", "/a", false},
        {"", "", true},
    };
    for (const auto &[expression, text, is_all] : cases) {
        CAPTURE(expression);
        const guest::LiteralPrefix prefix = guest::literal_prefix(expression);
        CHECK(prefix.text == text);
        CHECK(prefix.is_all == is_all);
    }
}

TEST_CASE("file contexts: of many expressions each is used, and each path is looked up by all") {
    std::vector<std::string> lines = {"/.*wanted.* wanted_t"};
    for (int number = 0; number < 2200; ++number)
        lines.push_back(fmt::format("/.*[x]{} other_t", number));
    guest::FileContexts contexts({rules(lines), "", "", "", ""});
    for (const char *path : {"/opt/wanted", "/srv/wanted too"})
        CHECK(type_for(contexts, path) == "wanted_t");
    CHECK(type_for(contexts, "/opt/x2199") == "other_t");
    CHECK_FALSE(contexts.ran_out());
}

TEST_CASE("file contexts: rules that take too long give no label, and are told of") {
    const std::vector<std::string> lines(40, "/other/.* other_t");
    guest::FileContexts contexts({rules(lines), "", "", "", ""}, std::chrono::seconds(-1));
    CHECK(type_for(contexts, "/opt/x") == "no rule");
    CHECK(contexts.ran_out());
}

TEST_CASE("file contexts: a path that was made too long fits nothing") {
    guest::FileContexts contexts(
        {rules({"/.* default_t"}), "", "", "/opt /" + std::string(5000, 'a') + "\n", ""});
    CHECK(type_for(contexts, "/opt/x") == "no rule");
    CHECK(type_for(contexts, "/srv/x") == "default_t");
}
