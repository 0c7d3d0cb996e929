#include "render/findings.hpp"

#include "unit/render/printable.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

using State = Finding::State;

std::vector<Finding> three_findings() {
    return {{"This host", "temporary files", State::ok, "54.3 GiB free in /tmp", "", {}},
            {"This host", "KVM", State::warning, "/dev/kvm is absent", "load kvm_intel", {}},
            {"Ceph", "pool", State::failed, "there is no pool 'imges'", "name another",
             ErrorKind::refused}};
}

} // namespace

TEST_CASE("findings text: areas, aligned lines, remedies under them and a summary") {
    CHECK(render::findings_text(three_findings(), false) == R"(This host
  ok       temporary files  54.3 GiB free in /tmp
  warning  KVM              /dev/kvm is absent
           load kvm_intel

Ceph
  failed   pool             there is no pool 'imges'
           name another

3 checks: 1 failed, 1 warning, 1 ok.
)");
}

TEST_CASE("findings text: colour marks the states and changes no word") {
    const std::string text = render::findings_text(three_findings(), true);
    CHECK(without_colour(text) == render::findings_text(three_findings(), false));
    CHECK(text.find("  \x1b[32mok\x1b[0m       temporary files") != std::string::npos);
    CHECK(text.find("  \x1b[33mwarning\x1b[0m  KVM") != std::string::npos);
    CHECK(text.find("  \x1b[31mfailed\x1b[0m   pool") != std::string::npos);
}

TEST_CASE("findings text: when all is well it says so, and one check is one") {
    CHECK(render::findings_text({{"Ceph", "pool", State::ok, "'images'", "", {}}}, false) ==
          "Ceph\n  ok       pool  'images'\n\n1 check: all is well.\n");
}

TEST_CASE("findings text: what somebody else wrote cannot reach the terminal raw") {
    const std::vector<Finding> findings = {
        {"Cloud \x1b[2J", "login", State::failed, "said \x1b]0;x\x07", "try\r\n\x1b[1A", {}}};
    const std::string text = render::findings_text(findings, false);
    CHECK(is_printable(text));
    CHECK(text == "Cloud \\x1b[2J\n  failed   login  said \\x1b]0;x\\x07\n"
                  "           try\\x0d\\x0a\\x1b[1A\n\n1 check: 1 failed, 0 warnings, 0 ok.\n");
}

TEST_CASE("findings json: every finding whole, a remedy only where there is one") {
    CHECK(render::findings_json(three_findings()) == Json::parse(R"({
        "format_version": "1.0",
        "findings": [
            {"area": "This host", "subject": "temporary files", "state": "ok",
             "detail": "54.3 GiB free in /tmp"},
            {"area": "This host", "subject": "KVM", "state": "warning",
             "detail": "/dev/kvm is absent", "remedy": "load kvm_intel"},
            {"area": "Ceph", "subject": "pool", "state": "failed",
             "detail": "there is no pool 'imges'", "remedy": "name another"}],
        "summary": {"ok": 1, "warnings": 1, "failed": 1}})"));
    CHECK(render::findings_json({}).dump() ==
          R"({"format_version":"1.0","findings":[],"summary":{"ok":0,"warnings":0,"failed":0}})");
}
