#include "base/pattern.hpp"

#include "base/interrupt.hpp"
#include "unit/base/child_helpers.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <unistd.h>

using namespace retouch;

namespace {

base::Pattern compiled(std::string_view expression) {
    std::string mistake;
    std::optional<base::Pattern> pattern = base::Pattern::compile(expression, mistake);
    INFO(mistake);
    REQUIRE(pattern);
    return *pattern;
}

std::string mistake_in(std::string_view expression) {
    std::string mistake;
    CHECK_FALSE(base::Pattern::compile(expression, mistake));
    return mistake;
}

/// A pattern and a text that RE2's automaton gives up on: half a minute for each MiB.
constexpr std::string_view k_slow = "a[ab]{900}c";

std::string slow_text(std::size_t size) {
    std::string text;
    unsigned state = 1;
    while (text.size() < size)
        text += ((state = state * 1103515245U + 12345U) & 0x10000U) != 0 ? 'a' : 'b';
    return text;
}

} // namespace

TEST_CASE("pattern: finds anywhere, and anchors stand for the whole text") {
    CHECK(compiled("b.d").found_in("a bcd e"));
    CHECK(compiled("^a.*e$").found_in("a bcd e"));
    CHECK_FALSE(compiled("^b").found_in("a\nb"));
    CHECK_FALSE(compiled("a$").found_in("a\nb"));
    CHECK(compiled("").found_in(""));
    CHECK(compiled("^.{3}$").found_in("\u00e4\xff\u20ac"));
    CHECK(compiled(std::string_view("a\0b", 3)).found_in(std::string_view("xa\0bx", 5)));
}

TEST_CASE("pattern: what RE2 cannot do is refused with the reason") {
    CHECK(mistake_in("(?<=x)y") == "(?< is not known; there is no lookahead or lookbehind");
    CHECK(mistake_in("(a)\\1") == "\\1 is not known; there are no back references");
    CHECK(mistake_in("[") == "missing ]: [");
    CHECK(mistake_in("(((a{99}){99}){99})") == "it repeats more than 1,000 times");
    CHECK(mistake_in("\\pL{999}") == "it is too large");
    CHECK(mistake_in("\xc3") == "it is not valid UTF-8");
}

TEST_CASE("pattern: nested repetitions take linear time") {
    CHECK_FALSE(compiled("^(([0-9a-f]+)+)+z$").found_in(std::string(1 << 20, 'a')));
    CHECK_FALSE(compiled("a.*b.*c.*d.*e").found_in(std::string(1 << 20, 'a')));
}

TEST_CASE("pattern: a text that is searched in a thread of its own gives the same result") {
    const std::string text = slow_text(50'000);
    CHECK_FALSE(compiled(k_slow).found_in(text));
    CHECK(compiled(k_slow).found_in(text + "a" + slow_text(900) + "c"));
}

TEST_CASE("pattern: a search ends when a signal comes") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              const base::Pattern pattern = compiled(k_slow);
              const std::string text = slow_text(std::size_t{1} << 22);
              alarm(30);
              const pid_t self = getpid();
              if (fork() == 0) {
                  usleep(300'000);
                  kill(self, SIGTERM);
                  _exit(0);
              }
              try {
                  static_cast<void>(pattern.found_in(text));
              } catch (const Error &error) {
                  _exit(error.kind() == ErrorKind::interrupted ? 0 : 1);
              }
              return 2;
          }) == 0);
}
