// JUnit's XML as GitLab, Jenkins and GitHub's readers take it: attributes of counts on the suites,
// one child of a case for its result, output in system-out.

#include "render/machine/report_junit.hpp"

#include "render/machine/xml.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::render {

namespace {

using Result = JunitCase::Result;

std::size_t count(const JunitSuite &suite, Result result) {
    return static_cast<std::size_t>(std::ranges::count(suite.cases, result, &JunitCase::result));
}

double seconds_of(const JunitSuite &suite) {
    double seconds = 0;
    for (const JunitCase &one : suite.cases)
        seconds += one.seconds;
    return seconds;
}

const char *element_of(Result result) {
    switch (result) {
    case Result::passed:
        return "";
    case Result::skipped:
        return "skipped";
    case Result::failed:
        return "failure";
    case Result::error:
        return "error";
    }
    return "";
}

std::string result_xml(const JunitCase &one) {
    if (one.result == Result::passed)
        return {};
    const std::string element = element_of(one.result);
    const std::string start =
        fmt::format("      <{} message=\"{}\"", element, xml_attribute(one.message));
    if (one.details.empty())
        return start + "/>\n";
    return fmt::format("{}>{}</{}>\n", start, xml_text(one.details), element);
}

std::string case_xml(const JunitSuite &suite, const JunitCase &one) {
    std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                                   xml_attribute(suite.name), xml_attribute(one.name), one.seconds);
    if (!one.origin.file.empty())
        text += fmt::format(" file=\"{}\"", xml_attribute(one.origin.file));
    if (one.origin.line > 0)
        text += fmt::format(" line=\"{}\"", one.origin.line);
    std::string body = result_xml(one);
    if (!one.output.empty())
        body += fmt::format("      <system-out>{}</system-out>\n", xml_text(one.output));
    return body.empty() ? text + "/>\n" : text + ">\n" + body + "    </testcase>\n";
}

std::string suite_xml(const JunitSuite &suite) {
    std::string text = fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
        "time=\"{:.3f}\">\n",
        xml_attribute(suite.name), suite.cases.size(), count(suite, Result::failed),
        count(suite, Result::error), count(suite, Result::skipped), seconds_of(suite));
    for (const JunitCase &one : suite.cases)
        text += case_xml(suite, one);
    return text + "  </testsuite>\n";
}

} // namespace

std::string junit_xml(const std::vector<JunitSuite> &suites) {
    std::size_t tests = 0;
    std::size_t failures = 0;
    std::size_t errors = 0;
    std::string body;
    for (const JunitSuite &suite : suites) {
        tests += suite.cases.size();
        failures += count(suite, Result::failed);
        errors += count(suite, Result::error);
        body += suite_xml(suite);
    }
    return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<testsuites name=\"retouch\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n"
                       "{}</testsuites>\n",
                       tests, failures, errors, body);
}

} // namespace retouch::render
