#include "model/checks.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

using State = Finding::State;

model::Verdict no_pool() {
    throw Error(ErrorKind::refused, "there is no pool 'imges'", "name another");
}

} // namespace

TEST_CASE("checks: an error becomes a failed finding and stops no later check") {
    model::Checks checks("Ceph");
    CHECK_FALSE(checks.check("pool", no_pool));
    CHECK(checks.check("clones", [] { return model::warning("slow", "wait"); }));
    CHECK(checks.check("lock", [] { return model::all_well("free"); }));
    CHECK(
        checks.take() ==
        std::vector<Finding>{{"Ceph", "pool", State::failed, "there is no pool 'imges'",
                              "name another", ErrorKind::refused},
                             {"Ceph", "clones", State::warning, "slow", "wait", ErrorKind::failed},
                             {"Ceph", "lock", State::ok, "free", "", ErrorKind::failed}});
}

TEST_CASE("checks: what nobody needs can fail without being a failure") {
    model::Checks checks("Host guest", model::Checks::Need::optional);
    CHECK_FALSE(checks.check("pool", no_pool));
    CHECK(checks.take() ==
          std::vector<Finding>{{"Host guest", "pool", State::warning, "there is no pool 'imges'",
                                "name another", ErrorKind::refused}});
}

TEST_CASE("checks: an interruption is no finding and ends them") {
    model::Checks checks("Ceph");
    const auto interrupted = []() -> model::Verdict {
        throw Error(ErrorKind::interrupted, "stopped");
    };
    CHECK_THROWS_AS(checks.check("pool", interrupted), Error);
    CHECK(checks.take().empty());
}
