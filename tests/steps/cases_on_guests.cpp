// Every case of tests/steps on every guest this machine allows: each kind of guest is opened once,
// because an appliance takes seconds to start, and put back after each case.
// RETOUCH_TEST_GUEST=host|appliance chooses one. Goldens come from here and from the unit test
// alike.

#include "base/file.hpp"
#include "model/names.hpp"
#include "support/step_cases.hpp"
#include "support/tiny_image.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <unistd.h>

using namespace retouch;
using namespace retouch::test;

namespace {

class Silent : public EventSink {
  public:
    void on(const Event & /*event*/) override {}
};

void run_case(const StepCase &step_case, Guest &guest) {
    INFO(step_case.name());
    const PreparedGuest prepared(guest, step_case);
    const std::string plan = planned(step_case, guest);
    CHECK(plan == golden(step_case, "plan.txt", plan));
    const std::string outcome = applied(step_case, guest);
    CHECK(outcome == golden(step_case, "apply.txt", outcome));
    CHECK(unmet(step_case, guest) == "");
    const std::string again = planned(step_case, guest);
    CHECK(again == golden(step_case, "plan-again.txt", again));
}

void run_cases(GuestKind kind) {
    const base::TemporaryDirectory directory("/tmp", "step-cases-");
    const std::filesystem::path image = directory.path() / "image.raw";
    make_tiny_image(image);
    Silent events;
    GuestOptions options{kind, directory.path()};
    if (const char *appliance = std::getenv("RETOUCH_TEST_APPLIANCE"))
        options.appliance = model::from_name<ApplianceKind>(appliance).value();
    const auto guest = open_guest(disk_of(image, false), options, events);
    std::size_t count = 0;
    for (const StepCase &step_case : step_cases())
        if (step_case.package_manager.empty() ||
            step_case.package_manager == guest->facts().package_manager) {
            run_case(step_case, *guest);
            ++count;
        }
    guest->finish();
    CHECK(count > 0);
}

bool wanted(const std::string &kind) {
    const char *only = std::getenv("RETOUCH_TEST_GUEST");
    return only == nullptr || kind == only;
}

} // namespace

TEST_CASE("steps: every case holds in a guest mounted on the host") {
    if (wanted("host") && geteuid() == 0)
        run_cases(GuestKind::host);
}

TEST_CASE("steps: every case holds in the appliance") {
    if (wanted("appliance"))
        run_cases(GuestKind::appliance);
}
