#include "apply/run.hpp"

#include "base/exit_code.hpp"

namespace retouch::apply {

void ask(const Run &run, const Plan &plan, const Target &target, const NameLock &lock) {
    const base::Stopwatch waiting;
    const bool agreed = !run.confirm || run.confirm(plan);
    run.waited_seconds += waiting.seconds();
    if (!agreed)
        throw Cancelled();
    recover(run.catalog, run.events);
    clear_unfinished(run.catalog, target.publish.name,
                     {run.id, lock.domain(), target.publish.owner}, run.events);
}

void add_left(TargetReport &report, const std::vector<std::string> &left) {
    report.notes.insert(report.notes.end(), left.begin(), left.end());
    if (!left.empty())
        report.exit_code = base::exit_code(ErrorKind::temporary);
}

Report start_report(const Run &run, const std::string &catalog, const std::string &recipes) {
    run.events.on({EventKind::run_started, "", recipes, {{"run", run.id}, {"recipe", recipes}}});
    Report report;
    report.run = run.id;
    report.catalog = catalog;
    return report;
}

void end_report(const Run &run, Report &report) {
    bool failed = false;
    for (const TargetReport &target : report.targets)
        failed = failed || target.outcome == TargetOutcome::failed;
    report.seconds = run.stopwatch.seconds() - run.waited_seconds;
    run.events.on({EventKind::run_finished,
                   "",
                   failed ? "failed" : "done",
                   {{"outcome", failed ? "failed" : "done"}, {"seconds", report.seconds}}});
}

} // namespace retouch::apply
