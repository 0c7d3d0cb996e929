#include "base/secret_filter.hpp"

#include "base/base64.hpp"
#include "catalog/glance/answer.hpp"
#include "catalog/http/http.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;

namespace {

const std::string k_secret = "PASSW0RD-hunter2";

base::SecretFilter filter(const std::string &secret = k_secret) {
    base::SecretFilter made;
    made.add(base::Secret(secret));
    return made;
}

/// `text` with every byte written by `format`.
std::string each(const char *format, const std::string &text) {
    std::string written;
    for (const char c : text)
        written += fmt::format(fmt::runtime(format), static_cast<unsigned char>(c));
    return written;
}

} // namespace

TEST_CASE("secret filter: a secret given back as it is is replaced, and the rest stays") {
    CHECK(filter().message("bad request: {\"password\":\"" + k_secret + "\"} at line 1") ==
          "bad request: {\"password\":\"***\"} at line 1");
    CHECK(filter().message(k_secret + k_secret) == "******");
    CHECK(filter().message("The request you have made requires authentication.") ==
          "The request you have made requires authentication.");
    CHECK(filter("a\"b\\c/d e").message(R"(got a"b\c/d e)") == "got ***");
}

TEST_CASE("secret filter: a secret in another form makes a message unfit to be shown") {
    const std::string form = GENERATE(
        each("%{:02x}", k_secret), each("%{:02X}", k_secret), each("\\u{:04x}", k_secret),
        each("\\u{:04X}", k_secret), each("\\x{:02x}", k_secret), each("&#{};", k_secret),
        each("&#x{:X};", k_secret), each("{:02x}", k_secret), each("{:02X}", k_secret),
        each("{:02x}:", k_secret), each("%25{:02x}", k_secret), each("%255C%75{:04x}", k_secret),
        "passw0rd-HUNTER2", "PASSW0RD%2Dhunter2", "PASSW0RD%2dhunter2",
        "P A S S W 0 R D - h u n t e r 2", "PASSW0RD\nhunter2", "PASSW0RD then -hunter2",
        "PASSW0RD", base::base64(k_secret), base::base64("u:" + k_secret),
        base::base64("me:" + k_secret + "!"), base::base64("{\"password\":\"" + k_secret + "\"}"));
    CAPTURE(form);
    CHECK_FALSE(filter().message("you sent " + form + ", which is wrong"));
    CHECK_FALSE(filter().message("you sent" + form));
}

TEST_CASE("secret filter: secrets with letters of any kind are known in their escapes") {
    const std::string secret = "pä\"ß\\ \xf0\x9f\x98\x80wort";
    const std::string form = GENERATE_COPY(catalog::url_encode(secret),
                                           Json(secret).dump(-1, ' ', true), base::base64(secret),
                                           std::string("P\\u00E4\\\"\\u00df\\\\ "
                                                       "\\uD83D\\uDE00wort"));
    CAPTURE(form);
    CHECK_FALSE(filter(secret).message("got " + form));
}

TEST_CASE("secret filter: several secrets are known, and very short ones are no secrets") {
    base::SecretFilter both = filter();
    both.add(base::Secret("gAAAAABtoken-of-today"));
    both.add(base::Secret("abc"));
    both.add(base::Secret(""));
    CHECK(both.message(k_secret + " gAAAAABtoken-of-today abc") == "*** *** abc");
    CHECK_FALSE(both.message("token_of_today"));
}

TEST_CASE("secret filter: in data only whole, long secrets count") {
    CHECK(filter().is_in("x" + k_secret + "y"));
    CHECK(filter().is_in(base::base64("u:" + k_secret)));
    CHECK(filter().is_in(each("%{:02x}", k_secret)));
    CHECK_FALSE(filter().is_in("PASSW0RD"));
    CHECK_FALSE(filter("openstack").is_in("openstack"));
}

TEST_CASE("secret filter: data is cleaned of them, keys included, and otherwise left") {
    Json data = {{"name", "a " + k_secret},
                 {k_secret, "x"},
                 {"list", {k_secret, "good", 7, {{"deep", each("%{:02x}", k_secret)}}}},
                 {"size", 5}};
    catalog::clean(data, filter());
    CHECK(data.dump() == R"({"name":"***","list":["***","good",7,{"deep":"***"}],"size":5})");
}
