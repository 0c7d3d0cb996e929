// Reading `repositories`: keys, fingerprints, and what an entry has to say.

#include "base/base64.hpp"
#include "base/file.hpp"
#include "steps/repositories/openpgp_armor.hpp"
#include "steps/repositories/openpgp_key.hpp"
#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

const std::filesystem::path k_cases =
    std::filesystem::path(RETOUCH_SOURCE_DIR) / "tests/steps/repositories";

std::string key(const char *name) {
    return base::read_file(k_cases / name, std::size_t{1} << 20);
}

constexpr const char *k_fingerprint = "4CA4C62C939EC7E39B7E824C2963ED20DB7A3867";

std::string mistakes(const std::string &yaml, const char *directory = "apt") {
    return read_section("repositories", yaml, k_cases / directory).mistakes;
}

} // namespace

TEST_CASE("openpgp: a key has the fingerprint that gpg says, armored or not") {
    const auto armored = steps::openpgp_keys(key("apt/host/docker.asc"));
    REQUIRE(armored);
    CHECK(armored->fingerprints == std::vector<std::string>{k_fingerprint});
    CHECK(armored->armored == key("apt/host/docker.asc"));
    const auto binary = steps::openpgp_keys(key("apt-of-a-binary-key/host/docker.gpg"));
    REQUIRE(binary);
    CHECK(binary->fingerprints == armored->fingerprints);
    CHECK(binary->armored == armored->armored);
}

TEST_CASE("openpgp: several keys are all told, and stay together") {
    const std::string two = key("apt/host/docker.asc") + "between\n" + key("apt/host/docker.asc");
    const auto keys = steps::openpgp_keys(two);
    REQUIRE(keys);
    CHECK(keys->fingerprints.size() == 2);
    CHECK(steps::openpgp_keys(keys->armored)->fingerprints.size() == 2);
}

TEST_CASE("openpgp: what is no public key is none, wherever it breaks off") {
    const std::string binary = key("apt-of-a-binary-key/host/docker.gpg");
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{20}, binary.size() - 1})
        CHECK_FALSE(steps::openpgp_keys(std::string_view(binary).substr(0, size)));
    CHECK_FALSE(steps::openpgp_keys("<html>not found</html>"));
    std::string armored = key("apt/host/docker.asc");
    armored.replace(armored.find("mDME"), 4, "!!!!");
    CHECK_FALSE(steps::openpgp_keys(armored));
    CHECK_FALSE(steps::openpgp_keys(armored.substr(0, armored.find("-----END"))));
    std::string secret = binary;
    secret[0] = '\x94'; // an old packet of type 5
    CHECK_FALSE(steps::openpgp_keys(secret));
}

TEST_CASE("base64: only what base64 itself writes is read") {
    for (const std::string bytes : {"", "a", "ab", "abc", "\xff\xfe\xfd\xfc"})
        CHECK(base::from_base64(base::base64(bytes)) == bytes);
    for (const char *text :
         {"a", "ab", "abc", "YQ", "YQ=", "YR==", "Y Q==", "YQ==YQ==", "====", "é"})
        CHECK(base::from_base64(text) == std::nullopt);
}

TEST_CASE("repositories: a key that is not the one of the fingerprint is refused") {
    const std::string begin =
        "- name: docker\n  apt: {uri: 'https://x/', suite: s, components: [m]}\n"
        "  key: {from: host/docker.asc, fingerprint: ";
    CHECK(mistakes(begin + k_fingerprint + "}\n").empty());
    CHECK(mistakes(begin + "9DC8 5822 9FC7 DD38 854A E2D8 8D81 803C 0EBF CD88}\n") ==
          "3:45: the key has the fingerprint 4CA4 C62C 939E C7E3 9B7E 824C 2963 ED20 DB7A 3867; "
          "compare it with what the repository's "
          "operators publish\n");
    CHECK(mistakes(begin + "0EBFCD88}\n") ==
          "3:45: '0EBFCD88' is not a fingerprint; 40 hexadecimal digits, as `gpg --show-keys FILE` "
          "says them\n");
}

TEST_CASE("repositories: what an entry lacks or has too much is told") {
    CHECK(mistakes("- {name: a}\n"
                   "- {name: a, apt: {uri: 'https://x/', suite: s}}\n"
                   "- {name: c, apt: {uri: 'https://x/', suite: s/, components: [m]}}\n"
                   "- {name: d, rpm: {baseurl: 'https://x/', metalink: 'https://y/'}}\n"
                   "- {name: e, rpm: {gpgcheck: false}}\n"
                   "- {name: f, state: absent, rpm: {baseurl: 'https://x/'}}\n"
                   "- {name: g, rpm: {baseurl: 'https://me:secret@x/'}}\n"
                   "- {name: h, rpm: {baseurl: 'https://x/'}, key: {from: recipe.yaml}}\n"
                   "- {name: i, rpm: {baseurl: 'https://x/'}, key: {fingerprint: x}}\n"
                   "- {name: j, apk: {uri: 'https://x/'}, key: {from: host/docker.asc}}\n") ==
          "1:3: a repository needs 'apt', 'rpm' or 'apk'\n"
          "2:10: repository 'a' stands here twice; 1:10 first here\n"
          "2:18: a suite has components, such as [main]\n"
          "3:18: a suite that ends in '/' has no components\n"
          "4:18: a repository has one of 'baseurl', 'metalink' and 'mirrorlist'\n"
          "5:18: a repository has one of 'baseurl', 'metalink' and 'mirrorlist'\n"
          "6:28: 'rpm' does not go with 'state: absent'\n"
          "7:28: a name and a password do not go into the address; put them into "
          "/etc/apt/auth.conf.d or the like, with `files`\n"
          "8:55: this is no public key; a key of OpenPGP, armored or not (gpg --export), or a PEM "
          "of apk\n"
          "9:48: a key has either 'from' or 'content'\n"
          "10:44: apk takes keys as PEM (abuild-keygen)\n");
}

TEST_CASE("repositories: the section of steps gives the same steps again, without the files") {
    const std::string yaml =
        "- name: docker\n  apt: {uri: 'https://x/', suite: s, components: [m], "
        "trusted: true}\n  key: {from: host/docker.asc, fingerprint: " +
        std::string(k_fingerprint) + "}\n- {name: b, state: absent}\n";
    std::vector<Json> options;
    for (const Step &step : read_section("repositories", yaml, k_cases / "apt").result.steps)
        options.push_back(step.options);
    const ReadSection again =
        read_section("repositories", find_step_kind("repositories")->section(options).dump());
    CHECK(again.mistakes.empty());
    REQUIRE(again.result.steps.size() == 2);
    CHECK(again.result.steps[0].options == options[0]);
    CHECK(again.result.steps[1].options == options[1]);
    CHECK(again.result.steps[0].remarks == std::vector<std::string>{"signatures are not checked"});
}
