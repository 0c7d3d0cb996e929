// Reading the section `files`: what becomes a step, what is refused, and with which words.

#include "base/digest.hpp"
#include "base/file.hpp"
#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace retouch;
using namespace retouch::test;

namespace {

namespace fs = std::filesystem;

/// A directory as recipes have one, with files to inject.
class Host {
  public:
    Host() : directory_(fs::temp_directory_path(), "steps-") {}

    const fs::path &path() const { return directory_.path(); }

    void file(const std::string &name, const std::string &content, int mode = 0644) const {
        fs::create_directories((path() / name).parent_path());
        base::write_file_atomically(path() / name, content, mode);
    }

  private:
    base::TemporaryDirectory directory_;
};

std::string mistakes(const std::string &yaml, const fs::path &directory = "/nowhere") {
    return read_section("files", yaml, directory).mistakes;
}

} // namespace

TEST_CASE("files: a text becomes a step that names every default") {
    const Step step = read_step("files", "- to: /etc/motd\n  content: hello\n");
    CHECK(step.id == "files[0]");
    CHECK(step.kind == "files");
    CHECK(step.origin == Origin{"r.yaml", 1});
    CHECK(step.summary == "write /etc/motd");
    const std::string digest = base::sha256_hex("hello");
    CHECK(step.options ==
          Json::parse(R"({"to":"/etc/motd","content":"hello","owner":"root","group":"root",
                          "entries":[{"path":"","type":"file","mode":"0644","sha256":")" +
                      digest + R"(","size":5}]})"));
    CHECK(step.identity == Json::parse(R"({"to":"/etc/motd","owner":"root","group":"root",
                          "entries":[{"path":"","type":"file","mode":"0644","sha256":")" +
                                       digest + R"(","size":5}]})"));
}

TEST_CASE("files: the same meaning written otherwise has the same identity") {
    const Host host;
    host.file("hello.txt", "hello");
    const Json wanted = read_step("files", "- {to: /etc/motd, content: hello}").identity;
    CHECK(read_step("files", "- {to: /etc/motd, content: hello, mode: \"644\", owner: root,"
                             " group: 0}")
              .identity == wanted);
    CHECK(read_step("files", "- {to: /etc/motd, from: hello.txt}", host.path()).identity == wanted);
    CHECK(read_step("files", "- {to: /etc/motd, content: hello, owner: daemon}").identity !=
          wanted);
    CHECK(read_step("files", "- {to: /etc/motd, content: hello, mode: \"0600\"}").identity !=
          wanted);
    CHECK(read_step("files", "- {to: /etc/motd, content: hullo}").identity != wanted);
}

TEST_CASE("files: a file of this machine is digested and keeps whether it is executable") {
    const Host host;
    host.file("bin/tool", "#!/bin/sh\n", 0750);
    const ReadSection read =
        read_section("files", "- to: /usr/bin/tool\n  from: bin/tool\n", host.path());
    REQUIRE(read.mistakes.empty());
    const Step &step = read.result.steps.at(0);
    CHECK(step.summary == "copy bin/tool to /usr/bin/tool");
    CHECK(step.options["from"] == (host.path() / "bin/tool").string());
    CHECK(step.options["entries"][0]["mode"] == "0755");
    CHECK(step.identity.dump().find(host.path().string()) == std::string::npos);
    CHECK(read.result.injected == std::vector<InjectedFile>{{(host.path() / "bin/tool").string(),
                                                             base::sha256_hex("#!/bin/sh\n"), 10}});
}

TEST_CASE("files: a directory becomes one step with all it holds, sorted, links as links") {
    const Host host;
    host.file("site/b/deep.txt", "deep");
    host.file("site/a.sh", "run", 0755);
    fs::create_symlink("../elsewhere", host.path() / "site/link");
    const ReadSection read = read_section(
        "files", "- {to: /opt/site, from: site, mode: \"0600\", owner: 7}", host.path());
    REQUIRE(read.mistakes.empty());
    const Step &step = read.result.steps.at(0);
    CHECK(step.summary == "copy site/ to /opt/site (3 files)");
    CHECK(step.options["owner"] == "7");
    CHECK(step.options["entries"] == Json::parse(R"([
        {"path":"","type":"directory","mode":"0755"},
        {"path":"a.sh","type":"file","mode":"0600","sha256":")" +
                                                 base::sha256_hex("run") +
                                                 R"(","size":3},
        {"path":"b","type":"directory","mode":"0755"},
        {"path":"b/deep.txt","type":"file","mode":"0600","sha256":")" +
                                                 base::sha256_hex("deep") +
                                                 R"(","size":4},
        {"path":"link","type":"link","target":"../elsewhere"}])"));
    CHECK(read.result.injected.size() == 2);
}

TEST_CASE("files: a removal is a step of its own") {
    const Step step = read_step("files", "- remove: /etc/old\n");
    CHECK(step.summary == "remove /etc/old");
    CHECK(step.options == Json{{"remove", "/etc/old"}});
    CHECK(step.identity == step.options);
}

TEST_CASE("files: destinations must be absolute, normal and printable") {
    CHECK(mistakes("- {to: etc/motd, content: x}\n"
                   "- {to: ../x, content: x}\n"
                   "- {to: /etc/../x, content: x}\n"
                   "- {to: /etc//motd/, content: x}\n"
                   "- {to: /, content: x}\n"
                   "- {remove: /./y}\n") ==
          "1:8: the path 'etc/motd' is not absolute; write the whole path in the image, such as "
          "/etc/motd\n"
          "2:8: the path '../x' is not absolute; write the whole path in the image, such as "
          "/etc/motd\n"
          "3:8: the path '/etc/../x' is not normal: it has an empty, '.' or '..' part; write /x\n"
          "4:8: the path '/etc//motd/' is not normal: it has an empty, '.' or '..' part; write "
          "/etc/motd\n"
          "5:8: the root directory itself cannot be named here\n"
          "6:12: the path '/./y' is not normal: it has an empty, '.' or '..' part; write /y\n");
}

TEST_CASE("files: nothing is put where a machine that boots the image does not see it") {
    const Host host;
    host.file("tree/run/agent/state", "x");
    const auto covered = [](const std::string &at, const std::string &path,
                            const std::string &place) {
        const std::string instead =
            place == "/run"
                ? "what should be there at each boot is made by a file in /etc/tmpfiles.d"
                : "what is there when the machine runs comes from its kernel; rules for "
                  "it belong below /etc";
        return fmt::format("{}: '{}' cannot be seen in a machine that boots the image: another "
                           "filesystem is mounted on {}; {}\n",
                           at, path, place, instead);
    };
    CHECK(mistakes("- {to: /run/agent/pid, content: x}\n"
                   "- {to: /var/run/agent, content: x}\n"
                   "- {to: /proc/sys/kernel/panic, content: \"10\"}\n"
                   "- {to: /sys/x, content: x}\n"
                   "- {to: /dev/x, content: x}\n"
                   "- {to: /running/x, content: x}\n"
                   "- {to: /srv, from: tree}\n"
                   "- {to: /var, from: tree}\n"
                   "- {remove: /dev/console}\n",
                   host.path()) ==
          covered("1:8", "/run/agent/pid", "/run") + covered("2:8", "/var/run/agent", "/run") +
              covered("3:8", "/proc/sys/kernel/panic", "/proc") + covered("4:8", "/sys/x", "/sys") +
              covered("5:8", "/dev/x", "/dev") + covered("8:8", "/var/run", "/run"));
}

TEST_CASE("files: a pattern takes neither the image away nor what other entries put there") {
    CHECK(mistakes("- {remove: \"/*\"}\n"
                   "- {remove: \"/*/x\"}\n"
                   "- {remove: \"/etc/../x/*\"}\n"
                   "- {remove: \"/opt/*\"}\n"
                   "- {to: /opt/agent/conf, content: x}\n"
                   "- {remove: \"/var/*\", to: /var/x, substitute: true}\n") ==
          "1:12: the pattern '/*' reaches into every directory of the image; spell out the first "
          "directory, such as /etc/*.bak\n"
          "2:12: the pattern '/*/x' reaches into every directory of the image; spell out the first "
          "directory, such as /etc/*.bak\n"
          "3:12: the path '/etc/../x/*' is not normal: it has an empty, '.' or '..' part; write "
          "/x/*\n"
          "4:12: the pattern '/opt/*' takes /opt/agent away, with what another entry owns below "
          "it; 5:8 /opt/agent/conf is used here\n"
          "6:22: 'to' does not go with 'remove'\n"
          "6:34: 'substitute' does not go with 'remove'\n");
    const ReadSection read = read_section("files", "- {remove: \"/etc/netplan/*\"}\n"
                                                   "- {to: /etc/netplan/ours, content: x}\n"
                                                   "- {to: /etc/netplan/last, content: x, phase: "
                                                   "end}\n");
    CHECK(read.mistakes.empty());
    CHECK(read.result.steps.at(0).options ==
          Json::parse(R"({"remove":"/etc/netplan/*","keep":["/etc/netplan/ours"]})"));
    CHECK(read.result.steps.at(0).identity == read.result.steps.at(0).options);
    CHECK(read.result.steps.at(2).late);
}

TEST_CASE("files: what is removed at the end may be put there before, in one phase not") {
    CHECK(mistakes("- {to: /opt/x, content: x}\n"
                   "- {remove: /opt/x, phase: end}\n")
              .empty());
    CHECK(mistakes("- {to: /opt/x, content: x, phase: end}\n"
                   "- {remove: /opt/x, phase: end}\n") ==
          "2:12: another entry owns /opt/x already; 1:8 /opt/x is written here\n");
}

TEST_CASE("files: a template is a text for everybody whose variables are declared") {
    const Host host;
    host.file("closed", "x", 0600);
    host.file("binary", std::string("a\0b", 3));
    host.file("latin", "\xe9");
    host.file("wrong", "one ${nowhere}\n${x:-y} $${fine}\n${open\n");
    CHECK(mistakes("- {to: /a, from: closed, substitute: true}\n"
                   "- {to: /b, from: binary, substitute: true}\n"
                   "- {to: /c, from: latin, substitute: true}\n"
                   "- {to: /d, from: wrong, substitute: true}\n"
                   "- {to: /e, from: missing, substitute: true}\n"
                   "- {to: /f, content: x, substitute: true}\n",
                   host.path()) ==
          "1:18: no variables can be put into 'closed': it may not be read by everybody, and its "
          "text would stand in the plan\n"
          "2:18: no variables can be put into 'binary': it is not UTF-8 text\n"
          "3:18: no variables can be put into 'latin': it is not UTF-8 text\n"
          "4:18: wrong:1: the variable 'nowhere' is not defined; declare it under 'vars', or write "
          "$${ where the text itself holds ${\n"
          "4:18: wrong:2: '${x:-y}' is not a variable; declare it under 'vars', or write $${ "
          "where the text itself holds ${\n"
          "4:18: wrong:3: '${open' is not a variable; declare it under 'vars', or write $${ where "
          "the text itself holds ${\n"
          "5:18: cannot open " +
              (host.path() / "missing").string() +
              ": No such file or directory\n"
              "6:24: 'substitute' does not go with 'content', which has its variables already\n");
}

TEST_CASE("files: an entry is one thing, and says what it puts there") {
    CHECK(mistakes("- {content: x}\n"
                   "- {to: /a}\n"
                   "- {to: /b, content: x, from: y}\n"
                   "- {remove: /c, mode: \"0644\", to: /d}\n"
                   "- {to: /e, content: x, mode: \"0999\"}\n"
                   "- {to: /f, content: x, owner: \"99999999999\"}\n") ==
          "1:3: an entry of 'files' needs 'to' or 'remove'\n"
          "2:3: an entry with 'to' needs 'content', 'from', 'directory', 'link', or attributes to "
          "set\n"
          "3:30: 'from' does not go with 'content'; 3:21 the content is given here\n"
          "4:16: 'mode' does not go with 'remove'\n"
          "4:30: 'to' does not go with 'remove'\n"
          "5:30: '0999' is not a file mode; write three or four octal digits in quotes, such as "
          "\"0644\"\n"
          "6:31: '99999999999' is too large for the number of an account; the largest is "
          "4294967294\n");
}

TEST_CASE("files: what 'from' names must be there and be a file or a directory") {
    const Host host;
    host.file("agent.rpm", "x");
    fs::create_symlink("nothing", host.path() / "dangling");
    REQUIRE(mkfifo((host.path() / "pipe").c_str(), 0600) == 0);
    fs::create_directory(host.path() / "tree");
    REQUIRE(mkfifo((host.path() / "tree/pipe").c_str(), 0600) == 0);
    const std::string here = host.path().string();
    CHECK(mistakes("- {to: /a, from: agent.rmp}\n"
                   "- {to: /b, from: dangling}\n"
                   "- {to: /c, from: pipe}\n"
                   "- {to: /d, from: /dev/null}\n"
                   "- {to: /e, from: tree}\n",
                   host.path()) ==
          "1:18: 'agent.rmp' does not exist; did you mean 'agent.rpm'?\n"
          "2:18: 'dangling' is a link to nothing\n"
          "3:18: 'pipe' is a named pipe; only files, directories and links can be copied\n"
          "4:18: '/dev/null' is outside the recipe's directory; copy it there, or allow its "
          "directory in retouch.yaml: files: {allow: [DIRECTORY]}\n"
          "5:18: '" +
              here +
              "/tree/pipe' is a named pipe; only files, directories and links can "
              "be copied\n");
}

TEST_CASE("files: what 'from' names stays in the recipe's directory, links followed") {
    const Host host;
    host.file("recipes/mine", "x");
    host.file("recipes-too/secret", "x");
    host.file("secret", "x");
    fs::create_symlink("../secret", host.path() / "recipes/link");
    fs::create_symlink("..", host.path() / "recipes/up");
    const auto refused = [&](const std::string &from) {
        return mistakes("- {to: /a, from: " + from + "}\n", host.path() / "recipes") ==
               "1:18: '" + from +
                   "' is outside the recipe's directory; copy it there, or allow its directory "
                   "in retouch.yaml: files: {allow: [DIRECTORY]}\n";
    };
    for (const std::string from : {"../secret", "link", "up/secret", "../recipes-too/secret", "..",
                                   "mine/../../secret", "../absent", "/etc/hostname", "/"})
        CHECK(refused(from));
    for (const std::string from : {"mine", "./mine", "../recipes/mine", "up/recipes/mine"})
        CHECK(mistakes("- {to: /a, from: " + from + "}\n", host.path() / "recipes").empty());
    CHECK(mistakes("- {to: /a, from: .}\n", host.path() / "recipes").empty());
}

TEST_CASE("files: what comes from an allowed directory is marked, so that it is not shown") {
    const Host host;
    host.file("recipes/mine", "x");
    host.file("packages/agent", "x");
    Diagnostics diagnostics;
    const auto value = recipe::read_yaml(
        "- {to: /a, from: ../packages/agent}\n- {to: /b, from: mine}\n", "r.yaml", diagnostics);
    REQUIRE(value.has_value());
    ReadContext context{{{"r.yaml", host.path() / "recipes"}}};
    context.allowed = [&] { return std::vector<fs::path>{host.path() / "packages"}; };
    const StepKind &kind = *find_step_kind("files");
    const ReadResult read = kind.read({"files", *value}, context, diagnostics);
    REQUIRE(read.steps.size() == 2);
    CHECK(read.steps[0].options["outside"] == true);
    CHECK_FALSE(read.steps[1].options.contains("outside"));
    CHECK(kind.hidden(read.steps[0]) == std::vector<HiddenContents>{{"/a", base::sha256_hex("x")}});
    CHECK(kind.hidden(read.steps[1]).empty());
}

TEST_CASE("files: names in a tree must be text") {
    const Host host;
    host.file("tree/new\nline", "x");
    host.file("other/\xff", "x");
    const std::string here = host.path().string();
    CHECK(mistakes("- {to: /a, from: tree}\n- {to: /b, from: other}\n", host.path()) ==
          "1:18: the name of the file " + here + "/tree/new\\x0aline cannot be printed\n" +
              "2:18: the name of the file " + here + "/other/\\xff cannot be printed\n");
}

TEST_CASE("files: a link named by 'from' itself is followed") {
    const Host host;
    host.file("real", "x");
    fs::create_symlink("real", host.path() / "link");
    const Step step = read_step("files", "- {to: /a, from: link}", host.path());
    CHECK(step.options["entries"][0]["type"] == "file");
}

TEST_CASE("files: a tree of more than 10,000 files is refused") {
    const Host host;
    fs::create_directory(host.path() / "tree");
    for (int i = 0; i < 10'000; ++i)
        std::ofstream(host.path() / "tree" / std::to_string(i)).flush();
    CHECK(mistakes("- {to: /a, from: tree}\n", host.path()) ==
          "1:18: '" + host.path().string() +
              "/tree' holds more than 10000 files; pack them into an archive and unpack it with a "
              "command\n");
}

TEST_CASE("files: no two entries own the same path") {
    const Host host;
    host.file("tree/etc/motd", "x");
    host.file("other/etc/issue", "x");
    CHECK(mistakes("- {to: /etc/motd, content: x}\n"
                   "- {remove: /etc/motd}\n"
                   "- {to: /etc/motd/below, content: x}\n"
                   "- {to: /, content: x}\n"
                   "- {remove: /etc}\n",
                   host.path()) ==
          "2:12: another entry owns /etc/motd already; 1:8 /etc/motd is written here\n"
          "3:8: /etc/motd/below is below /etc/motd, which another entry owns; 1:8 /etc/motd is "
          "written here\n"
          "4:8: the root directory itself cannot be named here\n"
          "5:12: /etc is removed here, but another entry owns /etc/motd below it; 1:8 /etc/motd is "
          "written here\n");
    CHECK(mistakes("- {to: /x, from: tree}\n"
                   "- {to: /x/etc/motd, content: x}\n"
                   "- {to: /x/etc, content: x}\n",
                   host.path()) ==
          "2:8: another entry owns /x/etc/motd already; 1:8 /x/etc/motd is written here\n"
          "3:8: another entry owns /x/etc already; 1:8 /x/etc is made a directory here\n");
    CHECK(mistakes("- {to: /x, from: tree}\n- {to: /x, from: other}\n- {remove: /x/etc/gone}\n",
                   host.path()) == "");
    CHECK(mistakes("- {remove: /a-b}\n- {remove: /a}\n- {to: /a.d/x, content: x}\n") == "");
}

TEST_CASE("files: a directory, a link and attributes are steps that name what is wanted") {
    const auto read = [](const std::string &entry) {
        const Step step = read_step("files", "- {to: /a, " + entry + "}");
        CHECK(step.identity == step.options);
        CHECK(find_step_kind("files")->section({step.options}) == Json::array({step.options}));
        return step.summary + " " + step.options.dump();
    };
    CHECK(
        read("directory: true") ==
        R"(make directory /a {"to":"/a","directory":true,"mode":"0755","owner":"root","group":"root"})");
    CHECK(read("link: ../b") == R"(link /a to ../b {"to":"/a","link":"../b"})");
    CHECK(read("mode: \"644\"") == R"(set mode of /a {"to":"/a","recursive":false,"mode":"0644"})");
    CHECK(read("owner: 0, group: adm, recursive: true") ==
          R"(set owner, group of /a and all below it {"to":"/a","recursive":true,)"
          R"("owner":"root","group":"adm"})");
}

TEST_CASE("files: what does not go with a directory, a link or attributes is refused") {
    CHECK(mistakes("- {to: /a, directory: false}") == "1:23: 'directory' is true or not there\n");
    CHECK(mistakes("- {to: /a, directory: true, content: x}") ==
          "1:29: 'content' does not go with 'directory'\n");
    CHECK(mistakes("- {to: /a, directory: true, link: x}") ==
          "1:29: 'link' does not go with 'directory'\n");
    CHECK(mistakes("- {to: /a, link: x, mode: \"0644\"}") ==
          "1:21: 'mode' does not go with 'link'\n");
    CHECK(mistakes("- {to: /a, content: x, recursive: true}") ==
          "1:24: 'recursive' does not go with contents\n");
    CHECK(mistakes("- {remove: /a, directory: true}") ==
          "1:16: 'directory' does not go with 'remove'\n");
    CHECK(mistakes("- {to: /a, recursive: true}") ==
          "1:3: an entry with 'to' needs 'content', 'from', 'directory', 'link', or attributes to "
          "set\n");
    CHECK(mistakes("- {to: /a, link: x}\n- {to: /a/b, content: x}\n") ==
          "2:8: /a/b is below /a, which another entry owns; 1:8 /a is written here\n");
    CHECK(mistakes("- {to: /a, directory: true}\n- {to: /a/b, content: x}\n") == "");
    CHECK(mistakes("- {to: /run/a, directory: true}\n").find("cannot be seen") !=
          std::string::npos);
}
