#include "model/checks.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

using State = Finding::State;

Verdict no_pool() {
    throw Error(ErrorKind::refused, "there is no pool 'imges'", "name another");
}

} // namespace

TEST_CASE("checks: an error becomes a failed finding and stops no later check") {
    Checks checks("Ceph");
    CHECK_FALSE(checks.check("pool", no_pool));
    CHECK(checks.check("clones", [] { return warning("slow", "wait"); }));
    CHECK(checks.check("lock", [] { return all_well("free"); }));
    CHECK(
        checks.take() ==
        std::vector<Finding>{{"Ceph", "pool", State::failed, "there is no pool 'imges'",
                              "name another", ErrorKind::refused},
                             {"Ceph", "clones", State::warning, "slow", "wait", ErrorKind::failed},
                             {"Ceph", "lock", State::ok, "free", "", ErrorKind::failed}});
}

TEST_CASE("checks: what nobody needs can fail without being a failure") {
    Checks checks("Host guest", Checks::Need::optional);
    CHECK_FALSE(checks.check("pool", no_pool));
    CHECK(checks.take() ==
          std::vector<Finding>{{"Host guest", "pool", State::warning, "there is no pool 'imges'",
                                "name another", ErrorKind::refused}});
}

TEST_CASE("checks: an interruption is no finding and ends them") {
    Checks checks("Ceph");
    const auto interrupted = []() -> Verdict { throw Error(ErrorKind::interrupted, "stopped"); };
    CHECK_THROWS_AS(checks.check("pool", interrupted), Error);
    CHECK(checks.take().empty());
}
