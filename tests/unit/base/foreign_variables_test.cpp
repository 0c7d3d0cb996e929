// Foreign variables: what is taken for a variable of another program's notation, and what is not.

#include "base/foreign_variables.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

std::string found(std::string_view text, const std::vector<std::string> &declared = {}) {
    std::string out;
    for (const base::ForeignVariable &one : base::foreign_variables(text, declared))
        out += one.spelling + "=" + one.name + ";";
    return out;
}

} // namespace

TEST_CASE("foreign variables: templates are found whatever they name") {
    CHECK(found("a {{ ver }} {{ver|lower}} {{ a.b }} {{ ver }}") ==
          "{{ ver }}=ver;{{ver|lower}}=ver;{{ a.b }}=a;");
    CHECK(found("{% if x %}<%= ver %><% y %>%name%") == "{% if x %}=;<%= ver %>=ver;<% y %>=;"
                                                        "%name%=name;");
}

TEST_CASE("foreign variables: what ordinary files hold is one only where its name is declared") {
    const std::string text = "$ver $verb @ver@ %ver% %x% a@b@c";
    CHECK(found(text) == "%ver%=ver;");
    CHECK(found(text, {"ver", "x"}) == "$ver=ver;@ver@=ver;%ver%=ver;%x%=x;");
}

TEST_CASE("foreign variables: what programs expand themselves is none") {
    CHECK(found("$host ${ver} {{ .Name }} {{ $labels.job }} {{ end }} {{ range .X }} {{ f x }} "
                "%h %l %Y%m%d %20a%20 100% of 5% user@host {{\nx }} { { } % ver %")
              .empty());
    CHECK(found("{{ ver").empty());
    CHECK(found("${ver}", {"ver"}).empty());
}
