// Composing effects and telling who gets rights.

#include "retouch/effect.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

const std::string k_digest_a(64, 'a');
const std::string k_digest_b(64, 'b');

EntryState file(std::uint32_t mode, const std::string &sha256, std::uint64_t size = 3) {
    EntryState state;
    state.info = {FileInfo::Type::regular, mode, 0, 0, size};
    state.sha256 = sha256;
    return state;
}

EntryState link_to(const std::string &target) {
    EntryState state;
    state.info = {FileInfo::Type::symlink, 0777, 0, 0, 0};
    state.target = target;
    return state;
}

Effect of_files(std::vector<EntryChange> changes) {
    Effect effect;
    effect.files = std::move(changes);
    return effect;
}

} // namespace

TEST_CASE("effect: it is empty when no file changed, whatever was written") {
    Effect effect;
    effect.bytes_written = 4096;
    CHECK(effect.empty());
    effect.files.push_back({"/a", std::nullopt, file(0644, k_digest_a), ""});
    CHECK_FALSE(effect.empty());
}

TEST_CASE("effect: a file gives rights when it gains a set-id bit or keeps one with other bytes") {
    const auto gives = [](std::optional<EntryState> before, std::optional<EntryState> after) {
        return gives_rights({"/bin/x", std::move(before), std::move(after), ""});
    };
    CHECK(gives(std::nullopt, file(04755, k_digest_a)));
    CHECK(gives(std::nullopt, file(02755, k_digest_a)));
    CHECK(gives(file(0755, k_digest_a), file(04755, k_digest_a)));
    CHECK(gives(file(04755, k_digest_a), file(06755, k_digest_a)));
    CHECK(gives(file(04755, k_digest_a), file(04755, k_digest_b)));
    CHECK(gives(file(04755, ""), file(04755, k_digest_b)));
    CHECK(gives(link_to("/x"), file(04755, k_digest_a)));
    EntryState other_owner = file(04755, k_digest_a);
    other_owner.info.uid = 5;
    CHECK(gives(other_owner, file(04755, k_digest_a)));

    CHECK_FALSE(gives(std::nullopt, file(01755, k_digest_a)));
    CHECK_FALSE(gives(file(04755, k_digest_a), std::nullopt));
    CHECK_FALSE(gives(file(06755, k_digest_a), file(04755, k_digest_a)));
    CHECK_FALSE(gives(file(04755, k_digest_a), file(04711, k_digest_a)));
    EntryState directory = file(02755, "");
    directory.info.type = FileInfo::Type::directory;
    CHECK_FALSE(gives(std::nullopt, directory));
}

TEST_CASE("effect: capabilities give rights when they are new or others, whatever they are") {
    const auto capable = [](const std::string &value, const std::string &sha256 = k_digest_a) {
        EntryState state = file(0755, sha256);
        state.attributes = "security.capability=" + value + "\nuser.a=00\n";
        return state;
    };
    const auto gives = [](std::optional<EntryState> before, std::optional<EntryState> after) {
        return gives_rights({"/bin/x", std::move(before), std::move(after), ""});
    };
    const EntryState plain = file(0755, k_digest_a);
    CHECK(gives(std::nullopt, capable("01")));
    CHECK(gives(plain, capable("01")));
    CHECK(gives(plain, capable("")));
    CHECK(gives(capable("01"), capable("02")));
    CHECK(gives(capable("01"), capable("01", k_digest_b)));
    CHECK(gives(file(04755, k_digest_a), capable("01")));
    CHECK_FALSE(gives(capable("01"), plain));
    CHECK_FALSE(gives(capable("01"), std::nullopt));
    CHECK_FALSE(gives(capable("01"), capable("01")));
    EntryState named_alike = plain;
    named_alike.attributes = "user.security.capability=01\nxsecurity.capability=01\n";
    CHECK_FALSE(gives(std::nullopt, named_alike));
    EntryState directory = capable("01");
    directory.info.type = FileInfo::Type::directory;
    CHECK_FALSE(gives(std::nullopt, directory));
}

TEST_CASE("effect: composing keeps the first state before and the last one after") {
    const EntryState one = file(0644, k_digest_a);
    const EntryState two = file(0600, k_digest_b);
    const EntryState three = file(0644, k_digest_b, 4);
    const Effect first = of_files({{"/b", one, two, "diff one"},
                                   {"/c", std::nullopt, one, "diff c"},
                                   {"/d", one, std::nullopt, ""}});
    const Effect second = of_files({{"/a", std::nullopt, two, "diff a"},
                                    {"/b", two, three, "diff two"},
                                    {"/d", std::nullopt, two, "diff d"}});
    CHECK(compose(first, second).files ==
          std::vector<EntryChange>{{"/a", std::nullopt, two, "diff a"},
                                   {"/b", one, three, ""},
                                   {"/c", std::nullopt, one, "diff c"},
                                   {"/d", one, two, ""}});
}

TEST_CASE("effect: what a second effect takes back is left out") {
    const EntryState one = file(0644, k_digest_a);
    const EntryState two = file(0600, k_digest_a);
    const Effect first = of_files({{"/added", std::nullopt, one, ""},
                                   {"/changed", one, two, ""},
                                   {"/link", link_to("a"), link_to("b"), ""}});
    const Effect second = of_files({{"/added", one, std::nullopt, ""},
                                    {"/changed", two, one, ""},
                                    {"/link", link_to("b"), link_to("a"), ""}});
    CHECK(compose(first, second).files.empty());
}

TEST_CASE("effect: a file whose former bytes nobody knows stays in the list") {
    const EntryState unknown = file(0644, "");
    const EntryState changed = file(0600, k_digest_a);
    const EntryState restored = file(0644, k_digest_a);
    CHECK(
        compose(of_files({{"/f", unknown, changed, ""}}), of_files({{"/f", changed, restored, ""}}))
            .files == std::vector<EntryChange>{{"/f", unknown, restored, ""}});
    CHECK(
        compose(of_files({{"/f", unknown, changed, ""}}), of_files({{"/f", changed, unknown, ""}}))
            .files == std::vector<EntryChange>{{"/f", unknown, unknown, ""}});
}

TEST_CASE("effect: packages, services and accounts are composed by name, bytes are added") {
    Effect first;
    first.packages = {{"curl", "", "7.88"}, {"nano", "7.2", ""}, {"vim", "1", "2"}};
    first.services = {{"a.service", true}, {"b.service", true}};
    first.accounts = {{AccountChange::Kind::user, "bob", std::nullopt, "uid 1"},
                      {AccountChange::Kind::group, "bob", std::nullopt, "gid 1"}};
    first.bytes_written = 10;
    Effect second;
    second.packages = {{"apt", "1", "2"}, {"curl", "7.88", ""}, {"vim", "2", "3"}};
    second.services = {{"a.service", false}, {"b.service", true}, {"c.service", false}};
    second.accounts = {{AccountChange::Kind::user, "bob", "uid 1", std::nullopt},
                       {AccountChange::Kind::user, "eve", "uid 2", "uid 3"}};
    second.bytes_written = 5;
    Effect both;
    both.packages = {{"apt", "1", "2"}, {"nano", "7.2", ""}, {"vim", "1", "3"}};
    both.services = {{"b.service", true}, {"c.service", false}};
    both.accounts = {{AccountChange::Kind::user, "eve", "uid 2", "uid 3"},
                     {AccountChange::Kind::group, "bob", std::nullopt, "gid 1"}};
    both.bytes_written = 15;
    CHECK(compose(first, second) == both);
    CHECK(compose(first, Effect{}) == first);
    CHECK(compose(Effect{}, second) == second);
}
