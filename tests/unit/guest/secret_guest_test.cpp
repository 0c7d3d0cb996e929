// The border of a guest: what steps name, it holds; what it holds, they see by name.

#include "guest/secret_guest.hpp"

#include "base/digest.hpp"
#include "support/memory_guest.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

struct Border {
    explicit Border(const char *value = "tiger-and-lion") {
        secrets.add("pw", base::Secret(value), "");
        auto made = std::make_unique<test::MemoryGuest>();
        inner = made.get();
        guest = std::make_unique<guest::SecretGuest>(std::move(made), secrets);
    }

    void write(const std::string &path, const std::string &text) const {
        guest->write(path, text, 0600, 0, 0);
    }

    base::SecretValues secrets;
    test::MemoryGuest *inner = nullptr;
    std::unique_ptr<guest::SecretGuest> guest;
};

} // namespace

TEST_CASE("secret guest: a text that names a secret is written with its value, and read by name") {
    Border border;
    border.write("/etc/app.conf", "user=a\npw=${secret.pw}\n");
    CHECK(border.inner->nodes().at("/etc/app.conf").content == "user=a\npw=tiger-and-lion\n");
    CHECK(border.guest->read("/etc/app.conf", 1000) == "user=a\npw=${secret.pw}\n");
    const guest::SecretView view(*border.inner, border.secrets);
    CHECK(view.read("/etc/app.conf", 1000) == "user=a\npw=${secret.pw}\n");
}

TEST_CASE("secret guest: a text that spells a value is compared as it will be read") {
    Border border("root");
    border.write("/etc/app.conf", "user=root pw=${secret.pw}\n");
    CHECK(border.guest->read("/etc/app.conf", 1000) ==
          border.guest->as_read("user=root pw=${secret.pw}\n"));
    CHECK(border.inner->nodes().at("/etc/app.conf").content == "user=root pw=root\n");
}

TEST_CASE("secret guest: commands get values, and what they print is told by names") {
    Border border;
    border.inner->script("login tiger-and-lion", 0, "in as tiger-and-lion\n");
    GuestCommand command;
    command.script = "login ${secret.pw}";
    command.environment = {{"PW", "${secret.pw}"}};
    CHECK(border.guest->run(command).out.text == "in as (secret pw)\n");
    CHECK(border.guest->probe(command).out.text == "in as (secret pw)\n");
}

TEST_CASE("secret guest: a digest from which a secret could be guessed is not told") {
    Border border;
    border.guest->mark({"/etc/app.conf"});
    border.write("/etc/app.conf", "pw=${secret.pw}\n");
    border.write("/etc/plain", "pw=none\n");
    const std::vector<EntryChange> changes = border.guest->changes();
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].path == "/etc/app.conf");
    CHECK(changes[0].after.value().sha256 == base::sha256_hex("pw=${secret.pw}\n"));
    CHECK(changes[0].diff.find("tiger") == std::string::npos);
    CHECK(changes[1].after.value().sha256 == base::sha256_hex("pw=none\n"));
}
