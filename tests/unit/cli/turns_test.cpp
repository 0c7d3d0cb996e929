#include "cli/turns.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

using Texts = std::vector<std::string>;

/// Turns about these paths; `failed` notes what has no result.
struct Call {
    cli::Context context;
    Texts failed;
    Texts begun;
    cli::Turns turns;

    explicit Call(const Texts &paths)
        : turns(context, subjects(paths), [this](const cli::Subject &subject, const Error &error) {
              failed.push_back(subject.path + ": " + error.what());
          }) {}

    static std::vector<cli::Subject> subjects(const Texts &paths) {
        std::vector<cli::Subject> found;
        for (const std::string &path : paths)
            found.push_back({path, "name of " + path});
        return found;
    }

    /// Each ends with the exit code, or fails where that is -1.
    void each(const std::vector<int> &codes) {
        turns.each([&](std::size_t number) {
            begun.push_back(turns.subject(number).path);
            if (codes.at(number) < 0)
                throw Error(ErrorKind::refused, "no");
            return codes.at(number);
        });
    }
};

} // namespace

TEST_CASE("turns: one that fails keeps no other from its turn") {
    Call call({"a", "b", "c"});
    call.each({0, -1, 0});
    CHECK(call.begun == Texts{"a", "b", "c"});
    CHECK(call.failed == Texts{"b: no"});
    CHECK(call.turns.ended() == 3);
    CHECK(call.turns.exit_code() == 3);
}

TEST_CASE("turns: the exit code is the one that all have") {
    Call refused({"a", "b"});
    refused.each({-1, 5});
    CHECK(refused.turns.exit_code() == 5);
    Call nothing({});
    nothing.each({});
    CHECK(nothing.turns.exit_code() == 0);
}

TEST_CASE("turns: the error of the only one is thrown on, once it was told") {
    Call call({"a"});
    CHECK_THROWS_WITH(call.each({-1}), "no");
    CHECK(call.failed == Texts{"a: no"});
    CHECK(call.turns.ended() == 0);
}

TEST_CASE("turns: after a code that tells of an interruption nothing is begun") {
    Call call({"a", "b"});
    call.each({130, 0});
    CHECK(call.begun == Texts{"a"});
    CHECK(call.failed.empty());
    CHECK(call.turns.exit_code() == 130);
}

TEST_CASE("turns: what must come first fails for all, and is thrown on") {
    Call call({"a", "b"});
    CHECK_THROWS_WITH(call.turns.prepare([] { throw Error(ErrorKind::unavailable, "gone"); }),
                      "gone");
    CHECK(call.failed == Texts{"a: gone", "b: gone"});
    CHECK(call.turns.exit_code() == 69);
}
