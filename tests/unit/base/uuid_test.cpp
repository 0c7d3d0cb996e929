#include "base/uuid.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace retouch;

TEST_CASE("uuid: random ids are canonical, of version 4, and differ") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = base::random_uuid();
        CAPTURE(id);
        REQUIRE(base::is_uuid(id));
        REQUIRE(id[14] == '4');
        REQUIRE(std::string("89ab").find(id[19]) != std::string::npos);
        REQUIRE(seen.insert(id).second);
    }
}

TEST_CASE("uuid: only the lower-case canonical form counts") {
    CHECK(base::is_uuid("01234567-89ab-cdef-0123-456789abcdef"));
    for (const char *text :
         {"", "01234567-89AB-cdef-0123-456789abcdef", "0123456789abcdef0123456789abcdef",
          "01234567-89ab-cdef-0123-456789abcde", "01234567-89ab-cdef-0123-456789abcdefa",
          "0123456789ab--cdef-0123-456789abcdef", "g1234567-89ab-cdef-0123-456789abcdef",
          "{1234567-89ab-cdef-0123-456789abcde}"}) {
        CAPTURE(text);
        CHECK_FALSE(base::is_uuid(text));
    }
}
