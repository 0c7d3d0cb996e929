#include "base/file.hpp"
#include "cli/configuration.hpp"
#include "render/text/diagnostics.hpp"
#include "retouch/error.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
namespace fs = std::filesystem;

namespace {

void write(const fs::path &path, const std::string &text) {
    fs::create_directories(path.parent_path());
    base::write_file_atomically(path, text);
}

/// What reading `text` as DIRECTORY/retouch.yaml complains about, with the directory taken out.
std::string complaints(const std::string &text) {
    const base::TemporaryDirectory directory(fs::temp_directory_path(), "test-retouch-");
    const fs::path file = directory.path() / "retouch.yaml";
    write(file, text);
    Diagnostics diagnostics;
    const auto configuration = cli::read_configuration(file, diagnostics);
    CHECK(configuration.has_value() == !diagnostics.has_errors());
    std::string out = render::render_diagnostics(diagnostics.sorted(), false);
    const std::string prefix = directory.path().string() + "/";
    for (auto at = out.find(prefix); at != std::string::npos; at = out.find(prefix))
        out.erase(at, prefix.size());
    return out;
}

std::string message_of(const cli::Configuration &configuration, const std::string &name) {
    try {
        static_cast<void>(cli::catalog_called(configuration, name));
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::bad_config);
        return std::string(error.what()) + " | " + error.hint();
    }
    return {};
}

cli::CatalogSettings local(const std::string &name, const fs::path &path) {
    cli::CatalogSettings settings;
    settings.name = name;
    settings.path = path;
    return settings;
}

} // namespace

TEST_CASE("configuration: one that others can write is refused when found, not passed over") {
    const base::TemporaryDirectory directory(fs::temp_directory_path(), "test-retouch-");
    const fs::path file = directory.path() / "planted" / "retouch.yaml";
    write(file, "guest: host\n");
    write(directory.path() / "retouch.yaml", "guest: host\n");
    fs::create_directories(directory.path() / "planted/sub/deep");
    const cli::Environment environment({}, directory.path() / "planted/sub/deep");
    CHECK(cli::find_configuration(environment) == file);
    fs::permissions(file.parent_path(), fs::perms::all);
    try {
        static_cast<void>(cli::find_configuration(environment));
        FAIL("it was found");
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::bad_config);
        CHECK(std::string(error.what()) == "the configuration " + file.string() +
                                               " is not used: everybody may write to its "
                                               "directory");
        CHECK(error.hint() == "name it if you trust it: --config " + file.string() +
                                  "; or make it yours alone, and its directory too: chown and "
                                  "chmod go-w");
    }
}

TEST_CASE("configuration: directories for the files of recipes are relative to it") {
    const base::TemporaryDirectory directory(fs::temp_directory_path(), "test-retouch-");
    write(directory.path() / "retouch.yaml", "files: {allow: [packages, /srv/x]}\n");
    Diagnostics diagnostics;
    const auto configuration =
        cli::read_configuration(directory.path() / "retouch.yaml", diagnostics);
    REQUIRE(configuration.has_value());
    CHECK(configuration->allowed_directories ==
          std::vector<fs::path>{directory.path() / "packages", "/srv/x"});
}

TEST_CASE("configuration: limits of commands are read, and those not given are the usual ones") {
    const base::TemporaryDirectory directory(fs::temp_directory_path(), "test-retouch-");
    const fs::path file = directory.path() / "retouch.yaml";
    const auto limits_of = [&](const std::string &text) {
        write(file, text);
        Diagnostics diagnostics;
        const auto configuration = cli::read_configuration(file, diagnostics);
        REQUIRE(configuration);
        return configuration->limits;
    };
    CHECK(limits_of("guest: host\n") == CommandLimits{});
    CHECK(limits_of("commands: {memory: 1.5GiB, processes: 50, open_files: 64, file_size: 20 MiB,"
                    " time: 1h30m}\n") == CommandLimits{std::uint64_t{3} << 29, 50, 64,
                                                        std::uint64_t{20} << 20,
                                                        std::chrono::seconds(5400)});
    CommandLimits few;
    few.processes = 16;
    CHECK(limits_of("commands: {processes: 16}\n") == few);
    CommandLimits longest;
    longest.memory_bytes = std::uint64_t{999999} << 40;
    CHECK(limits_of("commands: {time: 24h, memory: 999999TiB}\n") == longest);
}

TEST_CASE("configuration: a limit that cannot hold is a mistake, not another limit") {
    const auto complaint = [](const std::string &limit) {
        const std::string text = complaints("commands: {" + limit + "}\n");
        const std::string line = "    commands: {" + limit + "}\n";
        REQUIRE(text.find(line) != std::string::npos);
        return text.substr(0, text.find('\n')) + " |" +
               text.substr(std::min(text.find("help: "), text.size() - 1) + 5);
    };
    const std::string hint = " write hours, minutes and seconds, such as 90s, 10m or 1h30m; leave "
                             "it out for the longest time, 24h\n";
    CHECK(complaint("time: 24h1s") ==
          "retouch.yaml:1:18: error: '24h1s' is not a time from 1s to 24h |" + hint);
    CHECK(complaint("time: 48h") ==
          "retouch.yaml:1:18: error: '48h' is not a time from 1s to 24h |" + hint);
    CHECK(complaint("time: 0s") ==
          "retouch.yaml:1:18: error: '0s' is not a time from 1s to 24h |" + hint);
    CHECK(complaint("memory: 15MiB") ==
          "retouch.yaml:1:20: error: '15MiB' is too little memory to run a command | give it 16MiB "
          "or more\n");
    for (const char *limit :
         {"time: 2d", "time: 60", "time: \"\"", "memory: 4GB", "memory: 4", "memory: 0GiB",
          "memory: -1GiB", "memory: 1000000TiB", "file_size: 1", "file_size: lots", "processes: 15",
          "processes: 1000001", "processes: many", "processes: 50.5", "open_files: 63",
          "open_files: 1000001", "open_files: null", "output: 1MiB"}) {
        CAPTURE(limit);
        CHECK(complaints(std::string("commands: {") + limit + "}\n").find("error: ") !=
              std::string::npos);
    }
}

TEST_CASE("configuration: a cloud, its Ceph cluster and what does not go together") {
    const base::TemporaryDirectory directory(fs::temp_directory_path(), "test-retouch-");
    const fs::path file = directory.path() / "retouch.yaml";
    write(file, "catalogs:\n"
                "  cloud:\n"
                "    type: glance\n"
                "    cloud: production\n"
                "    rbd: { conf: ceph.conf, user: glance, keyring: /etc/key, pool: vms,\n"
                "           scratch_pool: scratch }\n"
                "    source_owners: [p1, p2]\n"
                "    auth_command: [bin/sign-in, --for, ./cloud, '${HOME}', 'a b']\n"
                "    drop_properties: [\"owner_*\", x]\n"
                "  other: { type: glance, auth_command: [openstack, token, issue] }\n");
    Diagnostics diagnostics;
    const auto configuration = cli::read_configuration(file, diagnostics);
    REQUIRE(configuration);
    cli::CatalogSettings cloud;
    cloud.name = "cloud";
    cloud.type = cli::CatalogSettings::Type::glance;
    cloud.cloud = "production";
    cloud.rbd = {directory.path() / "ceph.conf", "glance", "/etc/key"};
    cloud.pool = "vms";
    cloud.scratch_pool = "scratch";
    cloud.source_owners = {"p1", "p2"};
    cloud.auth_command = {directory.path() / "bin/sign-in", "--for", "./cloud", "${HOME}", "a b"};
    cloud.drop_properties = {"owner_*", "x"};
    CHECK(cli::catalog_called(*configuration, "cloud") == cloud);
    cli::CatalogSettings other;
    other.name = "other";
    other.type = cli::CatalogSettings::Type::glance;
    other.auth_command = {"openstack", "token", "issue"};
    CHECK(cli::catalog_called(*configuration, "other") == other);

    CHECK(complaints("catalogs:\n"
                     "  a: { type: local }\n"
                     "  b: { type: glance, path: x }\n"
                     "  c: { type: local, path: x, cloud: z }\n") ==
          "retouch.yaml:2:6: error: the local catalog 'a' has no path\n"
          "      a: { type: local }\n"
          "         ^\n"
          "    help: add path: DIRECTORY\n"
          "retouch.yaml:3:22: error: 'path' is not for a catalog of type glance\n"
          "      b: { type: glance, path: x }\n"
          "                         ^\n"
          "    help: give cloud:, auth_command:, rbd: and source_owners: only\n"
          "retouch.yaml:4:30: error: 'cloud' is not for a catalog of type local\n"
          "      c: { type: local, path: x, cloud: z }\n"
          "                                 ^\n"
          "    help: give a path: only\n");
}

TEST_CASE("configuration: a command that signs in is a list of words, for a cloud") {
    const auto error = [](const std::string &type, const std::string &command) {
        const std::string text =
            complaints("catalogs: {c: {type: " + type + ", auth_command: " + command + "}}\n");
        return text.substr(0, text.find('\n'));
    };
    CHECK(error("glance", "openstack token issue") ==
          "retouch.yaml:1:44: error: expected a list for 'auth_command', found the string "
          "'openstack token issue'");
    CHECK(error("glance", "[]") ==
          "retouch.yaml:1:44: error: 'auth_command' needs at least 1 entry");
    CHECK(error("glance", "[openstack, '']") ==
          "retouch.yaml:1:56: error: an entry of 'auth_command' must not be empty");
    CHECK(error("glance", "[openstack, 5]") ==
          "retouch.yaml:1:56: error: expected a string for an entry of 'auth_command', found the "
          "number 5");
    CHECK(error("glance", "[{program: openstack}]") ==
          "retouch.yaml:1:45: error: expected a string for an entry of 'auth_command', found a "
          "mapping");
    CHECK(error("local, path: x", "[openstack]") ==
          "retouch.yaml:1:38: error: 'auth_command' is not for a catalog of type local");
}

TEST_CASE("configuration: without a file the catalog is ./images") {
    const cli::Configuration configuration =
        cli::default_configuration(cli::Environment({}, "/work/here"));
    CHECK(configuration.file.empty());
    CHECK(cli::catalog_called(configuration, "") == local("local", "/work/here/images"));
    CHECK(message_of(configuration, "lab") ==
          "no catalog is called 'lab': without a configuration file the only one is 'local' | name "
          "it in a retouch.yaml here or above");
}

TEST_CASE("configuration: found upward, then for the user") {
    const base::TemporaryDirectory directory(fs::temp_directory_path(), "test-retouch-");
    const fs::path &root = directory.path();
    fs::create_directories(root / "a/b/c");
    const auto find = [&](std::map<std::string, std::string> variables) {
        return cli::find_configuration(cli::Environment(std::move(variables), root / "a/b/c"));
    };
    const std::string home = (root / "home").string();
    const std::string xdg = (root / "xdg").string();
    CHECK(find({{"HOME", home}}) == std::nullopt);

    write(root / "home/.config/retouch/config.yaml", "");
    CHECK(find({{"HOME", home}}) == root / "home/.config/retouch/config.yaml");
    CHECK(find({{"HOME", home}, {"XDG_CONFIG_HOME", ""}}) ==
          root / "home/.config/retouch/config.yaml");
    CHECK(find({{"HOME", home}, {"XDG_CONFIG_HOME", "relative"}}) ==
          root / "home/.config/retouch/config.yaml");
    CHECK(find({{"HOME", home}, {"XDG_CONFIG_HOME", xdg}}) == std::nullopt);
    write(root / "xdg/retouch/config.yaml", "");
    CHECK(find({{"HOME", home}, {"XDG_CONFIG_HOME", xdg}}) == root / "xdg/retouch/config.yaml");

    write(root / "a/retouch.yaml", "");
    CHECK(find({{"HOME", home}}) == root / "a/retouch.yaml");
    write(root / "a/b/c/retouch.yaml", "");
    CHECK(find({{"HOME", home}}) == root / "a/b/c/retouch.yaml");
    CHECK(find({{"HOME", home}, {"RETOUCH_CONFIG", "absent.yaml"}}) == root / "a/b/c/absent.yaml");
    CHECK(find({{"RETOUCH_CONFIG", "/srv/x.yaml"}}) == "/srv/x.yaml");
    CHECK(find({{"RETOUCH_CONFIG", ""}}) == root / "a/b/c/retouch.yaml");
}

TEST_CASE("configuration: paths are relative to the file, absolute ones stay") {
    const base::TemporaryDirectory directory(fs::temp_directory_path(), "test-retouch-");
    const fs::path file = directory.path() / "retouch.yaml";
    write(file, "default: lab\n"
                "catalogs:\n"
                "  lab: {type: local, path: ../lab/./images}\n"
                "  big: {type: local, path: /srv/images}\n"
                "guest: host\n");
    Diagnostics diagnostics;
    const auto configuration = cli::read_configuration(file, diagnostics);
    REQUIRE(configuration);
    CHECK(diagnostics.empty());
    CHECK(configuration->guest == GuestKind::host);
    CHECK(cli::catalog_called(*configuration, "") ==
          local("lab", directory.path().parent_path() / "lab/images"));
    CHECK(cli::catalog_called(*configuration, "big") == local("big", "/srv/images"));
    CHECK(message_of(*configuration, "bif") ==
          "no catalog is called 'bif' in " + file.string() + " | did you mean 'big'?");
    CHECK(message_of(*configuration, "zzzz") ==
          "no catalog is called 'zzzz' in " + file.string() + " | catalogs there are: lab, big");
}

TEST_CASE("configuration: the only catalog is the default, of several none is") {
    const base::TemporaryDirectory directory(fs::temp_directory_path(), "test-retouch-");
    const fs::path file = directory.path() / "retouch.yaml";
    Diagnostics diagnostics;
    write(file, "catalogs: {lab: {type: local, path: x}}\n");
    const auto one = cli::read_configuration(file, diagnostics);
    REQUIRE(one);
    CHECK(one->default_catalog == "lab");

    write(file, "catalogs: {a: {type: local, path: x}, b: {type: local, path: z}}\n");
    const auto two = cli::read_configuration(file, diagnostics);
    REQUIRE(two);
    CHECK(message_of(*two, "") ==
          file.string() + " has several catalogs and no default | choose one with --catalog NAME, "
                          "or write 'default: NAME' into the file");

    write(file, "guest: appliance\n");
    const auto none = cli::read_configuration(file, diagnostics);
    REQUIRE(none);
    CHECK(cli::catalog_called(*none, "") == local("local", directory.path() / "images"));
    CHECK(none->guest == GuestKind::appliance);
}

TEST_CASE("configuration: a default that is no catalog is a mistake with a place") {
    CHECK(complaints("default: lba\ncatalogs: {lab: {type: local, path: x}}\n") ==
          "retouch.yaml:1:10: error: no catalog is called 'lba'\n"
          "    default: lba\n"
          "             ^\n"
          "    help: did you mean 'lab'?\n");
}

TEST_CASE("configuration: mistakes are found like a recipe's") {
    CHECK(complaints("catalog: {}\n") != "");
    CHECK(complaints("catalogs: {a: {type: remote, path: x}}\n") != "");
    CHECK(complaints("catalogs: {a: {type: local}}\n") != "");
    CHECK(complaints("guest: moon\n") != "");
    CHECK(complaints("- a\n") != "");
    CHECK(complaints("a: b\na: c\n") != "");
}

TEST_CASE("configuration: a file that cannot be read is a configuration error") {
    Diagnostics diagnostics;
    CHECK_THROWS_MATCHES(cli::read_configuration("/nonexistent/retouch.yaml", diagnostics), Error,
                         Catch::Matchers::Predicate<Error>([](const Error &error) {
                             return error.kind() == ErrorKind::bad_config;
                         }));
}
