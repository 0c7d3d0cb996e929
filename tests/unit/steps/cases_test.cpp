// The cases of tests/steps that execute no code, and those of images that no real guest here is, on
// a guest in memory: the fast half of what tests/steps/cases_on_guests.cpp does on real ones.

#include "plan/foreseen_guest.hpp"
#include "retouch/error.hpp"
#include "support/memory_guest.hpp"
#include "support/step_cases.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

/// What of the state afterwards does not hold in the guest that steps foresee; nothing when one of
/// them says nothing beforehand.
std::string unmet_as_foreseen(const StepCase &step_case, const MemoryGuest &guest) {
    plan::ForeseenGuest after(guest);
    for (const Step &step : step_case.recipe.steps) {
        try {
            if (!after.add(step) && !find_step_kind(step.kind)->only_looks)
                return {};
        } catch (const Error &) {
            return {};
        }
    }
    return unmet(step_case, after);
}

/// Real guests are Debian's.
bool is_of_another_family(const StepCase &step_case) {
    return !step_case.package_manager.empty() && step_case.package_manager != "apt";
}

} // namespace

TEST_CASE("steps: cases without commands hold in memory") {
    for (const StepCase &step_case : step_cases()) {
        if (step_case.runs_code() && !is_of_another_family(step_case))
            continue;
        DYNAMIC_SECTION(step_case.name()) {
            MemoryGuest guest;
            if (!step_case.package_manager.empty())
                guest.mutable_facts().package_manager = step_case.package_manager;
            const PreparedGuest prepared(guest, step_case);
            const int mutations = guest.mutations();
            const std::string plan = planned(step_case, guest);
            CHECK(guest.mutations() == mutations);
            CHECK(plan == golden(step_case, "plan.txt", plan));
            const std::string foreseen = unmet_as_foreseen(step_case, guest);
            const std::string outcome = applied(step_case, guest);
            CHECK(outcome == golden(step_case, "apply.txt", outcome));
            CHECK(unmet(step_case, guest) == "");
            // What a step changes is what it said before.
            if (plan.find("error ") == plan.npos)
                CHECK(foreseen == "");
            const std::string again = planned(step_case, guest);
            CHECK(again == golden(step_case, "plan-again.txt", again));
        }
    }
}
