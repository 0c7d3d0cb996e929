// Machine reports: one file for each kind, however many recipes there are.
// They are written before a failure ends the command, for then they are needed most.

#include "cli/machine_reports.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "render/report_gitlab.hpp"
#include "render/report_sarif.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace retouch {

namespace {

constexpr const char *k_junit = "junit";
constexpr const char *k_sarif = "sarif";

std::string listed(const std::vector<std::string> &kinds) {
    std::string text;
    for (const std::string &kind : kinds)
        text += (text.empty() ? "" : ", ") + kind;
    return text;
}

} // namespace

MachineReports::MachineReports(const std::vector<std::string> &words,
                               const std::vector<std::string> &kinds)
    : files_(parse_assignments("--report", words, "junit=report.xml")), sarif_(sarif_of_check({})) {
    for (const auto &[kind, file] : files_) {
        if (std::ranges::find(kinds, kind) == kinds.end()) {
            const auto near = did_you_mean(kind, kinds);
            throw Error(ErrorKind::usage,
                        fmt::format("this command has no report '{}'; it has: {}", escape(kind),
                                    listed(kinds)),
                        near ? fmt::format("did you mean '{}'?", *near) : std::string());
        }
        if (file.empty() || file == "-")
            throw Error(
                ErrorKind::usage,
                fmt::format("--report {} needs a file; standard output holds the result", kind),
                fmt::format("for example: --report {}=report.{}", kind,
                            kind == k_junit ? "xml" : "json"));
    }
}

void MachineReports::add(const std::vector<Diagnostic> &diagnostics,
                         const std::vector<std::string> &files) {
    suites_.push_back(junit_of_check(diagnostics, files));
    sarif_ = sarif_of_check(diagnostics);
}

void MachineReports::add(const Plan &plan) {
    std::ranges::move(junit_of_plan(plan), std::back_inserter(suites_));
    const PlanCounts counts = count_plan(plan);
    counts_.create += counts.create;
    counts_.update += counts.update;
}

void MachineReports::add(const Report &report) {
    std::ranges::move(junit_of_report(report), std::back_inserter(suites_));
}

void MachineReports::add(const std::filesystem::path &recipe, const Error &error) {
    suites_.push_back(junit_of_error(recipe.string(), error));
}

void MachineReports::write() const {
    for (const auto &[kind, file] : files_) {
        if (kind == k_junit)
            write_file_atomically(file, junit_xml(suites_));
        else if (kind == k_sarif)
            write_file_atomically(file, sarif_.dump(2) + "\n");
        else
            write_file_atomically(file, gitlab_terraform(counts_).dump() + "\n");
    }
}

void report_option(Command &command, std::vector<std::string> &words,
                   const std::vector<std::string> &kinds) {
    command.repeated_option("--report", words, "KIND=FILE",
                            fmt::format("also write a report for a CI system into a file; "
                                        "repeatable; kinds: {}",
                                        listed(kinds)));
}

} // namespace retouch
