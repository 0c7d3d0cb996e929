#include "base/process.hpp"

#include "base/clock.hpp"
#include "base/output_pipe.hpp"
#include "unit/base/child_helpers.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <fcntl.h>
#include <numeric>
#include <unistd.h>

using namespace retouch;
using namespace std::chrono_literals;

namespace {

base::ProcessSpec shell(const std::string &script) {
    base::ProcessSpec spec;
    spec.program = "/bin/sh";
    spec.arguments = {"-c", script};
    return spec;
}

} // namespace

TEST_CASE("process: status and both outputs come back, apart") {
    const base::ProcessResult result = base::run_process(shell("echo out; echo err >&2; exit 3"));
    CHECK(result.exit_status == 3);
    CHECK(result.out == "out\n");
    CHECK(result.err == "err\n");
    CHECK(result.out_total == 4);
    CHECK(result.err_total == 4);
    CHECK_FALSE(result.timed_out);
    CHECK_FALSE(result.ok());
    CHECK(base::run_process(shell("true")).ok());
    CHECK(has_no_children());
}

TEST_CASE("process: a death by signal is 128 plus its number") {
    CHECK(base::run_process(shell("kill -9 $$")).exit_status == 137);
    CHECK(base::run_process(shell("kill -15 $$")).exit_status == 143);
}

TEST_CASE("process: arguments arrive as they are, whatever they hold") {
    base::ProcessSpec spec;
    spec.program = "printf";
    spec.arguments = {"[%s]", "", "a b", "\"q\"", "$HOME", "*", "\\", "'", "ü\n", "--"};
    CHECK(base::run_process(spec).out == "[][a b][\"q\"][$HOME][*][\\]['][ü\n][--]");
}

TEST_CASE("process: an argument with a NUL byte is refused, not cut") {
    base::ProcessSpec spec;
    spec.program = "echo";
    spec.arguments = {std::string("a\0b", 3)};
    CHECK_THROWS_WITH(base::run_process(spec), "an argument for echo holds a NUL byte");
}

TEST_CASE("process: no shell stands between") {
    base::ProcessSpec spec;
    spec.program = "echo; true";
    CHECK_THROWS_WITH(base::run_process(spec), "the program echo; true is not there");
}

TEST_CASE("process: a missing program is told apart from a failing one") {
    base::ProcessSpec spec;
    spec.program = "no-such-program";
    try {
        (void)base::run_process(spec);
        FAIL("nothing was thrown");
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::unavailable);
        CHECK(std::string(error.what()) == "the program no-such-program is not there");
        CHECK(error.hint() == "install it, or add its directory to PATH");
    }
    CHECK(has_no_children());
}

TEST_CASE("process: a program that cannot be executed is an error and leaves no zombie") {
    const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(),
                                             "retouch-test-");
    const std::string path = (directory.path() / "junk").string();
    base::write_file_atomically(path, "\x7f not a program", 0755);
    base::ProcessSpec spec;
    spec.program = path;
    try {
        (void)base::run_process(spec);
        FAIL("nothing was thrown");
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::unavailable);
        CHECK(std::string(error.what()) == "cannot start " + path + ": Exec format error");
    }
    CHECK(has_no_children());
}

TEST_CASE("process: the environment is ours or exactly the one given") {
    base::ProcessSpec spec;
    spec.program = "env";
    spec.environment.emplace();
    CHECK(base::run_process(spec).out.empty());
    spec.environment = {{"A", "1"}, {"B", "two words=x"}};
    CHECK(base::run_process(spec).out == "A=1\nB=two words=x\n");
    spec.environment.reset();
    setenv("RETOUCH_TEST_VARIABLE", "seen", 1);
    CHECK(base::run_process(spec).out.find("RETOUCH_TEST_VARIABLE=seen\n") != std::string::npos);
    unsetenv("RETOUCH_TEST_VARIABLE");
}

TEST_CASE("process: without input standard input is empty") {
    CHECK(base::run_process(shell("cat; echo end")).out == "end\n");
}

TEST_CASE("process: input far larger than a pipe arrives whole while output flows back") {
    base::ProcessSpec spec;
    spec.program = "cat";
    spec.input.resize(5'000'000);
    std::iota(spec.input.begin(), spec.input.end(), '\0');
    spec.output_bound = 6'000'000;
    CHECK(base::run_process(spec).out == spec.input);
}

TEST_CASE("process: a program that reads none of its input does no harm") {
    base::ProcessSpec spec = shell("exit 0");
    spec.input.assign(5'000'000, 'x');
    CHECK(base::run_process(spec).ok());
}

TEST_CASE("process: of much output the end is kept, and all of it counted") {
    base::ProcessSpec spec = shell("seq 1 100000");
    spec.output_bound = 14;
    const base::ProcessResult result = base::run_process(spec);
    CHECK(result.out == "\n99999\n100000\n");
    CHECK(result.out_total == 588895);
    spec.output_bound = 0;
    CHECK(base::run_process(spec).out.empty());
}

TEST_CASE("process: the bound is exact however the output comes in pieces") {
    for (const std::size_t bound : {1, 2, 63, 64, 65, 127, 128, 129, 1000}) {
        base::ProcessSpec spec = shell("for i in 1 2 3 4 5 6 7 8 9; do printf '%064d' $i; done");
        spec.output_bound = bound;
        const base::ProcessResult result = base::run_process(spec);
        CAPTURE(bound);
        CHECK(result.out.size() == std::min<std::size_t>(bound, 576));
        CHECK(result.out.back() == '9');
        CHECK(result.out_total == 576);
    }
}

TEST_CASE("process: printing 100 MB costs no memory") {
    CHECK(in_child([] {
              base::ProcessSpec spec = shell("head -c 100000000 /dev/zero; "
                                             "head -c 100000000 /dev/zero >&2");
              spec.output_bound = std::size_t{64} * 1024;
              const long before = status_number("VmHWM");
              const base::ProcessResult result = base::run_process(spec);
              const long grown_kib = status_number("VmHWM") - before;
              if (result.out_total != 100000000 || result.err_total != 100000000)
                  return 1;
              return grown_kib < 8 * 1024 ? 0 : 2;
          }) == 0);
}

TEST_CASE("process: the time limit ends the program") {
    base::ProcessSpec spec = shell("echo started; sleep 60");
    spec.time_limit = 200ms;
    const base::ProcessResult result = base::run_process(spec);
    CHECK(result.timed_out);
    CHECK_FALSE(result.ok());
    CHECK(result.exit_status == 143);
    CHECK(result.out == "started\n");
    CHECK(result.seconds >= 0.2);
    CHECK(result.seconds < 2);
}

TEST_CASE("process: a program that ignores SIGTERM is killed two seconds later") {
    base::ProcessSpec spec = shell("trap '' TERM; while :; do sleep 0.1; done");
    spec.time_limit = 100ms;
    const base::ProcessResult result = base::run_process(spec);
    CHECK(result.timed_out);
    CHECK(result.exit_status == 137);
    CHECK(result.seconds >= 2);
    CHECK(result.seconds < 4);
}

TEST_CASE("process: the time limit ends grandchildren too, even stubborn ones") {
    base::ProcessSpec spec =
        shell("sh -c 'trap \"\" TERM; while :; do sleep 0.1; done' & echo $!; wait");
    spec.time_limit = 200ms;
    const base::ProcessResult result = base::run_process(spec);
    CHECK(result.timed_out);
    CHECK_FALSE(survives(std::stoi(result.out)));
    CHECK(has_no_children());
}

TEST_CASE("process: a grandchild that keeps the pipe open is neither waited for nor left behind") {
    const base::ProcessResult result = base::run_process(shell("sleep 60 & echo $!"));
    CHECK(result.ok());
    CHECK(result.seconds < 2);
    CHECK_FALSE(survives(std::stoi(result.out)));
}

TEST_CASE("process: a grandchild that left the group is not waited for") {
    const base::ProcessResult result =
        base::run_process(shell("setsid sleep 60 & sleep 0.1; echo $!"));
    CHECK(result.ok());
    CHECK(result.seconds < 2);
    kill(std::stoi(result.out), SIGKILL);
}

TEST_CASE("process: a silent background process of the group is killed at the end") {
    const base::ProcessResult result =
        base::run_process(shell("sleep 60 >/dev/null 2>&1 & echo $!"));
    CHECK(result.seconds < 1);
    CHECK_FALSE(survives(std::stoi(result.out)));
}

TEST_CASE("process: the child leads a group of its own") {
    const base::ProcessResult result = base::run_process(shell("echo $$; ps -o pgid= -p $$"));
    int pid = 0;
    int group = 0;
    REQUIRE(std::sscanf(result.out.c_str(), "%d %d", &pid, &group) == 2);
    CHECK(pid == group);
    CHECK(group != getpgrp());
}

TEST_CASE("process: no descriptor leaks into the child") {
    constexpr int k_high = 90;                              // above what the shell itself opens
    const int leak = fcntl(STDERR_FILENO, F_DUPFD, k_high); // without O_CLOEXEC, on purpose
    const base::UniqueFd keep(leak);
    base::ProcessSpec spec = shell("cd /proc/self/fd && echo *");
    const std::string without = base::run_process(spec).out;
    CHECK(without.find(' ' + std::to_string(leak)) == std::string::npos);
    CHECK(without.starts_with("0 1 2"));
    spec.inherited = {leak};
    CHECK(base::run_process(spec).out.find(' ' + std::to_string(leak)) != std::string::npos);
}

TEST_CASE("process: an inherited descriptor works and stays private otherwise") {
    const base::UniqueFd file = base::open_file("/etc/passwd", O_RDONLY);
    const int fd = fcntl(file.get(), F_DUPFD_CLOEXEC, 100);
    const base::UniqueFd high(fd);
    base::ProcessSpec spec = shell("head -c 5 /proc/self/fd/" + std::to_string(fd));
    spec.inherited = {fd};
    CHECK(base::run_process(spec).out == "root:");
    CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("process: closed standard streams of ours do not confuse the child") {
    CHECK(in_child([] {
              for (const int fd : {0, 1, 2})
                  close(fd);
              base::ProcessSpec spec = shell("cat; echo err >&2");
              spec.input = "in";
              const base::ProcessResult result = base::run_process(spec);
              return result.out == "in" && result.err == "err\n" ? 0 : 1;
          }) == 0);
}

TEST_CASE("process: the child starts with default signal dispositions and nothing blocked") {
    CHECK(in_child([] {
              signal(SIGPIPE, SIG_IGN);
              signal(SIGTERM, SIG_IGN);
              sigset_t set;
              sigemptyset(&set);
              sigaddset(&set, SIGUSR1);
              sigprocmask(SIG_BLOCK, &set, nullptr);
              base::ProcessSpec spec;
              spec.program = "cat";
              spec.arguments = {"/proc/self/status"};
              const std::string status = base::run_process(spec).out;
              const bool clean = status.find("SigBlk:\t0000000000000000") != std::string::npos &&
                                 status.find("SigIgn:\t0000000000000000") != std::string::npos;
              sigset_t now;
              sigprocmask(SIG_BLOCK, nullptr, &now);
              const bool ours_kept =
                  sigismember(&now, SIGUSR1) == 1 && sigismember(&now, SIGTERM) == 0;
              return clean && ours_kept ? 0 : 1;
          }) == 0);
}

TEST_CASE("process: a hundred runs leave no descriptor behind") {
    const auto open_descriptors = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                             std::filesystem::directory_iterator());
    };
    (void)base::run_process(shell("true"));
    const auto before = open_descriptors();
    for (int i = 0; i < 100; ++i)
        REQUIRE(base::run_process(shell("exit 0")).ok());
    CHECK(open_descriptors() == before);
    CHECK(has_no_children());
}

TEST_CASE("run_checked: success passes the result on") {
    CHECK(base::run_checked(shell("echo fine"), "say it").out == "fine\n");
}

TEST_CASE("run_checked: a failure quotes the last words of the program, escaped") {
    CHECK_THROWS_WITH(
        base::run_checked(shell("echo one >&2; echo two >&2; echo >&2; echo three >&2; "
                                "printf 'f\\033our\\n' >&2; exit 4"),
                          "convert the image"),
        "cannot convert the image: sh ended with exit status 4: two; three; "
        "f\\x1bour");
    CHECK_THROWS_WITH(base::run_checked(shell("exit 1"), "do it"),
                      "cannot do it: sh ended with exit status 1");
}

TEST_CASE("run_checked: the time limit is told") {
    base::ProcessSpec spec = shell("sleep 60");
    spec.time_limit = 100ms;
    CHECK_THROWS_WITH(base::run_checked(spec, "wait"), "cannot wait: sh did not end within 0.1 s");
}

TEST_CASE("helper: runs beside us until it is stopped") {
    base::ProcessSpec spec;
    spec.program = "sleep";
    spec.arguments = {"60"};
    base::ChildProcess helper(spec);
    CHECK(helper.running());
    CHECK(helper.pid() > 0);
    CHECK(helper.stop().signal == SIGTERM);
    CHECK_FALSE(helper.running());
    CHECK(helper.stop().signal == SIGTERM);
    CHECK(has_no_children());
}

TEST_CASE("helper: its own end is noticed and its status kept") {
    base::ChildProcess helper(shell("exit 7"));
    for (int i = 0; i < 500 && helper.running(); ++i)
        usleep(10000);
    CHECK_FALSE(helper.running());
    CHECK(helper.stop().exit_status == 7);
}

TEST_CASE("helper: one that ignores SIGTERM is killed when patience ends") {
    const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(),
                                             "retouch-test-");
    base::ProcessSpec spec = shell("trap '' TERM; echo ready; while :; do sleep 0.1; done");
    spec.log = directory.path() / "log";
    base::ChildProcess helper(spec);
    while (!std::filesystem::exists(spec.log) || base::read_file(spec.log, 100).empty())
        usleep(10000);
    const base::Stopwatch watch;
    CHECK(helper.stop(300ms).signal == SIGKILL);
    CHECK(watch.seconds() >= 0.3);
    CHECK(watch.seconds() < 5);
    CHECK(has_no_children());
}

TEST_CASE("helper: one that missed the wish that it end is told again") {
    const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(),
                                             "retouch-test-");
    base::ProcessSpec spec = shell("trap 'test \"$told\" && exit 7; told=yes' TERM; echo ready; "
                                   "while :; do sleep 0.1; done");
    spec.log = directory.path() / "log";
    base::ChildProcess helper(spec);
    while (!std::filesystem::exists(spec.log) || base::read_file(spec.log, 100).empty())
        usleep(10000);
    const base::Stopwatch watch;
    const base::ProcessEnd end = helper.stop(60s);
    CHECK(watch.seconds() < 30);
    CHECK(end.exit_status == 7);
    CHECK(end.signal == 0);
}

TEST_CASE("helper: stopped and reaped by the destructor, with everything it started") {
    const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(),
                                             "retouch-test-");
    base::ProcessSpec spec = shell("sleep 60 & echo $!; echo err >&2; wait");
    spec.log = directory.path() / "log";
    {
        const base::ChildProcess helper(spec);
        while (base::read_file(spec.log, 100).find("err") == std::string::npos)
            usleep(10000);
    }
    CHECK_FALSE(survives(std::stoi(base::read_file(spec.log, 100))));
    CHECK(has_no_children());
}

TEST_CASE("helper: moving hands it on") {
    base::ProcessSpec spec;
    spec.program = "sleep";
    spec.arguments = {"60"};
    base::ChildProcess first(spec);
    base::ChildProcess second(std::move(first));
    CHECK(second.running());
    CHECK(second.stop().signal == SIGTERM);
}

TEST_CASE("helper: dies with us, even when we are killed") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const base::UniqueFd read_end(ends[0]);
    base::UniqueFd write_end(ends[1]);
    CHECK(in_child([&] {
              base::ProcessSpec spec;
              spec.program = "sleep";
              spec.arguments = {"60"};
              const base::ChildProcess helper(spec);
              const std::string pid = std::to_string(helper.pid());
              base::write_all(write_end.get(), pid, "pipe");
              raise(SIGKILL);
              return 0;
          }) == 137);
    write_end.reset();
    std::string pid(20, '\0');
    REQUIRE(read(read_end.get(), pid.data(), pid.size()) > 0);
    CHECK_FALSE(survives(std::stoi(pid)));
}

TEST_CASE("find_program: PATH and the sbin directories are searched") {
    const std::string path = std::getenv("PATH");
    setenv("PATH", "relative:/nonesuch:/bin", 1);
    CHECK(base::find_program("sh") == "/bin/sh");
    CHECK(base::find_program("losetup").value_or("").ends_with("sbin/losetup"));
    setenv("PATH", "", 1);
    CHECK(base::find_program("sh") == std::nullopt);
    setenv("PATH", path.c_str(), 1);
    CHECK(base::find_program("/bin/sh") == "/bin/sh");
    CHECK(base::find_program("/etc/passwd") == std::nullopt);
    CHECK(base::find_program("/bin") == std::nullopt);
    CHECK(base::find_program("no-such-program") == std::nullopt);
}

TEST_CASE("process: killed and ended with a high status are told apart") {
    CHECK(base::run_process(shell("kill -9 $$")).signal == SIGKILL);
    CHECK(base::run_process(shell("exit 137")).signal == 0);
    CHECK(base::run_process(shell("exit 137")).exit_status == 137);
    CHECK(base::ProcessEnd{137, SIGKILL}.text() == "was killed (signal 9)");
    CHECK(base::ProcessEnd{139, SIGSEGV}.text() == "was ended by signal 11");
    CHECK(base::ProcessEnd{137, 0}.text() == "ended with exit status 137");
    CHECK_THROWS_WITH(base::run_checked(shell("echo words >&2; kill -9 $$"), "do it"),
                      "cannot do it: sh was killed (signal 9): words");
}

TEST_CASE("process: a stopped program ends in time, too") {
    base::ProcessSpec spec = shell("kill -STOP $$; sleep 60");
    spec.time_limit = 200ms;
    const base::ProcessResult result = base::run_process(spec);
    CHECK(result.timed_out);
    CHECK(result.signal == SIGTERM);
    base::ChildProcess helper(shell("kill -STOP $$; sleep 60"));
    usleep(200000);
    CHECK(helper.stop(20s).signal == SIGTERM);
}

TEST_CASE("process: what loses its lifeline is ended, and what ended before that is not lost") {
    base::Pipe line; // the reading end hangs up when the last writing end is closed
    base::ProcessSpec spec = shell("sleep 60 & wait");
    spec.lifelines = {line.read_end.get()};
    spec.begun = [&line](const base::ProcessHandle &) { line.write_end.reset(); };
    const base::ProcessResult lost = base::run_process(spec);
    CHECK(lost.lost);
    CHECK(lost.signal == SIGTERM);
    CHECK_FALSE(lost.ok());
    CHECK(lost.seconds < 30);

    base::Pipe whole;
    {
        const base::ChildProcess server(shell("exec sleep 60"));
        const base::ProcessHandle held = server.hold(); // its descriptor becomes readable
        spec = shell("sleep 60 & wait");
        spec.lifelines = {whole.read_end.get(), held.fd()};
        spec.begun = [&held](const base::ProcessHandle &) { held.signal(SIGKILL); };
        CHECK(base::run_process(spec).lost);
    }

    spec = shell("exit 3");
    spec.lifelines = {whole.read_end.get()};
    const base::ProcessResult ended = base::run_process(spec);
    CHECK_FALSE(ended.lost);
    CHECK(ended.exit_status == 3);
    CHECK(has_no_children());
}

TEST_CASE("process: an error of what is to be done once a program has begun ends the program") {
    pid_t begun = 0;
    base::ProcessSpec spec = shell("exec sleep 60");
    spec.begun = [&begun](const base::ProcessHandle &process) {
        begun = process.id().number();
        throw Error(ErrorKind::failed, "no");
    };
    CHECK_THROWS_AS(base::run_process(spec), Error);
    CHECK(kill(begun, 0) == -1);
    CHECK(has_no_children());
}

TEST_CASE(
    "process: a program whose lifeline was lost while it ended is lost, whatever its status") {
    base::Pipe line;
    base::ProcessSpec spec = shell("read -r word; exit 0");
    spec.lifelines = {line.read_end.get()};
    spec.input = "word\n";
    line.write_end.reset();
    CHECK(base::run_process(spec).lost);
}
