#include "base/descriptors.hpp"

#include "base/process.hpp"
#include "retouch/error.hpp"
#include "unit/base/child_helpers.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

void limit_to(rlim_t soft, rlim_t hard) {
    const rlimit limit{soft, hard};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        throw std::runtime_error("the limit cannot be set");
}

rlim_t soft_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

std::string limit_of_child(bool many) {
    base::ProcessSpec spec;
    spec.program = "/bin/sh";
    spec.arguments = {"-c", "ulimit -S -n; ulimit -H -n"};
    spec.many_descriptors = many;
    return base::run_process(spec).out;
}

} // namespace

TEST_CASE("descriptors: the limit is raised as far as needed, and not further") {
    CHECK(in_child([] {
              limit_to(20, 100);
              base::require_descriptors(20);
              if (soft_limit() != 20 || base::former_descriptor_limit())
                  return 1;
              base::require_descriptors(60);
              if (soft_limit() != 60 || base::former_descriptor_limit()->rlim_cur != 20)
                  return 2;
              base::require_descriptors(100);
              return soft_limit() == 100 && base::former_descriptor_limit()->rlim_cur == 20 ? 0 : 3;
          }) == 0);
}

TEST_CASE("descriptors: more than the hard limit allows is refused with what there is") {
    CHECK(in_child([] {
              limit_to(20, 40);
              try {
                  base::require_descriptors(41);
              } catch (const Error &error) {
                  return error.kind() == ErrorKind::unavailable &&
                                 std::string(error.what()) == "this process may have 40 files open "
                                                              "at once, and needs 41" &&
                                 error.hint() == "raise the hard limit of open files: 'ulimit -Hn' "
                                                 "shows it, LimitNOFILE= sets it for a service"
                             ? 0
                             : 1;
              }
              return 2;
          }) == 0);
}

TEST_CASE("descriptors: programs get the limit we began with, unless they need as many as we") {
    CHECK(in_child([] {
              limit_to(50, 100);
              if (limit_of_child(false) != "50\n100\n")
                  return 1;
              base::require_descriptors(70);
              if (limit_of_child(false) != "50\n100\n")
                  return 2;
              return limit_of_child(true) == "70\n100\n" ? 0 : 3;
          }) == 0);
}
