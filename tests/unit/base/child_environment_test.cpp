#include "base/child_environment.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>
#include <vector>

using namespace retouch;

TEST_CASE("child environment: ours, with one variable as it shall be, and ours is left alone") {
    REQUIRE(setenv("RETOUCH_TEST_OURS", "a=b", 1) == 0);
    REQUIRE(unsetenv("RETOUCH_TEST_NEW") == 0);
    const auto values = [](const auto &environment, const std::string &name) {
        std::vector<std::string> found;
        for (const auto &[has, value] : environment)
            if (has == name)
                found.push_back(value);
        return found;
    };
    const auto added = base::environment_with("RETOUCH_TEST_NEW", "x");
    CHECK(values(added, "RETOUCH_TEST_NEW") == std::vector<std::string>{"x"});
    CHECK(values(added, "RETOUCH_TEST_OURS") == std::vector<std::string>{"a=b"});
    const auto replaced = base::environment_with("RETOUCH_TEST_OURS", "");
    CHECK(values(replaced, "RETOUCH_TEST_OURS") == std::vector<std::string>{""});
    CHECK(added.size() == replaced.size() + 1);
    CHECK(getenv("RETOUCH_TEST_OURS") == std::string("a=b"));
    CHECK(getenv("RETOUCH_TEST_NEW") == nullptr);
    unsetenv("RETOUCH_TEST_OURS");
}
