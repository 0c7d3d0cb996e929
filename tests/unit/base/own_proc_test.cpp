#include "base/own_proc.hpp"

#include "retouch/error.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace retouch;

namespace {

enum Outcome { fine = 0, refused = 1, other_words = 2, not_tried = 3 };

Outcome outcome_here() {
    try {
        base::require_own_proc();
        return fine;
    } catch (const Error &error) {
        const bool expected =
            error.kind() == ErrorKind::unavailable &&
            std::string(error.what()) ==
                "/proc shows the processes of another PID namespace than this one";
        return expected ? refused : other_words;
    }
}

/// Of a process in a PID namespace of its own that kept this /proc.
int outcome_in_namespace() {
    const pid_t outer = fork();
    if (outer == 0) {
        if (unshare(CLONE_NEWPID) != 0)
            std::_Exit(not_tried);
        const pid_t inner = fork();
        if (inner == 0)
            std::_Exit(outcome_here());
        int status = 0;
        waitpid(inner, &status, 0);
        std::_Exit(WEXITSTATUS(status));
    }
    int status = 0;
    waitpid(outer, &status, 0);
    return WEXITSTATUS(status);
}

} // namespace

TEST_CASE("proc: the one of another PID namespace is refused") {
    CHECK(outcome_here() == fine);
    if (geteuid() == 0)
        CHECK(outcome_in_namespace() == refused);
}
