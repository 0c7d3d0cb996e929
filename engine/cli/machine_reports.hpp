#pragma once
// Machine reports: files beside the result for CI systems (--report KIND=FILE): collected while a
// command works, written at its end whatever that is. What is in them is render's.

#include "cli/arguments.hpp"
#include "cli/outputs.hpp"
#include "render/machine/report_junit.hpp"
#include "render/plan_summary.hpp"
#include "retouch/json.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace retouch::cli {

class MachineReports {
  public:
    /// `words` are KIND=FILE, as given with --report. Throws Error: usage for a kind that is not
    /// among `kinds`, a kind given twice, standard output as the file, or a file that may not be
    /// replaced. The files are added to `outputs`, which must outlive this.
    MachineReports(const std::vector<std::string> &words, const std::vector<std::string> &kinds,
                   Outputs &outputs);

    void add(const std::vector<Diagnostic> &diagnostics, const std::vector<std::string> &files);
    void add(const Plan &plan);
    void add(const Report &report);
    void add(const std::filesystem::path &recipe, const Error &error);

    /// Writes every file whole, the others too when one cannot be written. Throws
    /// Undelivered.
    void write() const;

    /// As write(), but says a failure on `console`: for when something worse is thrown next.
    void write_beside_error(Console &console) const;

  private:
    [[nodiscard]] std::string text_of(const std::string &kind) const;

    std::map<std::string, base::OutputFile *> files_; ///< by kind
    std::vector<render::JunitSuite> suites_;
    render::PlanCounts counts_;
    Json sarif_;
};

/// The option itself, for commands that offer `kinds`.
void report_option(Command &command, std::vector<std::string> &words,
                   const std::vector<std::string> &kinds);

} // namespace retouch::cli
