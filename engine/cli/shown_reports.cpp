// Shown reports: see the header. When standard output fails, what was published is said on standard
// error: nobody else would know.

#include "cli/shown_reports.hpp"

#include "base/exit_code.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/undelivered.hpp"
#include "cli/exit_codes.hpp"
#include "model/names.hpp"
#include "render/report_summary.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

namespace retouch::cli {

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
            base::add_part(text,
                           fmt::format("{} is {}: retouch show {}", render::in_quotes(target.name),
                                       model::to_string(target.outcome), target.image_id),
                           "\n");
    return text;
}

} // namespace

ShownReports::ShownReports(const std::string &format, Context &context, MachineReports &reports,
                           std::vector<Subject> subjects)
    : format_(format),
      context_(context),
      reports_(reports),
      turns_(context, std::move(subjects),
             [this](const Subject &subject, const Error &error) { failed(subject, error); }) {}

void ShownReports::prepare(const std::function<void()> &act) {
    try {
        turns_.prepare(act);
    } catch (const Error &) {
        reports_.write_beside_error(context_.console);
        throw;
    }
}

void ShownReports::each(const std::function<Report(std::size_t)> &act) {
    try {
        turns_.each([&](std::size_t number) {
            ++begun_;
            return take(turns_.subject(number).path, act(number));
        });
    } catch (const Error &) {
        reports_.write_beside_error(context_.console);
        stopped();
        throw;
    }
}

void ShownReports::failed(const Subject &subject, const Error &error) {
    reports_.add(subject.path, error);
    show(shown_failure(recipe_failure(subject.path, subject.name, error), "report", place()));
    failures_.push_back({subject.path, base::pending_interrupt() != 0 ? "interrupted" : ""});
}

/// The exit code the report asks for.
int ShownReports::take(const std::string &path, const Report &report) {
    if (report.targets.empty())
        return 0;
    reports_.add(report);
    const int code = worst_exit_code(report);
    counts_.add(report);
    if (code != 0)
        failures_.push_back({path, render::is_unfinished(report) ? "something is left to do" : ""});
    base::add_part(done_, done_by(report), "\n");
    show(shown_report(report, place()));
    return code;
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
    if (interrupted_)
        return base::exit_code(ErrorKind::interrupted);
    const int code = turns_.exit_code();
    return code == 0 && undelivered_ ? base::k_undelivered : code;
}

void ShownReports::show(const std::string &text) {
    try {
        context_.console.out(text);
    } catch (const Error &error) {
        undelivered(error);
    }
}

/// The error is said elsewhere; what was done before it stays done.
void ShownReports::stopped() {
    if (turns_.ended() == 0)
        return;
    try {
        total();
    } catch (const Error &) {
        // What is thrown next is worse.
    }
}

void ShownReports::total() {
    const std::size_t count = turns_.count();
    show_total(context_, format_, count > 1, !failures_.empty(),
               render::reports_summary(counts_, count, failures_, count - begun_));
}

/// The error, and what was done before it.
void ShownReports::undelivered(const Error &error) {
    undelivered_ = true;
    interrupted_ = interrupted_ || error.kind() == ErrorKind::interrupted;
    const char *between = done_.empty() || error.hint().empty() ? "" : "\n";
    context_.console.error({error.kind(), error.what(), error.hint() + between + done_});
}

} // namespace retouch::cli
