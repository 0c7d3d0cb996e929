// Reaching a cluster: every way to fail has its words, none waits for ever.

#include "store/rbd/rbd_store.hpp"
#include "unit/store/rbd_rig.hpp"

using namespace retouch;
using namespace retouch::test;

namespace {

std::string failure_of(const RbdAccess &access, const Scratch &scratch, ErrorKind kind) {
    return error_of(
        scratch.path(), [&] { const store::Cluster cluster(access); }, kind);
}

void write(const std::filesystem::path &path, const std::string &text) {
    base::write_file_atomically(path, text);
}

} // namespace

TEST_CASE("rbd cluster: a missing or senseless configuration is told") {
    const Scratch scratch;
    RbdAccess access{.conf = scratch / "ceph.conf", .user = "glance", .keyring = {}};
    const std::string hint =
        "\nhint: name the right file in retouch.yaml (rbd: conf) or in CEPH_CONF";
    CHECK(failure_of(access, scratch, ErrorKind::bad_config) ==
          "cannot read the Ceph configuration DIR/ceph.conf: No such file or directory" + hint);
    write(access.conf, "[global\nnonsense");
    CHECK(failure_of(access, scratch, ErrorKind::bad_config) ==
          "cannot read the Ceph configuration DIR/ceph.conf: it is malformed" + hint);
    write(access.conf, "[global]\n");
    CHECK(failure_of(access, scratch, ErrorKind::bad_config) ==
          "the Ceph configuration DIR/ceph.conf names no monitor\nhint: it needs mon_host");
}

TEST_CASE("rbd cluster: a store connects only when it must") {
    const Scratch scratch;
    const store::RbdStore store({.conf = scratch / "ceph.conf", .user = {}, .keyring = {}},
                                "images");
    CHECK(store.pools() == std::vector<std::string>{"images"});
    Image image;
    image.disk_format = "iso";
    CHECK_THROWS_WITH(store.disk(image), Catch::Contains("its disk format is iso"));
}

TEST_CASE("rbd cluster: a cluster that does not answer is given up on") {
    const Scratch scratch;
    const RbdAccess access{
        .conf = scratch / "ceph.conf", .user = "glance", .keyring = scratch / "keyring"};
    write(access.conf, "[global]\nmon_host = 127.0.0.1:1\n");
    write(access.keyring, "[client.glance]\nkey = AQDxZpRlAAAAABAAkTzL5Lh+6t4Q8aWnCwRBxg==\n");
    CHECK(
        failure_of(access, scratch, ErrorKind::unavailable) ==
        "cannot reach the Ceph cluster of DIR/ceph.conf: no monitor answered within 10 s\n"
        "hint: check the network, and mon_host in that file; 'ceph -s' shows the cluster's state. "
        "A cluster that requires newer clients than the libraries here, or whose keys are of a "
        "newer kind, does not answer either");
}

TEST_CASE("rbd cluster: a missing keyring names file and user", "[rig]") {
    if (skipped_without_rig())
        return;
    const Scratch scratch;
    RbdAccess access = glance_access();
    access.keyring = scratch / "keyring";
    CHECK(failure_of(access, scratch, ErrorKind::not_authorised) ==
          "no readable keyring for the Ceph user client.glance: looked for DIR/keyring\n"
          "hint: name one in retouch.yaml (rbd: keyring), and make it readable for this user");
}

TEST_CASE("rbd cluster: a wrong user or key is refused by name", "[rig]") {
    if (skipped_without_rig())
        return;
    const Scratch scratch;
    RbdAccess access = glance_access();
    access.keyring = scratch / "keyring";
    const auto expected = [](const std::string &user) {
        return fmt::format(
            "Ceph does not accept the user client.{0} with the keyring DIR/keyring: Permission "
            "denied\nhint: compare that file with 'ceph auth get client.{0}'",
            user);
    };
    write(access.keyring, "[client.glance]\nkey = AQDxZpRlAAAAABAAkTzL5Lh+6t4Q8aWnCwRBxg==\n");
    CHECK(failure_of(access, scratch, ErrorKind::not_authorised) == expected("glance"));
    access.user = "nobody";
    CHECK(failure_of(access, scratch, ErrorKind::not_authorised) == expected("nobody"));
}

TEST_CASE("rbd cluster: children get none of its descriptors", "[rig]") {
    if (skipped_without_rig())
        return;
    const store::Cluster cluster(glance_access());
    CHECK(cluster.fsid() == rig_fsid());
    base::ProcessSpec spec;
    spec.program = "ls";
    spec.arguments = {"-l", "/proc/self/fd"};
    const std::string listed = base::run_checked(spec, "look").out;
    CHECK(listed.find("socket:") == std::string::npos);
    CHECK(base::split_lines(listed).size() <= 5);
}
