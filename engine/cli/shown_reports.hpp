#pragma once
// Shown reports: the runs of one call of apply, one per recipe or plan: their reports on standard
// output as they come, in the reports for machines, and in the last line and the exit code, which
// tell of all of them.

#include "cli/documents.hpp"
#include "cli/machine_reports.hpp"
#include "render/call_summary.hpp"

#include <functional>
#include <string>
#include <vector>

namespace retouch {

class ShownReports {
  public:
    /// Of `count` recipes or plans. It borrows the rest.
    ShownReports(const std::string &format, Context &context, MachineReports &reports,
                 std::size_t count)
        : format_(format), context_(context), reports_(reports), count_(count) {}

    /// Runs `act`. An Error of one of several does not stop the others; of the only one, or when
    /// interrupted, it is thrown on.
    void add(const std::string &path, const std::string &name, const std::function<Report()> &act);

    /// `error` keeps this one from being begun; it is said elsewhere.
    void refuse(const std::string &path, const std::string &name, const Error &error);

    void write_beside_error() { reports_.write_beside_error(context_.console); }

    /// Writes the reports for machines. What is done stays done when an output fails: that is said,
    /// and is the exit code when there is no worse one.
    [[nodiscard]] int finish();

  private:
    [[nodiscard]] DocumentPlace place() const {
        return {format_, context_.console.out_colour(), count_, !codes_.empty()};
    }

    void show(const std::string &text);
    void stopped(const std::string &path);
    void total();
    void undelivered(const Error &error);

    const std::string &format_;
    Context &context_;
    MachineReports &reports_;
    std::size_t count_;
    std::vector<int> codes_;
    ReportCounts counts_;
    std::vector<Failure> failures_;
    std::string done_; ///< what was published, for people
    bool undelivered_ = false;
};

} // namespace retouch
