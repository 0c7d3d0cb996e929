#include "base/interrupt.hpp"

#include "base/clock.hpp"
#include "base/process.hpp"
#include "unit/base/child_helpers.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <poll.h>
#include <thread>
#include <unistd.h>

using namespace retouch;

namespace {

bool throws_interrupted() {
    try {
        base::check_interrupt();
    } catch (const Error &error) {
        return error.kind() == ErrorKind::interrupted &&
               std::string(error.what()) == "interrupted by SIGTERM";
    }
    return false;
}

base::ProcessSpec long_sleep() {
    base::ProcessSpec spec;
    spec.program = "sleep";
    spec.arguments = {"60"};
    return spec;
}

} // namespace

TEST_CASE("interrupt: before any signal nothing is pending") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              pollfd waiting{base::interrupt_fd(), POLLIN, 0};
              const bool quiet = base::interrupt_fd() >= 0 && base::pending_interrupt() == 0 &&
                                 poll(&waiting, 1, 0) == 0;
              base::check_interrupt();
              return quiet ? 0 : 1;
          }) == 0);
}

TEST_CASE("interrupt: each of the three signals is handled, and a second one does not kill") {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        CAPTURE(number);
        CHECK(in_child([number] {
                  base::install_interrupt_handlers();
                  raise(number);
                  raise(number);
                  return base::pending_interrupt() == number ? 0 : 1;
              }) == 0);
    }
}

TEST_CASE("interrupt: a signal sets the flag, wakes polls and is thrown at the next check") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              raise(SIGTERM);
              pollfd waiting{base::interrupt_fd(), POLLIN, 0};
              const bool woken = poll(&waiting, 1, 0) == 1;
              return woken && base::pending_interrupt() == SIGTERM && throws_interrupted() ? 0 : 1;
          }) == 0);
}

TEST_CASE("interrupt: more signals change nothing, the first one counts") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              raise(SIGTERM);
              for (int i = 0; i < 100; ++i)
                  raise(i % 2 == 0 ? SIGTERM : SIGINT);
              raise(SIGHUP);
              return base::pending_interrupt() == SIGTERM && throws_interrupted() ? 0 : 1;
          }) == 0);
}

TEST_CASE("interrupt: installing twice is harmless") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              const int fd = base::interrupt_fd();
              base::install_interrupt_handlers();
              return fd >= 0 && fd == base::interrupt_fd() ? 0 : 1;
          }) == 0);
}

TEST_CASE("interrupt: a broken pipe does not kill") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              return raise(SIGPIPE);
          }) == 0);
}

TEST_CASE("interrupt: a file that may not get larger does not kill") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              return raise(SIGXFSZ);
          }) == 0);
}

TEST_CASE("interrupt: what was ignored at the start stays so, but for SIGTERM") {
    CHECK(in_child([] {
              for (const int number : {SIGHUP, SIGINT, SIGTERM})
                  signal(number, SIG_IGN);
              base::install_interrupt_handlers();
              raise(SIGHUP);
              raise(SIGINT);
              if (base::pending_interrupt() != 0)
                  return 1;
              raise(SIGTERM);
              return base::pending_interrupt() == SIGTERM ? 0 : 2;
          }) == 0);
}

TEST_CASE("interrupt: what was blocked at the start is heard") {
    CHECK(in_child([] {
              sigset_t all;
              sigfillset(&all);
              sigprocmask(SIG_BLOCK, &all, nullptr);
              base::install_interrupt_handlers();
              raise(SIGTERM);
              return base::pending_interrupt() == SIGTERM ? 0 : 1;
          }) == 0);
}

TEST_CASE("interrupt: shields nest, and the signal is not lost") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              {
                  const base::InterruptShield outer;
                  {
                      const base::InterruptShield inner;
                      raise(SIGTERM);
                      base::check_interrupt();
                  }
                  base::check_interrupt();
              }
              return throws_interrupted() ? 0 : 1;
          }) == 0);
}

TEST_CASE("interrupt: a running process is ended and the error thrown") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              std::thread sender([] {
                  std::this_thread::sleep_for(std::chrono::milliseconds(200));
                  kill(getpid(), SIGTERM);
              });
              const base::Stopwatch watch;
              int status = 1;
              try {
                  (void)base::run_process(long_sleep());
              } catch (const Error &error) {
                  status = error.kind() == ErrorKind::interrupted && watch.seconds() < 2 ? 0 : 2;
              }
              sender.join();
              return status + (has_no_children() ? 0 : 4);
          }) == 0);
}

TEST_CASE("interrupt: after a signal no process is started any more") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              raise(SIGTERM);
              try {
                  (void)base::run_process(long_sleep());
              } catch (const Error &error) {
                  return error.kind() == ErrorKind::interrupted ? 0 : 2;
              }
              return 1;
          }) == 0);
}

TEST_CASE("interrupt: under a shield processes run to their end") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              const base::InterruptShield shield;
              raise(SIGTERM);
              base::ProcessSpec spec;
              spec.program = "/bin/sh";
              spec.arguments = {"-c", "sleep 0.3; echo done"};
              return base::run_process(spec).out == "done\n" ? 0 : 1;
          }) == 0);
}

TEST_CASE("interrupt: the signal that reaches us does not reach the child") {
    CHECK(in_child([] {
              setpgid(0, 0);
              base::install_interrupt_handlers();
              const base::InterruptShield shield;
              std::thread sender([] {
                  std::this_thread::sleep_for(std::chrono::milliseconds(200));
                  kill(0, SIGINT); // what a terminal does on Ctrl-C
              });
              base::ProcessSpec spec;
              spec.program = "/bin/sh";
              spec.arguments = {"-c", "sleep 0.5; echo done"};
              const bool finished = base::run_process(spec).out == "done\n";
              sender.join();
              return finished && base::pending_interrupt() == SIGINT ? 0 : 1;
          }) == 0);
}
