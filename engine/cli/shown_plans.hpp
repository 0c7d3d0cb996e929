#pragma once
// Shown plans: the plans of one call as standard output gets them, and its last line, which tells
// of all of them. What a plan looks like is render's.

#include "cli/context.hpp"
#include "render/call_summary.hpp"
#include "retouch/error.hpp"
#include "retouch/plan.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace retouch {

class ShownPlans {
  public:
    /// `format` is text, json or markdown.
    ShownPlans(Context &context, std::string format, std::size_t recipes)
        : context_(context), format_(std::move(format)), recipes_(recipes) {}

    /// Throws Error, as Console::out.
    void show(const Plan &plan);

    /// The plan shown last can be had: it was not refused afterwards.
    void count(const Plan &plan);

    /// The recipe has no plan, or it was refused. `thrown`: the error is said elsewhere.
    void fail(const std::filesystem::path &recipe, const Error &error, bool thrown);

    /// Says what they come to, unless the only plan has said it. Throws Error, as Console::out.
    void finish();

  private:
    Context &context_;
    std::string format_;
    std::size_t recipes_;
    std::size_t shown_ = 0;
    PlanCounts counts_;
    std::vector<Failure> failures_;
};

} // namespace retouch
