// Drift is what somebody has to act on, so it alone counts; what is pending or was not looked at
// is said after it.

#include "render/drift_summary.hpp"

#include "render/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::render {

namespace {

std::string verdict(const DriftReport &report) {
    const auto fixed =
        static_cast<std::size_t>(std::ranges::count(report.drift, true, &Deviation::apply_fixes));
    const std::size_t count = report.drift.size();
    if (count == 0)
        return report.image ? "No drift." : "Nothing to compare.";
    std::string text = fmt::format("Drift: {}", counted(count, "difference"));
    if (fixed == count)
        return text + (count == 1 ? "; apply fixes it." : "; apply fixes all of them.");
    if (fixed == 0)
        return text + (count == 1 ? "; apply does not fix it." : "; apply fixes none of them.");
    return text + fmt::format("; apply fixes {} of them.", fixed);
}

} // namespace

std::string drift_summary(const DriftReport &report) {
    std::string text = verdict(report);
    if (!report.pending.empty() && report.image)
        text += fmt::format(" {} pending.", report.pending.size());
    if (!report.unchecked.empty())
        text += fmt::format(" {} not looked at.", report.unchecked.size());
    return text;
}

} // namespace retouch::render
