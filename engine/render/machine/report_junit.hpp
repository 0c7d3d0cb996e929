#pragma once
// JUnit: checks, plans and applies as test suites, for the test view of a CI system. The suites are
// values, so that several recipes can go into one file.

#include "retouch/diagnostics.hpp"
#include "retouch/error.hpp"
#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <string>
#include <vector>

namespace retouch::render {

struct JunitCase {
    enum class Result {
        passed,
        skipped,
        failed, ///< what was looked at is wrong
        error,  ///< it could not be looked at
    };

    std::string name;
    Result result = Result::passed;
    std::string message; ///< one line, why it is not passed
    std::string details; ///< under the message
    std::string output;  ///< what there is to say besides
    Origin origin;
    double seconds = 0;

    bool operator==(const JunitCase &) const = default;
};

struct JunitSuite {
    std::string name;
    std::vector<JunitCase> cases;

    bool operator==(const JunitSuite &) const = default;
};

/// One case for each file; `diagnostics` as Diagnostics::sorted() gives them.
[[nodiscard]] JunitSuite junit_of_check(const std::vector<Diagnostic> &diagnostics,
                                        const std::vector<std::string> &files);

/// One suite for each target: a case for each step, as rehearsed or else as foreseen, one for the
/// rehearsal, and one for the image.
[[nodiscard]] std::vector<JunitSuite> junit_of_plan(const Plan &plan);

/// The same, as it went.
[[nodiscard]] std::vector<JunitSuite> junit_of_report(const Report &report);

/// A recipe that never came to a plan or report.
[[nodiscard]] JunitSuite junit_of_error(const std::string &recipe, const Error &error);

/// The document. Ends with a newline.
[[nodiscard]] std::string junit_xml(const std::vector<JunitSuite> &suites);

} // namespace retouch::render
