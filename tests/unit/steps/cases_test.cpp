// The cases of tests/steps that execute no code, on a guest in memory: the fast half of what
// tests/steps/cases_on_guests.cpp does on real ones.

#include "support/memory_guest.hpp"
#include "support/step_cases.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

TEST_CASE("steps: cases without commands hold in memory") {
    for (const StepCase &step_case : step_cases()) {
        if (step_case.runs_code())
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
            const std::string outcome = applied(step_case, guest);
            CHECK(outcome == golden(step_case, "apply.txt", outcome));
            CHECK(unmet(step_case, guest) == "");
            const std::string again = planned(step_case, guest);
            CHECK(again == golden(step_case, "plan-again.txt", again));
        }
    }
}
