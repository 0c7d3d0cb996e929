#include "store/diagnosis.hpp"

#include "unit/store/rbd_rig.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace retouch;
using namespace retouch::test;

namespace {

using State = Finding::State;

Finding found(const std::vector<Finding> &findings, const std::string &subject) {
    const auto finding = std::ranges::find(findings, subject, &Finding::subject);
    CAPTURE(subject);
    REQUIRE(finding != findings.end());
    return *finding;
}

} // namespace

TEST_CASE("diagnosis of image files: a directory that is not there is not made") {
    const Scratch scratch;
    const auto findings = store::file_store_findings(scratch / "new" / "images");
    CHECK(findings.front() ==
          Finding{"Image files", "directory", State::ok,
                  (scratch / "new" / "images").string() + " will be made when it is needed", "",
                  ErrorKind::failed});
    CHECK(found(findings, "copies").state != State::failed);
    CHECK(found(findings, "space").state != State::failed);
    CHECK(names_in(scratch / ".").empty());
}

TEST_CASE("diagnosis of image files: a file in the place of the directory fails, and ends it") {
    const Scratch scratch;
    base::write_file_atomically(scratch / "images", "text");
    const auto findings = store::file_store_findings(scratch / "images");
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().state == State::failed);
    CHECK(findings.front().detail ==
          "cannot use " + (scratch / "images").string() + ": Not a directory");
}

TEST_CASE("diagnosis of Ceph: a configuration that is not there fails as apply does") {
    const Scratch scratch;
    const std::string conf = (scratch / "ceph.conf").string();
    const auto findings =
        store::rbd_findings({.conf = conf, .user = "glance", .keyring = {}}, "images");
    CHECK(findings.back() == Finding{"Ceph", "configuration", State::failed,
                                     "cannot open " + conf + ": No such file or directory",
                                     "name the right file in retouch.yaml (rbd: conf) or in "
                                     "CEPH_CONF",
                                     ErrorKind::bad_config});
}

TEST_CASE("diagnosis of Ceph: all rights of a Glance user are tried, and nothing is left",
          "[rig]") {
    if (skipped_without_rig())
        return;
    const auto findings = store::rbd_findings(glance_access(), k_pool);
    for (const Finding &finding : findings) {
        CAPTURE(finding.subject, finding.detail);
        CHECK(finding.state == State::ok);
    }
    CHECK(found(findings, "rights").detail ==
          "client.glance may make, clone, protect, flatten and remove images");
    CHECK(rbd({"ls", k_pool}).find("doctor") == std::string::npos);
}

TEST_CASE("diagnosis of Ceph: who may only read is told so, and nothing is left", "[rig]") {
    if (skipped_without_rig())
        return;
    const Scratch scratch;
    const auto keyring = scratch / "keyring";
    const base::ProcessResult made =
        ceph_tool("ceph", {"auth", "get-or-create", "client.doctor-reader", "mon", "profile rbd",
                           "osd", "profile rbd-read-only pool=images", "-o", keyring.string()});
    CAPTURE(made.err);
    REQUIRE(made.ok());
    const auto findings = store::rbd_findings(
        {.conf = rig_directory() / "ceph.conf", .user = "doctor-reader", .keyring = keyring},
        k_pool);
    static_cast<void>(ceph_tool("ceph", {"auth", "del", "client.doctor-reader"}));
    CHECK(found(findings, "pool").state == State::ok);
    const Finding lock = found(findings, "lock");
    CHECK(lock.state == State::failed);
    CHECK(lock.kind == ErrorKind::not_authorised);
    CHECK(rbd({"ls", k_pool}).find("doctor") == std::string::npos);
}

TEST_CASE("diagnosis of Ceph: a pool that is not there ends it", "[rig]") {
    if (skipped_without_rig())
        return;
    const auto findings = store::rbd_findings(glance_access(), "imges");
    CHECK(findings.back().subject == "pool");
    CHECK(findings.back().state == State::failed);
    CHECK(findings.back().kind == ErrorKind::refused);
}
