#include "retouch/diagnostics.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

Diagnostic at(int line, int column, const std::string &message,
              Diagnostic::Severity severity = Diagnostic::Severity::error) {
    return {severity, {"r.yaml", line, column}, message, {}, {}, {}};
}

} // namespace

TEST_CASE("diagnostics: sorted by position, whatever the order of finding") {
    Diagnostics found;
    found.add(at(9, 1, "late"));
    found.add(at(2, 5, "second"));
    found.add(at(2, 1, "first"));
    CHECK(found.sorted() == std::vector{at(2, 1, "first"), at(2, 5, "second"), at(9, 1, "late")});
}

TEST_CASE("diagnostics: the same mistake found twice is told once") {
    Diagnostics found;
    found.add(at(2, 1, "b"));
    found.add(at(2, 1, "a"));
    found.add(at(2, 1, "b"));
    CHECK(found.sorted() == std::vector{at(2, 1, "a"), at(2, 1, "b")});
}

TEST_CASE("diagnostics: merging keeps everything") {
    Diagnostics one;
    one.add(at(1, 1, "a"));
    Diagnostics other;
    other.add(at(3, 1, "c"));
    one.merge(other);
    CHECK(one.sorted() == std::vector{at(1, 1, "a"), at(3, 1, "c")});
}

TEST_CASE("diagnostics: warnings alone are no errors") {
    Diagnostics found;
    CHECK(found.empty());
    CHECK_FALSE(found.has_errors());
    found.add(at(1, 1, "careful", Diagnostic::Severity::warning));
    CHECK_FALSE(found.empty());
    CHECK_FALSE(found.has_errors());
    found.add(at(1, 2, "wrong"));
    CHECK(found.has_errors());
}
