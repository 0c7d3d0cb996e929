#include "catalog/glance/clouds.hpp"

#include "base/file.hpp"
#include "base/run_directory.hpp"
#include "retouch/error.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <map>
#include <type_traits>

using namespace retouch;

namespace fs = std::filesystem;

namespace {

/// A home and a working directory of its own, and the variables of a test.
struct Place {
    base::RunDirectory directory;
    std::map<std::string, std::string> variables;

    Place() {
        fs::create_directories(home());
        fs::create_directories(work());
        variables = {{"HOME", home().string()},
                     {"XDG_CONFIG_DIRS", (directory.path() / "site").string()}};
    }

    [[nodiscard]] fs::path home() const { return directory.path() / "home"; }

    [[nodiscard]] fs::path work() const { return directory.path() / "work"; }

    void write(const fs::path &file, const std::string &text) const {
        fs::create_directories(file.parent_path());
        base::write_file_atomically(file, text);
    }

    [[nodiscard]] catalog::CloudSettings
    load(const std::optional<std::string> &name = {},
         const std::vector<std::string> &auth_command = {}) const {
        return catalog::load_cloud(
            name,
            [this](const std::string &variable) -> std::optional<std::string> {
                const auto found = variables.find(variable);
                return found == variables.end() ? std::nullopt : std::optional(found->second);
            },
            work(), auth_command);
    }

    /// The directories the test may not know, shortened.
    [[nodiscard]] std::string shortened(std::string text) const {
        const std::string path = directory.path().string();
        for (auto at = text.find(path); at != std::string::npos; at = text.find(path))
            text.replace(at, path.size(), "DIR");
        return text;
    }

    [[nodiscard]] std::string failure(const std::optional<std::string> &name = {}) const {
        try {
            static_cast<void>(load(name));
        } catch (const Error &error) {
            CHECK(error.kind() == ErrorKind::bad_config);
            return shortened(fmt::format("{}\n{}", error.what(), error.hint()));
        }
        return "no failure";
    }
};

const std::string k_two = R"(clouds:
  first:
    auth:
      auth_url: http://keystone.one:5000/v3
      username: demo
      password: secret one
      project_name: lab
      user_domain_name: Users
      project_domain_id: pd
    region_name: RegionOne
    interface: internal
  second:
    auth_type: v3applicationcredential
    auth:
      auth_url: https://keystone.two
      application_credential_id: abc
      application_credential_secret: secret two
)";

template<class Type>
concept Printable = requires(std::ostream &out, const Type &value) {
    out << value;
};

} // namespace

TEST_CASE("clouds: a secret cannot be printed, formatted or turned into text by accident") {
    STATIC_REQUIRE_FALSE(Printable<base::Secret>);
    STATIC_REQUIRE_FALSE(fmt::is_formattable<base::Secret>::value);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<base::Secret, std::string>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, base::Secret>);
}

TEST_CASE("clouds: a cloud by password is read whole") {
    Place place;
    place.write(place.work() / "clouds.yaml", k_two);
    catalog::CloudSettings expected;
    expected.name = "first";
    expected.origin = (place.work() / "clouds.yaml").string();
    expected.auth_type = catalog::AuthType::password;
    expected.auth_url = "http://keystone.one:5000/v3";
    expected.user = {.id = "", .name = "demo", .domain_id = "", .domain_name = "Users"};
    expected.project = {.id = "", .name = "lab", .domain_id = "pd", .domain_name = ""};
    expected.secret = base::Secret("secret one");
    expected.region = "RegionOne";
    expected.interfaces = {"internal"};
    CHECK((place.load("first") == expected));
}

TEST_CASE("clouds: an application credential brings its own project") {
    Place place;
    place.write(place.work() / "clouds.yaml", k_two);
    const catalog::CloudSettings cloud = place.load("second");
    CHECK(cloud.auth_type == catalog::AuthType::application_credential);
    CHECK(cloud.credential.id == "abc");
    CHECK((cloud.secret == base::Secret("secret two")));
    CHECK(cloud.project.empty());
    CHECK(cloud.interfaces == std::vector<std::string>{"public"});
}

TEST_CASE("clouds: which cloud is meant") {
    Place place;
    place.write(place.work() / "clouds.yaml", k_two);
    SECTION("the name given comes before OS_CLOUD") {
        place.variables["OS_CLOUD"] = "second";
        CHECK(place.load("first").name == "first");
        CHECK(place.load().name == "second");
    }
    SECTION("without either, OS_* variables describe one") {
        place.variables["OS_AUTH_URL"] = "http://k";
        place.variables["OS_USERNAME"] = "me";
        place.variables["OS_PASSWORD"] = "pw";
        const catalog::CloudSettings cloud = place.load();
        CHECK(cloud.name == "envvars");
        CHECK(cloud.origin == "the OS_* variables");
        CHECK(place.load("first").user.name == "demo"); // not mixed into others
    }
    SECTION("OS_REGION_NAME alone describes none, but chooses the region") {
        place.variables["OS_REGION_NAME"] = "Elsewhere";
        CHECK(place.failure().starts_with("which cloud of DIR/work/clouds.yaml is meant"));
        CHECK(place.load("first").region == "Elsewhere");
    }
    SECTION("two to choose from is an error that lists them") {
        CHECK(place.failure() ==
              "which cloud of DIR/work/clouds.yaml is meant is not said\n"
              "name one with --os-cloud, OS_CLOUD or the key 'cloud' in retouch.yaml; clouds there "
              "are: first, second");
    }
    SECTION("an unknown one is an error that suggests") {
        CHECK(place.failure("frist") == "there is no cloud 'frist' in DIR/work/clouds.yaml\n"
                                        "did you mean 'first'? clouds there are: first, second");
    }
    SECTION("the only one needs no name") {
        place.write(place.work() / "clouds.yaml",
                    "clouds: {only: {auth_type: none, endpoint: 'http://g:9292'}}");
        CHECK(place.load().name == "only");
    }
}

TEST_CASE("clouds: without any description the places are named") {
    const Place place;
    CHECK(
        place.failure() ==
        "no cloud is described: there is no clouds.yaml with one, and the OS_* variables describe "
        "none\nclouds.yaml is looked for in DIR/work, DIR/home/.config/openstack, "
        "DIR/site/openstack, /etc/openstack, and where OS_CLIENT_CONFIG_FILE says");
    CHECK(place.failure("x").starts_with("there is no cloud 'x': no clouds.yaml was found\n"));
}

TEST_CASE("clouds: the first file found counts, and no other") {
    Place place;
    const auto file = [](const std::string &name) {
        return fmt::format("clouds: {{{}: {{auth_type: none, endpoint: 'http://g'}}}}", name);
    };
    place.write(place.directory.path() / "site/openstack/clouds.yaml", file("site"));
    CHECK(place.load().name == "site");
    place.write(place.home() / ".config/openstack/clouds.json",
                R"({"clouds": {"home": {"auth_type": "none", "endpoint": "http://g"}}})");
    CHECK(place.load().name == "home");
    place.variables["XDG_CONFIG_HOME"] = (place.home() / "xdg").string();
    place.write(place.home() / "xdg/openstack/clouds.yml", file("xdg"));
    CHECK(place.load().name == "xdg");
    place.write(place.work() / "clouds.yaml", file("work"));
    CHECK(place.load().name == "work");
    place.variables["OS_CLIENT_CONFIG_FILE"] = "missing.yaml";
    CHECK(place.load().name == "work");
    place.write(place.work() / "own.yaml", file("own"));
    place.variables["OS_CLIENT_CONFIG_FILE"] = "own.yaml";
    CHECK(place.load().name == "own");
}

TEST_CASE("clouds: files others can write in the working directory are refused unless named") {
    Place place;
    place.write(place.work() / "clouds.yaml", "clouds: {one: {auth: {auth_url: 'https://x'}}}\n");
    fs::permissions(place.work(), fs::perms::all);
    CHECK(place.failure("one") ==
          "DIR/work/clouds.yaml is not used: everybody may write to its directory\n"
          "name it if you trust it: OS_CLIENT_CONFIG_FILE=DIR/work/clouds.yaml; or make it yours "
          "alone, and its directory too: chown and chmod go-w");
    place.variables["OS_CLIENT_CONFIG_FILE"] = (place.work() / "clouds.yaml").string();
    CHECK(place.failure("one").find("is not used") == std::string::npos);
}

TEST_CASE("clouds: secure.yaml adds to the clouds of clouds.yaml") {
    Place place;
    place.write(place.work() / "clouds.yaml",
                "clouds: {a: {auth: {auth_url: 'http://k', username: u, project_id: p}}}");
    CHECK(place.failure("a") ==
          "cloud 'a' in DIR/work/clouds.yaml has no password\n"
          "see openstacksdk's documentation of clouds.yaml, or OS_* variables");
    place.write(place.home() / ".config/openstack/secure.yaml",
                "clouds: {a: {auth: {password: hidden}}, b: {auth: {password: other}}}");
    CHECK((place.load("a").secret == base::Secret("hidden")));
    CHECK(place.load("a").user.name == "u");
    CHECK(place.failure("b").starts_with("there is no cloud 'b'"));
}

TEST_CASE("clouds: a profile of clouds-public.yaml lies under the cloud") {
    Place place;
    place.write(place.work() / "clouds.yaml",
                "clouds: {a: {profile: vendor, auth: {username: u, password: p}}}");
    place.write(place.work() / "clouds-public.yaml",
                "public-clouds: {vendor: {auth: {auth_url: 'http://vendor', username: x}}}");
    CHECK(place.load("a").auth_url == "http://vendor");
    CHECK(place.load("a").user.name == "u");
}

TEST_CASE("clouds: old names, dashes and merge keys are understood") {
    Place place;
    place.write(place.work() / "clouds.yaml", R"(
common: &common
  auth-url: http://k/v3
  tenant-name: lab
  domain_id: d1
clouds:
  a:
    auth: {<<: *common, username: in auth, password: pw}
    username: beside auth
    endpoint_type: internalURL
    verify: no
    cacert: ~/ca.pem
)");
    const catalog::CloudSettings cloud = place.load("a");
    CHECK(cloud.auth_url == "http://k/v3");
    CHECK(cloud.user == catalog::KeystoneName{"", "beside auth", "d1", ""});
    CHECK(cloud.project == catalog::KeystoneName{"", "lab", "d1", ""});
    CHECK(cloud.interfaces == std::vector<std::string>{"internal"});
    CHECK_FALSE(cloud.tls.verify);
    CHECK(cloud.tls.cacert == place.home() / "ca.pem");
}

TEST_CASE("clouds: TLS is verified unless somebody says otherwise") {
    Place place;
    const auto with = [&](const std::string &more) {
        place.write(place.work() / "clouds.yaml",
                    "clouds: {a: {auth_type: none, endpoint: 'https://g'" + more + "}}");
        return place.load("a").tls.verify;
    };
    CHECK(with(""));
    CHECK(with(", verify: true"));
    CHECK(with(", insecure: false"));
    CHECK_FALSE(with(", verify: false"));
    CHECK_FALSE(with(", insecure: true, verify: true"));
    for (const char *no : {"no", "off", "'0'", "0", "FALSE", "'False'"})
        CHECK_FALSE(with(fmt::format(", verify: {}", no)));
    for (const char *yes : {"yes", "on", "'1'", "TRUE", "''"})
        CHECK(with(fmt::format(", verify: {}", yes)));
}

TEST_CASE("clouds: a path for verify is a file of certificates, and everything is checked") {
    Place place;
    const auto with = [&](const std::string &more) {
        place.write(place.work() / "clouds.yaml",
                    "clouds: {a: {auth_type: none, endpoint: 'https://g', " + more + "}}");
        return place.load("a").tls;
    };
    CHECK(with("verify: /etc/ssl/ca.pem").verify);
    CHECK(with("verify: /etc/ssl/ca.pem").cacert == "/etc/ssl/ca.pem");
    CHECK(with("verify: ~/ca.pem, cacert: /other.pem").cacert == place.home() / "ca.pem");
    CHECK_FALSE(with("verify: /etc/ssl/ca.pem, insecure: true").verify);
}

TEST_CASE("clouds: what neither says yes nor no to checking certificates is an error") {
    Place place;
    for (const char *key : {"verify", "insecure"})
        for (const char *word : {"required", "flase", "nope", "2", "none", "ca.pem"}) {
            place.write(place.work() / "clouds.yaml",
                        fmt::format("clouds: {{a: {{auth_type: none, endpoint: 'https://g', {}: "
                                    "'{}'}}}}",
                                    key, word));
            CHECK(
                place.failure("a") ==
                fmt::format("cloud 'a' in DIR/work/clouds.yaml has {} '{}', which is neither true "
                            "nor false\nwrite verify: true, or the path of a file of "
                            "certificates",
                            key, word));
        }
}

TEST_CASE(
    "clouds: what would sign in as somebody else, or elsewhere, is never left out in silence") {
    Place place;
    const auto with = [&](const std::string &more) {
        place.write(place.work() / "clouds.yaml",
                    "clouds: {a: {auth: {auth_url: 'http://k', username: u, password: p}, " + more +
                        "}}");
        return place.failure("a");
    };
    CHECK(with("trust_id: t") ==
          "cloud 'a' in DIR/work/clouds.yaml has a trust_id, which retouch cannot do\nmake an "
          "application credential for retouch, or name a program that signs in and prints a token: "
          "auth_command in retouch.yaml");
    CHECK(with("passcode: '123456'") ==
          "cloud 'a' in DIR/work/clouds.yaml has a passcode, which retouch cannot do\nmake an "
          "application credential for retouch, or name a program that signs in and prints a token: "
          "auth_command in retouch.yaml");
    CHECK(
        with("profile: vexxhost") ==
        "cloud 'a' has the profile 'vexxhost', which no clouds-public.yaml has\nwrite the keys of "
        "that profile into clouds.yaml: retouch has none of openstacksdk's own");
}

TEST_CASE("clouds: a name without a domain is in the default domain") {
    Place place;
    place.variables = {{"OS_AUTH_URL", "http://k"},
                       {"OS_USERNAME", "u"},
                       {"OS_PASSWORD", "p"},
                       {"OS_PROJECT_NAME", "lab"}};
    CHECK(place.load().user == catalog::KeystoneName{"", "u", "default", ""});
    CHECK(place.load().project == catalog::KeystoneName{"", "lab", "default", ""});
    place.variables["OS_DEFAULT_DOMAIN"] = "corp";
    CHECK(place.load().user.domain_id == "corp");
}

TEST_CASE("clouds: a region must be one of those listed, the first by default") {
    Place place;
    place.write(place.work() / "clouds.yaml", R"(
clouds:
  a:
    auth_type: none
    endpoint: http://glance.{region_name}:9292
    regions:
      - one
      - {name: two, values: {interface: internal}}
)");
    CHECK(place.load("a").region == "one");
    place.variables["OS_REGION_NAME"] = "two";
    CHECK(place.load("a").region == "two");
    CHECK(place.load("a").interfaces == std::vector<std::string>{"internal"});
    place.variables["OS_REGION_NAME"] = "three";
    CHECK(place.failure("a") == "cloud 'a' in DIR/work/clouds.yaml has no region 'three'\n"
                                "its regions are: one, two");
}

TEST_CASE("clouds: kinds of login") {
    Place place;
    const auto load = [&](const std::string &keys) {
        place.write(place.work() / "clouds.yaml", "clouds: {a: {" + keys + "}}");
        return place.load("a");
    };
    CHECK(load("auth: {auth_url: 'http://k', token: t}").auth_type == catalog::AuthType::token);
    CHECK(load("auth_type: token_endpoint, auth: {url: 'http://g', token: t}").auth_type ==
          catalog::AuthType::admin_token);
    CHECK(load("auth_type: http_basic, endpoint: 'http://g', username: u, password: p").auth_type ==
          catalog::AuthType::http_basic);
    CHECK(load("auth: {auth_url: 'http://k', application_credential_name: n, username: u, "
               "application_credential_secret: s}")
              .auth_type == catalog::AuthType::application_credential);
    CHECK(load("auth_type: none, image_endpoint_override: 'http://g', endpoint: 'http://h'")
              .image_endpoint == "http://g");
}

TEST_CASE("clouds: the OS_* variables may hold a token, with the project it is used for") {
    Place place;
    place.variables = {{"OS_AUTH_URL", "http://k"},
                       {"OS_TOKEN", "gAAA"},
                       {"OS_PROJECT_NAME", "lab"},
                       {"OS_PROJECT_DOMAIN_NAME", "Users"}};
    const auto check = [&] {
        const catalog::CloudSettings cloud = place.load();
        CHECK(cloud.auth_type == catalog::AuthType::token);
        CHECK(cloud.secret.reveal() == "gAAA");
        CHECK(cloud.project == catalog::KeystoneName{"", "lab", "", "Users"});
    };
    check();
    for (const char *type : {"token", "v3token"}) {
        CAPTURE(type);
        place.variables["OS_AUTH_TYPE"] = type;
        check();
    }
}

TEST_CASE("clouds: a kind of login that retouch cannot do is named, with the way there is") {
    Place place;
    for (const char *type :
         {"v3oidcpassword", "v3websso", "v3totp", "v3kerberos", "v3oauth2mtls"}) {
        CAPTURE(type);
        place.write(
            place.work() / "clouds.yaml",
            fmt::format("clouds: {{a: {{auth_type: {}, auth: {{auth_url: 'http://k'}}}}}}", type));
        CHECK(place.failure("a") ==
              fmt::format("cloud 'a' in DIR/work/clouds.yaml has auth_type '{}', which retouch "
                          "cannot do\nit can do password, token, v3applicationcredential, "
                          "admin_token, none and http_basic; for any other, name a program that "
                          "signs in and prints a token: auth_command in retouch.yaml",
                          type));
    }
}

TEST_CASE("clouds: with a command that signs in only address, project and region count") {
    Place place;
    place.write(place.work() / "clouds.yaml", R"(
clouds:
  sso:
    auth_type: v3oidcpassword
    region_name: RegionOne
    auth:
      auth_url: https://k
      identity_provider: idp
      client_secret: of the client
      username: me
      password: my own
      passcode: 123456
      project_name: lab
)");
    const std::vector<std::string> words = {"openstack", "token", "issue"};
    const catalog::CloudSettings cloud = place.load("sso", words);
    CHECK(cloud.auth_type == catalog::AuthType::command);
    CHECK(cloud.auth_url == "https://k");
    CHECK(cloud.region == "RegionOne");
    CHECK(cloud.project == catalog::KeystoneName{"", "lab", "default", ""});
    CHECK((cloud.command == catalog::TokenCommand{words, "sso"}));
    CHECK(cloud.secret.empty());
    CHECK((cloud.hidden == std::vector<base::Secret>{base::Secret("of the client"),
                                                     base::Secret("123456"),
                                                     base::Secret("my own")}));
    place.variables = {{"OS_AUTH_URL", "https://k"}, {"OS_CLIENT_SECRET", "of the client"}};
    CHECK((place.load({}, words).command == catalog::TokenCommand{words, ""}));
    CHECK(
        (place.load({}, words).hidden == std::vector<base::Secret>{base::Secret("of the client")}));
    place.write(place.work() / "clouds.yaml", "clouds: {a: {auth: {username: me}}}");
    CHECK_THROWS_WITH(place.load("a", words), Catch::Contains("has no auth_url"));
}

TEST_CASE("clouds: what a login lacks is named") {
    const auto [keys, message] = GENERATE(table<std::string, std::string>({
        {"auth: {}", "has no auth_url"},
        {"auth: {auth_url: 'http://k', password: p}", "has no username"},
        {"auth_type: token, auth: {auth_url: 'http://k'}", "has no token"},
        {"auth_type: v3applicationcredential, auth: {auth_url: 'http://k'}",
         "has no application_credential_id"},
        {"auth_type: v3applicationcredential, auth: {auth_url: 'http://k', "
         "application_credential_name: n}",
         "has no username"},
        {"auth_type: none", "has no endpoint"},
        {"auth_type: v3kerberos", "has auth_type 'v3kerberos', which retouch cannot do"},
        {"auth: {auth_url: 'k:5000'}",
         "has an auth_url that is not an http or https URL: 'k:5000'"},
        {"auth: {auth_url: 'http://u:pw@k:5000'}", "has an auth_url with a user or password in it"},
        {"auth_type: admin_token, endpoint: 'http://g', token: \"a\\nb\"",
         "has a token with bytes that cannot be sent"},
    }));
    Place place;
    place.write(place.work() / "clouds.yaml", "clouds: {a: {" + keys + "}}");
    const std::string failure = place.failure("a");
    CHECK(failure.substr(0, failure.find('\n')) == "cloud 'a' in DIR/work/clouds.yaml " + message);
    CHECK(failure.find("pw") == std::string::npos);
}

TEST_CASE("clouds: a file that cannot be used is named with the reason") {
    Place place;
    const auto failure = [&](const std::string &text) {
        place.write(place.work() / "clouds.yaml", text);
        return place.failure("a");
    };
    CHECK(failure("clouds: [\n  a: b\n ]x: }")
              .starts_with("DIR/work/clouds.yaml is not YAML: line "));
    CHECK(failure("- a\n").starts_with("DIR/work/clouds.yaml holds no keys and values"));
    CHECK(failure("clouds: \xff").starts_with("DIR/work/clouds.yaml is not UTF-8 text"));
    for (const char *separator : {"---\n", "...\n---\n", "...\n"}) {
        CAPTURE(separator);
        CHECK(failure(fmt::format("clouds: {{}}\n{}clouds: {{a: {{}}}}\n", separator))
                  .starts_with("DIR/work/clouds.yaml holds more than one document: "));
    }
    for (const char letter : {'\0', '\4', '\x1a'}) {
        CAPTURE(static_cast<int>(letter));
        CHECK(failure(fmt::format("clouds: {{}}\n{}anything", letter))
                  .starts_with("DIR/work/clouds.yaml has a control character in line 2"));
    }
    std::string bomb = "a0: &a0 [x, x]\n";
    for (int i = 1; i < 30; ++i)
        bomb += fmt::format("a{}: &a{} [*a{}, *a{}]\n", i, i, i - 1, i - 1);
    CHECK(failure(bomb).starts_with("DIR/work/clouds.yaml nests too deep or holds too much"));
    CHECK(failure(std::string(2'000'000, '#')).find("DIR/work/clouds.yaml") != std::string::npos);
    CHECK(failure("").starts_with("there is no cloud 'a' in DIR/work/clouds.yaml\n"
                                  "clouds there are: none"));
}
