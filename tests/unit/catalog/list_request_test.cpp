// How lists are asked of an image service: what it filters, and names it could take for operators.

#include "catalog/glance/list_request.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

using Requests = std::vector<std::string>;

Requests visible_with(const std::vector<std::string> &names) {
    Requests filters = catalog::list_requests({.names = names, .hidden = false});
    const std::string before = "/v2/images?limit=1000&visibility=all";
    const std::string after = "&os_hidden=false";
    for (std::string &filter : filters) {
        REQUIRE(filter.starts_with(before));
        REQUIRE(filter.ends_with(after));
        filter = filter.substr(before.size(), filter.size() - before.size() - after.size());
    }
    return filters;
}

} // namespace

TEST_CASE("list requests: hidden records are asked for by themselves") {
    CHECK(catalog::list_requests({.owner = "p&1"}) ==
          Requests{"/v2/images?limit=1000&visibility=all&owner=p%261&os_hidden=false",
                   "/v2/images?limit=1000&visibility=all&owner=p%261&os_hidden=true"});
    CHECK(catalog::list_requests({.visibility = "public", .hidden = true}) ==
          Requests{"/v2/images?limit=1000&visibility=public&os_hidden=true"});
}

TEST_CASE("list requests: properties are filters too") {
    CHECK(
        catalog::list_requests(
            {.owner = "p", .hidden = false, .properties = {{"a_b", "x, y&z"}}}) ==
        Requests{"/v2/images?limit=1000&visibility=all&owner=p&a_b=x%2C%20y%26z&os_hidden=false"});
}

TEST_CASE("list requests: one name is never taken for an operator") {
    CHECK(visible_with({"in:a,b"}) == Requests{"&name=eq:in%3Aa%2Cb"});
    CHECK(visible_with({"\"\\"}) == Requests{"&name=eq:%22%5C"});
}

TEST_CASE("list requests: several names are one request where they can be told apart") {
    CHECK(visible_with({"a", "b,c", "d:e"}) ==
          Requests{"&name=in:%22a%22,%22b%2Cc%22,%22d%3Ae%22"});
    CHECK(visible_with({"a", "b\"c", "d\\e", "f"}) ==
          Requests{"&name=eq:b%22c", "&name=eq:d%5Ce", "&name=in:%22a%22,%22f%22"});
}

TEST_CASE("list requests: no address is longer than servers take") {
    std::vector<std::string> names;
    for (int i = 0; i < 40; ++i)
        names.push_back(std::string(100, 'n') + std::to_string(i));
    const Requests filters = visible_with(names);
    CHECK(filters.size() == 4);
    std::size_t found = 0;
    for (const std::string &filter : filters) {
        CHECK(filter.size() < 1600);
        for (std::size_t at = 0; (at = filter.find(std::string(100, 'n'), at)) != filter.npos; ++at)
            ++found;
    }
    CHECK(found == names.size());
}
