// Reading `groups` and `users`, keys of ssh among them.

#include "steps/users/ssh_key.hpp"
#include "unit/steps/sections.hpp"

#include "base/file.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

const std::string k_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample";

} // namespace

TEST_CASE("users: a line of keys is taken apart, options and comments told from the key") {
    using steps::ssh_key;
    CHECK(ssh_key("ssh-rsa AAAAB3NzaC1yc2EAAAAD ops@host") ==
          steps::SshKey{"", "ssh-rsa", "AAAAB3NzaC1yc2EAAAAD"});
    CHECK(ssh_key("  restrict,command=\"a \\\" b c\"  sk-ssh-ed25519@openssh.com "
                  "AAAAGnNrLXNzaC1lZDI1 x y") == steps::SshKey{"restrict,command=\"a \\\" b c\"",
                                                               "sk-ssh-ed25519@openssh.com",
                                                               "AAAAGnNrLXNzaC1lZDI1"});
    for (const char *line : {"", "# ssh-rsa AAAAB3NzaC1yc2EAAAAD", "ssh-rsa", "ssh-rsa short",
                             "-----BEGIN OPENSSH PRIVATE KEY-----",
                             "root:$6$salt$hash:1:2:", "ssh-rsa AAAA;rm -rf/AAAAAAAAAAAA",
                             "a b ssh-rsa AAAAB3NzaC1yc2EAAAAD"})
        CHECK_FALSE(ssh_key(line).has_value());
}

TEST_CASE("users: the same key counts whatever its comment, and not with other options") {
    const steps::SshKey key = *steps::ssh_key(k_key + " a");
    CHECK(steps::holds_key("# x\n" + k_key + " b\n", key));
    CHECK_FALSE(steps::holds_key("restrict " + k_key + " a\n", key));
    CHECK_FALSE(steps::holds_key("", key));
}

TEST_CASE("users: a step holds what its entry says, and the keys of its files") {
    const base::TemporaryDirectory directory("/tmp", "keys-");
    base::write_file_atomically(directory.path() / "a.pub", "# team\n\n" + k_key + " a\r\n");
    const Step step = read_step("users",
                                "- name: ops\n  uid: 900\n  group: 100\n  groups: [sudo]\n"
                                "  authorized_keys: [{from: a.pub}, \"" +
                                    k_key + " a\"]\n",
                                directory.path());
    CHECK(step.summary == "user ops");
    CHECK(step.options == Json{{"name", "ops"},
                               {"uid", 900},
                               {"group", "100"},
                               {"groups", {"sudo"}},
                               {"authorized_keys", {k_key + " a"}}});
    CHECK(step.identity == step.options);
}

TEST_CASE("users: a file that is no list of public keys is told by line, and not shown") {
    const base::TemporaryDirectory directory("/tmp", "keys-");
    base::write_file_atomically(directory.path() / "id", k_key + "\nsecret words\n");
    const ReadSection read = read_section(
        "users", "- {name: ops, authorized_keys: [{from: id}, {from: ../x}, no key]}\n",
        directory.path());
    CHECK(read.mistakes ==
          "1:40: line 2 of 'id' is not a public key of ssh; write the line of the .pub file, such "
          "as ssh-ed25519 AAAA... name\n"
          "1:52: '../x' is outside the recipe's directory; copy it there, or allow its directory "
          "in retouch.yaml: files: {allow: [DIRECTORY]}\n"
          "1:59: not a public key of ssh; write the line of the .pub file, such as ssh-ed25519 "
          "AAAA... name\n");
}

TEST_CASE("users: a password that is none of crypt's is refused and shown nowhere") {
    CHECK(read_section("users", "- {name: a, password: locked}\n"
                                "- {name: b, password: $6$salt$hash./}\n"
                                "- {name: c, password: $y$j9T$salt$hash}\n")
              .mistakes.empty());
    for (const std::string password : {"hunter2", "'$6$a:b'", "'$6$'", "'$0$salt$hash'",
                                       "'$6$salt$'", "'$6$salt$ha sh'", "''"}) {
        Diagnostics diagnostics;
        const std::string yaml = "- {name: a, password: " + password + "}";
        const ReadContext context{{{"r.yaml", "/nowhere", {yaml}}}};
        static_cast<void>(find_step_kind("users")->read(
            {"users", *recipe::read_yaml(yaml, "r.yaml", diagnostics)}, context, diagnostics));
        CHECK(in_lines(diagnostics) ==
              "1:23: 'password' is neither locked nor a hash of crypt(5); clear text is refused; "
              "name a secret, ${secret.NAME}; mkpasswd and openssl passwd -6 make a hash\n");
        CHECK(diagnostics.sorted().front().source_line.empty());
    }
}

TEST_CASE("users: what contradicts itself is told") {
    CHECK(read_section("users", "- {name: root, state: absent}\n"
                                "- {name: a, state: absent, uid: 5, home: /x}\n"
                                "- {name: b, home: remove}\n"
                                "- {name: b, comment: \"a:b\", shell: \"/bin/a:b\"}\n"
                                "- {name: c, exclusive: true}\n"
                                "- {name: d, home: ../x, shell: /bin/../sh}\n")
              .mistakes ==
          "1:10: the user 'root' cannot be removed\n"
          "2:28: 'uid' does not go with 'state: absent'\n"
          "2:42: with 'state: absent', 'home' is keep or remove\n"
          "3:19: 'home: remove' needs 'state: absent'\n"
          "4:10: user 'b' stands here twice; 3:10 first here\n"
          "4:22: a field of /etc/passwd cannot hold ':' or line ends\n"
          "4:36: a field of /etc/passwd cannot hold ':' or line ends\n"
          "5:24: 'exclusive' needs 'authorized_keys'\n"
          "6:19: the path '../x' is not absolute; write the whole path in the image, such as "
          "/etc/motd\n"
          "6:32: the path '/bin/../sh' is not normal: it has an empty, '.' or '..' part; write "
          "/sh\n");
    CHECK(read_section("groups", "- root\n- {name: root, state: absent, gid: 3}\n").mistakes ==
          "2:10: group 'root' stands here twice; 1:3 first here\n"
          "2:10: the group 'root' cannot be removed\n"
          "2:31: 'gid' does not go with 'state: absent'\n");
}

TEST_CASE("users, groups: the sections of steps give the same steps again") {
    for (const auto &[kind, yaml] : std::vector<std::pair<std::string, std::string>>{
             {"users", "- {name: a, state: absent, home: keep}\n- {name: b, sudo: nopasswd}\n"},
             {"groups", "- a\n- {name: b, gid: 7, system: true}\n"}}) {
        std::vector<Json> options;
        for (const Step &step : read_section(kind, yaml).result.steps)
            options.push_back(step.options);
        const Json section = find_step_kind(kind)->section(options);
        std::vector<Json> again;
        for (const Step &step : read_section(kind, section.dump()).result.steps)
            again.push_back(step.options);
        CHECK(again == options);
    }
}
