// Machine reports: one file for each kind, however many recipes there are.
// They are written before a failure ends the command, for then they are needed most.

#include "cli/machine_reports.hpp"

#include "base/text.hpp"
#include "render/machine/report_gitlab.hpp"
#include "render/machine/report_sarif.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <string_view>

namespace retouch::cli {

namespace {

constexpr const char *k_junit = "junit";
constexpr const char *k_sarif = "sarif";

/// Beginnings as render/ writes them. JUnit reports hold what commands printed.
base::OutputKind kind_of(const std::string &kind) {
    constexpr int k_public = 0644;
    if (kind == k_junit)
        return {"a JUnit report", [](std::string_view bytes) {
                    return bytes.starts_with("<?xml") &&
                           bytes.find("<testsuite") != std::string_view::npos;
                }};
    if (kind == k_sarif)
        return {"a SARIF report",
                [](std::string_view bytes) {
                    return bytes.starts_with('{') && bytes.find("sarif") != std::string_view::npos;
                },
                k_public};
    return {"such a report",
            [](std::string_view bytes) { return bytes.starts_with(R"({"create":)"); }, k_public};
}

} // namespace

MachineReports::MachineReports(const std::vector<std::string> &words,
                               const std::vector<std::string> &kinds, Outputs &outputs)
    : sarif_(render::sarif_of_check({})) {
    for (const auto &[kind, file] : parse_assignments("--report", words, "junit=report.xml")) {
        if (std::ranges::find(kinds, kind) == kinds.end()) {
            const auto near = base::did_you_mean(kind, kinds);
            throw Error(ErrorKind::usage,
                        fmt::format("this command has no report '{}'; it has: {}",
                                    base::escape(kind), base::listed(kinds)),
                        near ? fmt::format("did you mean '{}'?", *near) : std::string());
        }
        if (file.empty() || file == "-")
            throw Error(
                ErrorKind::usage,
                fmt::format("--report {} needs a file; standard output holds the result", kind),
                fmt::format("for example: --report {}=report.{}", kind,
                            kind == k_junit ? "xml" : "json"));
        files_[kind] = &outputs.add(file, kind_of(kind));
    }
}

void MachineReports::add(const std::vector<Diagnostic> &diagnostics,
                         const std::vector<std::string> &files) {
    suites_.push_back(render::junit_of_check(diagnostics, files));
    sarif_ = render::sarif_of_check(diagnostics);
}

void MachineReports::add(const Plan &plan) {
    std::ranges::move(render::junit_of_plan(plan), std::back_inserter(suites_));
    counts_ += render::count_plan(plan);
}

void MachineReports::add(const Report &report) {
    std::ranges::move(render::junit_of_report(report), std::back_inserter(suites_));
}

void MachineReports::add(const std::filesystem::path &recipe, const Error &error) {
    suites_.push_back(render::junit_of_error(recipe.string(), error));
}

std::string MachineReports::text_of(const std::string &kind) const {
    if (kind == k_junit)
        return render::junit_xml(suites_);
    if (kind == k_sarif)
        return sarif_.dump(2) + "\n";
    return render::gitlab_terraform(counts_).dump() + "\n";
}

void MachineReports::write() const {
    std::exception_ptr failure;
    for (const auto &[kind, file] : files_) {
        try {
            file->write(text_of(kind));
        } catch (const Error &) {
            failure = std::current_exception();
        }
    }
    if (failure)
        std::rethrow_exception(failure);
}

void MachineReports::write_beside_error(Console &console) const {
    try {
        write();
    } catch (const Error &error) {
        console.error(error);
    }
}

void report_option(Command &command, std::vector<std::string> &words,
                   const std::vector<std::string> &kinds) {
    command.repeated_option("--report", words, "KIND=FILE",
                            fmt::format("also write a report for a CI system into a file; "
                                        "repeatable; kinds: {}",
                                        base::listed(kinds)));
}

} // namespace retouch::cli
