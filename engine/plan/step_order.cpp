#include "plan/step_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace retouch::plan {

void move_late(std::vector<Step> &steps) {
    std::ranges::stable_sort(steps, {}, [](const Step &step) {
        return step.late ? k_late_order : find_step_kind(step.kind)->order;
    });
}

void refuse_late(const std::vector<Step> &steps, const ReadContext &context, Diagnostics &found) {
    for (const Step &step : steps)
        if (step.late)
            found.add(context.error({step.origin.line, 1, 0},
                                    "in 'steps' each entry runs where it stands, none at the end",
                                    "take 'phase' or 'during' out, and put what is to run at the "
                                    "end into a section of its own, further down"));
}

void number(std::vector<Step> &steps) {
    std::map<std::string, std::size_t> seen;
    for (Step &step : steps)
        step.id = fmt::format("{}[{}]", step.kind, seen[step.kind]++);
}

} // namespace retouch::plan
