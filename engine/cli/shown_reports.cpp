// Shown reports: see the header. When standard output fails, what was published is said on standard
// error: nobody else would know.

#include "cli/shown_reports.hpp"

#include "base/exit_code.hpp"
#include "base/interrupt.hpp"
#include "base/undelivered.hpp"
#include "cli/exit_codes.hpp"
#include "model/names.hpp"
#include "render/report_summary.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch {

namespace {

int worst_exit_code(const Report &report) {
    std::vector<int> codes;
    for (const TargetReport &target : report.targets)
        codes.push_back(target.exit_code);
    return combined_exit_code(codes);
}

/// What a report says was done, for the case that it cannot be written.
std::string done_by(const Report &report) {
    std::string text;
    for (const TargetReport &target : report.targets)
        if (target.outcome == TargetOutcome::published || target.outcome == TargetOutcome::updated)
            text += fmt::format("{}{} is {}: retouch show {}", text.empty() ? "" : "\n",
                                in_quotes(target.name), to_string(target.outcome), target.image_id);
    return text;
}

} // namespace

void ShownReports::add(const std::string &path, const std::string &name,
                       const std::function<Report()> &act) {
    try {
        const Report report = act();
        const DocumentPlace here = place();
        reports_.add(report);
        codes_.push_back(worst_exit_code(report));
        counts_.add(report);
        if (codes_.back() != 0)
            failures_.push_back({path, is_unfinished(report) ? "something is left to do" : ""});
        done_ += (done_.empty() ? "" : "\n") + done_by(report);
        show(shown_report(report, here));
    } catch (const Error &error) {
        reports_.add(path, error);
        show(shown_failure(recipe_failure(path, name, error), "report", place()));
        if (count_ == 1 || pending_interrupt() != 0) {
            write_beside_error();
            stopped(path);
            throw;
        }
        context_.console.error(about_recipe(error, path));
        failures_.push_back({path, {}});
        codes_.push_back(exit_code(error.kind()));
    }
}

void ShownReports::refuse(const std::string &path, const std::string &name, const Error &error) {
    reports_.add(path, error);
    show(shown_failure(recipe_failure(path, name, error), "report", place()));
    codes_.push_back(exit_code_of(error));
}

int ShownReports::finish() {
    try {
        if (!undelivered_)
            total();
    } catch (const Error &error) {
        undelivered(error);
    }
    try {
        reports_.write();
    } catch (const Error &error) {
        undelivered(error);
    }
    const int code = combined_exit_code(codes_);
    return code == 0 && undelivered_ ? k_undelivered : code;
}

void ShownReports::show(const std::string &text) {
    try {
        context_.console.out(text);
    } catch (const Error &error) {
        undelivered(error);
    }
}

/// The error is said elsewhere; what was done before it stays done.
void ShownReports::stopped(const std::string &path) {
    if (codes_.empty())
        return;
    failures_.push_back({path, "interrupted"});
    codes_.push_back(exit_code(ErrorKind::interrupted));
    try {
        total();
    } catch (const Error &) {
        // What is thrown next is worse.
    }
}

void ShownReports::total() {
    show_total(
        context_, format_, count_ > 1, !failures_.empty(),
        reports_summary(counts_, count_, failures_, count_ - std::min(count_, codes_.size())));
}

/// The error, and what was done before it.
void ShownReports::undelivered(const Error &error) {
    undelivered_ = true;
    if (error.kind() == ErrorKind::interrupted)
        codes_.push_back(exit_code(error.kind()));
    const char *between = done_.empty() || error.hint().empty() ? "" : "\n";
    context_.console.error({error.kind(), error.what(), error.hint() + between + done_});
}

} // namespace retouch
