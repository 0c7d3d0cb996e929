// The texts of services: names of units, and what [Install] says.

#include "steps/services/install_section.hpp"
#include "steps/services/unit_name.hpp"

#include <catch2/catch.hpp>

using namespace retouch::steps;

TEST_CASE("units: a name is taken apart as systemd does it") {
    CHECK(unit_name("ssh.service") == UnitName{"ssh", std::nullopt, ".service"});
    CHECK(unit_name("getty@tty1.service") == UnitName{"getty", "tty1", ".service"});
    CHECK(unit_name("getty@.service") == UnitName{"getty", "", ".service"});
    CHECK(unit_name("a@b@c.socket") == UnitName{"a", "b@c", ".socket"});
    CHECK(unit_name("dev-disk-by\\x2dlabel-x.swap") ==
          UnitName{"dev-disk-by\\x2dlabel-x", std::nullopt, ".swap"});
    CHECK(unit_name("-.mount") == UnitName{"-", std::nullopt, ".mount"});
}

TEST_CASE("units: what systemd would not take is no name") {
    for (const std::string &text :
         {std::string(), std::string(".service"), std::string("@x.service"), std::string("ssh"),
          std::string("ssh.services"), std::string("../x.service"), std::string("a/b.service"),
          std::string("a b.service"), std::string("a$(x).service"), std::string("a%i.service"),
          std::string("a\n.service"), std::string(250, 'a') + ".service"})
        CHECK_FALSE(unit_name(text).has_value());
}

TEST_CASE("units: a name without a type is a service") {
    CHECK(whole_unit_name("chrony", ".service") == "chrony.service");
    CHECK(whole_unit_name("fstrim.timer", ".service") == "fstrim.timer");
    CHECK(whole_unit_name("org.example.Agent", ".service") == "org.example.Agent.service");
    CHECK(whole_unit_name("multi-user", ".target") == "multi-user.target");
}

TEST_CASE("units: specifiers that the name answers are replaced, others are not known") {
    const UnitName name = *unit_name("web-front@a.service");
    CHECK(expand_specifiers("%n %N %p %i %j %%", name) ==
          "web-front@a.service web-front@a web-front a front %");
    CHECK(expand_specifiers("plain.target", name) == "plain.target");
    CHECK_FALSE(expand_specifiers("%m.target", name).has_value());
    CHECK_FALSE(expand_specifiers("x%", name).has_value());
}

TEST_CASE("units: only [Install] counts, lists grow, and an empty assignment begins anew") {
    InstallSection install;
    install.add("WantedBy=before.target\n"
                "[Unit]\nWantedBy=unit.target\n"
                "[Install]\n"
                " WantedBy = a.target  \"b.target\" \\\n"
                "# no end of it\n"
                "   c.target\n"
                ";Alias=no.service\n"
                "Alias=x.service\nAlso=y.socket\nDefaultInstance=tty1\n"
                "no assignment\n"
                "[Service]\nAlso=no.service\n");
    CHECK(install ==
          InstallSection{
              {"a.target", "b.target", "c.target"}, {}, {"x.service"}, {"y.socket"}, "tty1"});
    install.add("[Install]\nWantedBy=\nWantedBy=d.target\nRequiredBy=e.target\n");
    CHECK(install.wanted_by == std::vector<std::string>{"d.target"});
    CHECK(install.required_by == std::vector<std::string>{"e.target"});
}

TEST_CASE("units: what is no unit file has nothing to install") {
    using namespace std::string_literals;
    InstallSection install;
    install.add("\0\x01[Install\nWantedBy=a.target\n[Inst"s);
    install.add(std::string(100'000, '['));
    install.add(std::string(100'000, '\\'));
    CHECK(install.empty());
}
