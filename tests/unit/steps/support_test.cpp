// The helpers of the step kinds, where the kinds' own tests do not reach.

#include "steps/cleanup/cleanup_rules.hpp"
#include "steps/support/accounts.hpp"
#include "steps/support/guest_glob.hpp"
#include "steps/support/line_pattern.hpp"
#include "support/memory_guest.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

std::vector<std::string> paths(const std::vector<steps::Found> &found) {
    std::vector<std::string> result;
    for (const steps::Found &each : found)
        result.push_back(each.path);
    return result;
}

using Paths = std::vector<std::string>;

} // namespace

TEST_CASE("accounts: names come from the image's files, numbers and root from nowhere") {
    MemoryGuest guest;
    guest.put_file("/etc/passwd", "# comment\nbroken\n\ntwice:x:7\ntwice:x:8:8\nbad:x:one:1\n"
                                  "huge:x:4294967296:1\nlast:x:9:9:::");
    CHECK(steps::find_user(guest, "twice") == 7U);
    CHECK(steps::find_user(guest, "last") == 9U);
    CHECK(steps::find_user(guest, "bad") == std::nullopt);
    CHECK(steps::find_user(guest, "huge") == std::nullopt);
    CHECK(steps::find_user(guest, "broken") == std::nullopt);
    CHECK(steps::find_user(guest, "1234") == 1234U);
    guest.remove("/etc/passwd");
    CHECK(steps::find_user(guest, "root") == 0U);
    CHECK(steps::find_user(guest, "last") == std::nullopt);
    CHECK(steps::find_group(guest, "adm") == 4U);
}

TEST_CASE("accounts: homes that are no paths are passed over") {
    MemoryGuest guest;
    guest.put_file("/etc/passwd", "a:x:1:1::/home/a:/bin/sh\nb:x:2:2::/home/a:/bin/sh\n"
                                  "c:x:3:3::../etc:/bin/sh\nd:x:4:4:::\ne:x:5:5::/:/bin/sh\n");
    CHECK(steps::home_directories(guest) == Paths{"/", "/home/a", "/root"});
}

TEST_CASE("glob: stars stand within one component and match leading dots") {
    MemoryGuest guest;
    guest.put_file("/x/a.deb", "");
    guest.put_file("/x/.b.deb", "");
    guest.put_file("/x/deep/c.deb", "");
    guest.put_file("/y/a.deb", "");
    CHECK(paths(steps::glob(guest, "/x/*.deb")) == Paths{"/x/.b.deb", "/x/a.deb"});
    CHECK(paths(steps::glob(guest, "/?/a.deb")) == Paths{"/x/a.deb", "/y/a.deb"});
    CHECK(paths(steps::glob(guest, "/x/a.deb")) == Paths{"/x/a.deb"});
    CHECK(paths(steps::glob(guest, "/none/*")) == Paths{});
    CHECK(paths(steps::glob(guest, "/x/a.deb/*")) == Paths{});
}

TEST_CASE("glob: two stars are all files below, links not followed") {
    MemoryGuest guest;
    guest.put_file("/x/a", "");
    guest.put_file("/x/d/e/f", "");
    guest.put_link("/x/up", "..");
    guest.put_link("/to", "x/d");
    CHECK(paths(steps::glob(guest, "/x/**")) == Paths{"/x/a", "/x/d/e/f", "/x/up"});
    CHECK(paths(steps::glob(guest, "/to/**")) == Paths{"/x/d/e/f"});
    CHECK(paths(steps::glob(guest, "/to/*")) == Paths{"/x/d/e"});
    CHECK(paths(steps::everything_below(guest, "/x")) ==
          Paths{"/x/a", "/x/d", "/x/d/e", "/x/d/e/f", "/x/up"});
}

TEST_CASE("cleanup: rotated logs are known by their names") {
    for (const char *name : {"syslog.1", "syslog.12", "a.gz", "a.1.xz", "b.old", "m-20260131",
                             "m-20260131.gz", "a.bz2", "a.zst"}) {
        CAPTURE(name);
        CHECK(steps::is_rotated_log(name));
    }
    for (const char *name : {"syslog", "a.log", "a-2026", "a-2026013x", "old", "x.", "20260131"}) {
        CAPTURE(name);
        CHECK_FALSE(steps::is_rotated_log(name));
    }
}

TEST_CASE("line pattern: lines match on their own, whatever bytes they hold") {
    std::string mistake;
    const steps::LinePattern pattern("^b.d$", mistake);
    REQUIRE(mistake.empty());
    CHECK(pattern.matches("a\nb d\nc"));
    CHECK(pattern.matches("bxd"));
    CHECK(pattern.matches(std::string_view("\0\nbxd", 5)));
    CHECK_FALSE(pattern.matches("abxd"));
    CHECK_FALSE(pattern.matches(""));
    CHECK_FALSE(pattern.matches(std::string_view("bxdy", 4)));
    CHECK(pattern.matches(std::string_view("bxdy", 3)));
}

TEST_CASE("line pattern: no text is one empty line, a final line end begins none") {
    std::string mistake;
    const steps::LinePattern empty_line("^$", mistake);
    REQUIRE(mistake.empty());
    CHECK(empty_line.matches(""));
    CHECK(empty_line.matches("\n"));
    CHECK(empty_line.matches("a\n\nb"));
    CHECK_FALSE(empty_line.matches("a\n"));
    CHECK_FALSE(empty_line.matches("a\nb"));
}

TEST_CASE("line pattern: what cannot be matched in linear time, or means another thing to grep, is "
          "refused") {
    const auto mistake_of = [](const std::string &expression) {
        std::string mistake;
        const steps::LinePattern pattern(expression, mistake);
        return mistake;
    };
    const std::string repeats = "it repeats more than 1,000 times";
    const std::string begins = "the beginning of a word is written \\b, not \\<";
    const std::string lower_bound = "a count without a lower bound is written {0,n}, not {,n}";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"a{1,1000}", ""},
        {"[[:alpha:]]+[]<{,]", ""},
        {"[\\]<{,]\\\\<a\\{,2}", ""},
        {"(?i)caf\u00e9\\b", ""},
        {"a{1001}", repeats},
        {"((((a{1,9}){1,9}){1,9}){1,9})", repeats},
        {"a{99999999999999999999}", repeats},
        {"(\\pL{9}){9}", "it is too large"},
        {std::string(513, 'a'), "it is longer than 512 bytes"},
        {"(a)\\1", "\\1 is not known; there are no back references"},
        {"(?=a)b", "(?= is not known; there is no lookahead or lookbehind"},
        {"(?<!a)b", "(?< is not known; there is no lookahead or lookbehind"},
        {"z+?", "a count is written once: x+, not x+?"},
        {"a\\+?\\.??", "a count is written once: x?, not x??"},
        {"a\\n", "\\n is not known; \\s, \\d, \\w and \\b are"},
        {"a)(", "unexpected ): a)("},
        {"a[b", "missing ]: [b"},
        {"a\xff", "it is not valid UTF-8"},
        {"a{,2000}", lower_bound},
        {"[^]{,]{,2}", lower_bound},
        {"[[:digit:]]\\<word", begins},
        {"word\\>", "the end of a word is written \\b, not \\>"},
        {"[a[.hyphen.]]", "[.x.] is not known; list the characters"},
        {"[[=e=]]", "[=x=] is not known; list the characters"},
    };
    for (const auto &[expression, mistake] : cases) {
        CAPTURE(expression);
        CHECK(mistake_of(expression) == mistake);
    }
}
