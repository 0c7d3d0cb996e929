// Starts that fail, for want of descriptors, processes, memory or rights: an Error that says so,
// nothing left, and a bystander who lives. In a PID namespace, where everybody is nobody else.

#include "base/process.hpp"

#include "support/failing_call.hpp"
#include "unit/base/child_helpers.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <map>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace retouch;
namespace fs = std::filesystem;

namespace {

base::ProcessSpec program(const std::string &path, const std::string &input = {}) {
    base::ProcessSpec spec;
    spec.program = path;
    spec.input = input;
    return spec;
}

/// Every way this layer starts a child.
const std::map<std::string, std::function<void(const std::string &)>> k_ways = {
    {"run_process", [](const std::string &path) { (void)base::run_process(program(path)); }},
    {"run_process with input",
     [](const std::string &path) { (void)base::run_process(program(path, "in")); }},
    {"helper", [](const std::string &path) { base::ChildProcess(program(path)).stop(); }},
    {"helper with a log",
     [](const std::string &path) {
         base::ProcessSpec spec = program(path);
         spec.log = fs::temp_directory_path() / ("retouch-test-log-" + std::to_string(getpid()));
         base::ChildProcess(spec).stop();
         fs::remove(spec.log);
     }},
};

std::ptrdiff_t open_descriptors() {
    std::ptrdiff_t count = 0;
    for (int fd = 0; fd < 1024; ++fd)
        count += fcntl(fd, F_GETFD) < 0 ? 0 : 1;
    return count;
}

/// "KIND: message | hint" of what starting it throws, else "started".
std::string outcome(const std::function<void(const std::string &)> &way, const std::string &path) {
    try {
        way(path);
    } catch (const Error &error) {
        const std::string kind = error.kind() == ErrorKind::unavailable ? "unavailable" : "other";
        return kind + ": " + error.what() + " | " + error.hint();
    }
    return "started";
}

const char *const k_more_files =
    "this process may open no more files: raise its limit ('ulimit -n' shows it) and run again";

struct FailingCall {
    std::string name;
    std::vector<long> numbers;
    int code;
    std::string outcome;
};

const std::string k_no_process =
    " | no more processes may be started: raise the limit ('ulimit -u' "
    "shows the user's, pids.max that of the control group), or end "
    "others";
const std::string k_no_memory = " | there is not enough memory: end other programs and run again";
const std::string k_no_file = std::string(" | ") + k_more_files;
const std::string k_no_right = " | look at the permissions of the program, and at the options its "
                               "filesystem is mounted with";
const std::string k_start = "unavailable: cannot start /bin/true: ";

const std::vector<FailingCall> k_failing_calls = {
    {"clone, no process",
     {SYS_clone, SYS_clone3, SYS_fork, SYS_vfork},
     EAGAIN,
     k_start + "Resource temporarily unavailable" + k_no_process},
    {"clone, no memory",
     {SYS_clone, SYS_clone3, SYS_fork, SYS_vfork},
     ENOMEM,
     k_start + "Cannot allocate memory" + k_no_memory},
    {"clone, no descriptor",
     {SYS_clone, SYS_clone3, SYS_fork, SYS_vfork},
     EMFILE,
     k_start + "Too many open files" + k_no_file},
    {"pipe2",
     {SYS_pipe2},
     EMFILE,
     "unavailable: cannot create a pipe: Too many open files" + k_no_file},
    {"pidfd_open is not needed", {SYS_pidfd_open}, EMFILE, "started"},
    {"pidfd_open does not exist", {SYS_pidfd_open}, ENOSYS, "started"},
    {"execve, no right", {SYS_execve}, EACCES, k_start + "Permission denied" + k_no_right},
    {"execve, no program", {SYS_execve}, ENOEXEC, k_start + "Exec format error | "},
    {"execve, no memory", {SYS_execve}, ENOMEM, k_start + "Cannot allocate memory" + k_no_memory},
    {"execve, no descriptor", {SYS_execve}, EMFILE, k_start + "Too many open files" + k_no_file},
    {"setpgid", {SYS_setpgid}, EPERM, k_start + "Operation not permitted" + k_no_right},
    {"dup2", {SYS_dup2, SYS_dup3}, EMFILE, k_start + "Too many open files" + k_no_file},
    {"close_range does not exist", {SYS_close_range}, ENOSYS, "started"},
};

} // namespace

TEST_CASE(
    "start: with any number of free descriptors it succeeds or is refused, and nobody else is "
    "touched") {
    if (geteuid() != 0)
        return;
    for (const auto &[name, way] : k_ways) {
        CAPTURE(name);
        // The test program prints what went wrong: Catch cannot from a child.
        CHECK(beside_bystander([&way = way] {
                  const std::ptrdiff_t before = open_descriptors();
                  std::size_t refused = 0;
                  for (unsigned count = 0; count <= 64; ++count) {
                      rlimit full{};
                      getrlimit(RLIMIT_NOFILE, &full);
                      leave_descriptors(count);
                      const std::string said = outcome(way, "/bin/true");
                      setrlimit(RLIMIT_NOFILE, &full);
                      const bool clear =
                          said.starts_with("unavailable: cannot ") &&
                          said.ends_with(std::string("Too many open files | ") + k_more_files);
                      refused += said == "started" ? 0 : 1;
                      if ((said != "started" && !clear) || open_descriptors() != before ||
                          !has_no_children()) {
                          std::cerr << count << " free: " << said << '\n';
                          return 1;
                      }
                  }
                  return refused >= 3 && refused <= 10 ? 0 : 2;
              }) == 0);
    }
}

TEST_CASE("start: when a system call fails it is refused with what ran out, and nobody else is "
          "touched") {
    if (geteuid() != 0)
        return;
    for (const FailingCall &call : k_failing_calls)
        for (const auto &[name, way] : k_ways) {
            CAPTURE(call.name, name);
            CHECK(beside_bystander([&, &way = way] {
                      for (const long number : call.numbers)
                          test::fail_call(number, call.code);
                      const std::string said = outcome(way, "/bin/true");
                      if (said == call.outcome)
                          return 0;
                      std::cerr << said << '\n';
                      return 1;
                  }) == 0);
        }
}

TEST_CASE("start: input needs a file in memory") {
    if (geteuid() != 0)
        return;
    CHECK(beside_bystander([&] {
              test::fail_call(SYS_memfd_create, EMFILE);
              return outcome(k_ways.at("run_process with input"), "/bin/true") ==
                             "unavailable: cannot create a file in memory: Too many open files" +
                                 k_no_file
                         ? 0
                         : 1;
          }) == 0);
}

TEST_CASE("start: as a user who may start no more processes") {
    if (geteuid() != 0)
        return;
    CHECK(beside_bystander([&] {
              constexpr uid_t k_nobody = 65534;
              constexpr rlimit k_none{1, 1};
              if (setrlimit(RLIMIT_NPROC, &k_none) != 0 ||
                  setresuid(k_nobody, k_nobody, k_nobody) != 0)
                  return 2;
              const std::string said = outcome(k_ways.at("run_process"), "/bin/true");
              if (said == k_start + "Resource temporarily unavailable" + k_no_process)
                  return 0;
              std::cerr << said << '\n';
              return 1;
          }) == 0);
}

TEST_CASE("start: a program that is missing or cannot be executed is refused by every way") {
    const base::TemporaryDirectory directory(fs::temp_directory_path(), "retouch-test-");
    const fs::path junk = directory.path() / "junk";
    const fs::path lost = directory.path() / "lost";
    base::write_file_atomically(junk, "\x7f not a program", 0755);
    base::write_file_atomically(lost, "#!/nowhere/sh\n", 0755);
    const std::map<std::string, std::string> outcomes = {
        {directory.path() / "missing",
         "unavailable: the program " + (directory.path() / "missing").string() +
             " is not there | install it, or add its directory to PATH"},
        {directory.path(), "unavailable: the program " + directory.path().string() +
                               " is not there | install it, or add its directory to PATH"},
        {junk, "unavailable: cannot start " + junk.string() + ": Exec format error | "},
        {lost, "unavailable: cannot start " + lost.string() + ": No such file or directory | "},
    };
    for (const auto &[path, expected] : outcomes)
        for (const auto &[name, way] : k_ways) {
            CAPTURE(name);
            CHECK(outcome(way, path) == expected);
        }
    CHECK(has_no_children());
}

TEST_CASE("process number: everybody, a group and init cannot be meant") {
    for (const pid_t number : {-65536, -2, -1, 0, 1})
        CHECK_THROWS_WITH(base::ProcessId(number),
                          std::to_string(number) + " is not the number of a process of ours");
    CHECK(base::ProcessId(2).number() == 2);
}

TEST_CASE("process handle: it signals the one it holds, and nobody once that is gone") {
    if (geteuid() != 0)
        return;
    CHECK(beside_bystander([] {
              const pid_t other = fork();
              if (other == 0)
                  while (true)
                      pause();
              const base::ProcessHandle held{base::ProcessId(other)};
              if (held.ended())
                  return 1;
              held.signal(SIGKILL);
              if (!held.ended(std::chrono::seconds(5)))
                  return 2;
              waitpid(other, nullptr, 0);
              held.signal(SIGKILL);
              return base::process_exists(held.id()) ? 3 : 0;
          }) == 0);
}

TEST_CASE("process handle: a process that is not there cannot be held") {
    CHECK_THROWS_WITH(base::ProcessHandle(base::ProcessId(4194305)),
                      Catch::Matchers::StartsWith("cannot watch process 4194305: "));
    CHECK_FALSE(base::process_exists(base::ProcessId(4194305)));
    CHECK(base::process_exists(base::ProcessId(getpid())));
}
