// Secrets between texts that name them and texts that hold them.

#include "base/password_hash.hpp"
#include "base/secret_text.hpp"
#include "base/secret_values.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

base::SecretValues values() {
    base::SecretValues made;
    made.add("short", base::Secret("tiger"), "short");
    made.add("long", base::Secret("tiger-and-lion"), "long");
    made.add("key", base::Secret("-----BEGIN KEY-----\nAbCdEfGhIjKl\n-----END KEY-----"), "key");
    return made;
}

} // namespace

TEST_CASE("secrets: a text names them in one way only") {
    CHECK(base::secret_reference("pw") == "${secret.pw}");
    CHECK(base::secrets_named_in("a ${secret.pw} ${secret.b_2}${secret.pw.hash}") ==
          std::set<std::string>{"b_2", "pw"});
    for (const char *none : {"", "${secret.", "${secret.}", "${secret.A}", "${secrets.a}",
                             "${ secret.a}", "$secret.a", "${secret.a.b}", "${secret.a.hash.hash}"})
        CHECK(base::secrets_named_in(none).empty());
    CHECK(base::secrets_named_in("${secret.${secret.pw}}") == std::set<std::string>{"pw"});
}

TEST_CASE("secrets: values take the place of their names, and names of values") {
    const std::string named = "a=${secret.short} b=${secret.long}\nc=${secret.key}\n";
    const std::string held = "a=tiger b=tiger-and-lion\nc=-----BEGIN "
                             "KEY-----\nAbCdEfGhIjKl\n-----END KEY-----\n";
    CHECK(values().revealed(named) == held);
    CHECK(values().concealed(held) == named);
    CHECK(values().revealed("${secret.other} ${x} $") == "${secret.other} ${x} $");
}

TEST_CASE("secrets: what a value holds is not taken for a name") {
    base::SecretValues odd;
    odd.add("one", base::Secret("${secret.two}"), "one");
    odd.add("two", base::Secret("hidden-two"), "two");
    CHECK(odd.revealed("${secret.one}") == "${secret.two}");
}

TEST_CASE("secrets: people are shown names, and no line with a secret in another form") {
    CHECK(values().shown("login tiger\nfine\n") == "login (secret short)\nfine\n");
    CHECK(values().shown("both: tiger-and-lion") == "both: (secret long)");
    CHECK(values().shown("a\nVElHRVItQU5ELUxJT04=\nb") == "a\nVElHRVItQU5ELUxJT04=\nb");
    CHECK(values().shown("a\ndGlnZXItYW5kLWxpb24=\nb") ==
          "a\n(a line that holds a secret is not shown)\nb");
    CHECK(values().shown("+ echo 'AbCdEfGhIjKl'") == "+ echo '(secret key)'");
    base::SecretValues token;
    token.add("token", base::Secret("s3cr3t-token-value"), "");
    CHECK(token.shown("s3cr3t-token-value\ntoken\n") == "(secret token)\ntoken\n");
    CHECK(token.shown("s3cr3t-token\n") == "(a line that holds a secret is not shown)\n");
    CHECK(values().shown("") == "");
}

TEST_CASE("secrets: the end of an output may begin within a value") {
    CHECK(values().shown_end("r-and-lion and more") == " and more");
    CHECK(values().shown_end("no part of one") == "no part of one");
}

TEST_CASE("secrets: a hash is the same in each run, and known again whatever its salt") {
    const std::string one = values().revealed("${secret.long.hash}");
    CHECK(one.starts_with("$6$"));
    CHECK(one == values().revealed("${secret.long.hash}"));
    CHECK(values().is_hash_of(one, "long"));
    CHECK(values().is_hash_of(base::password_hash(base::Secret("tiger-and-lion"), "x"), "long"));
    CHECK_FALSE(values().is_hash_of(one, "short"));
    CHECK_FALSE(values().is_hash_of(one, "none"));
    for (const char *none : {"", "!", "*", "!$6$salt$hash", "$6$", "$9$x$y", "tiger-and-lion"})
        CHECK_FALSE(values().is_hash_of(none, "long"));
}
