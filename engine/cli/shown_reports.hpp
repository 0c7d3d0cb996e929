#pragma once
// Shown reports: the runs of one call of apply, one per recipe or plan: their reports on standard
// output as they come, in the reports for machines, and in the last line and the exit code, which
// tell of all of them.

#include "cli/documents.hpp"
#include "cli/machine_reports.hpp"
#include "cli/turns.hpp"
#include "render/call_summary.hpp"

#include <functional>
#include <string>
#include <vector>

namespace retouch::cli {

class ShownReports {
  public:
    /// Of these recipes or plans. It borrows the rest.
    ShownReports(const std::string &format, Context &context, MachineReports &reports,
                 std::vector<Subject> subjects);
    ShownReports(const ShownReports &) = delete;
    ShownReports &operator=(const ShownReports &) = delete;

    /// As Turns::prepare() and Turns::each(); the reports for machines are written when they throw.
    void prepare(const std::function<void()> &act);
    void each(const std::function<Report(std::size_t)> &act);

    /// Writes the reports for machines. What is done stays done when an output fails: that is said,
    /// and is the exit code when there is no worse one.
    [[nodiscard]] int finish();

  private:
    [[nodiscard]] DocumentPlace place() const {
        return {format_, context_.console.out_colour(), turns_.count(), turns_.ended() > 0};
    }

    void failed(const Subject &subject, const Error &error);
    [[nodiscard]] int take(const std::string &path, const Report &report);
    void show(const std::string &text);
    void stopped();
    void total();
    void undelivered(const Error &error);

    const std::string &format_;
    Context &context_;
    MachineReports &reports_;
    Turns turns_;
    std::size_t begun_ = 0;
    render::ReportCounts counts_;
    std::vector<render::Failure> failures_;
    std::string done_; ///< what was published, for people
    bool undelivered_ = false;
    bool interrupted_ = false; ///< while something was written
};

} // namespace retouch::cli
