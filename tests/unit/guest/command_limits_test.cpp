#include "guest/command_limits.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

CommandLimits small() {
    return {std::uint64_t{64} << 20, 50, 64, std::uint64_t{1} << 20, std::chrono::seconds(5)};
}

/// What is added to a command that ended with `status` and said `words`.
std::vector<std::string> limits_of(int status, const std::string &words) {
    CommandResult result;
    result.exit_status = status;
    result.err = {words, words.size()};
    guest::add_likely_limits(result, {}, small());
    return result.limits;
}

using Phrases = std::vector<std::string>;

const char *const k_memory =
    "it seems to have met the limit of 64.0 MiB of memory (commands.memory in retouch.yaml)";
const char *const k_processes =
    "it seems to have met the limit of 50 processes (commands.processes in retouch.yaml)";
const char *const k_files =
    "it seems to have met the limit of 64 open files (commands.open_files in retouch.yaml)";
const char *const k_size =
    "it seems to have met the limit of 1.0 MiB for a file (commands.file_size in retouch.yaml)";

} // namespace

TEST_CASE("limits: those that a failed command's words tell of are named") {
    CHECK(limits_of(1, "dd: Cannot allocate memory\n") == Phrases{k_memory});
    CHECK(limits_of(1, "Out of memory!\n") == Phrases{k_memory});
    CHECK(limits_of(1, "terminate called after throwing 'std::bad_alloc'\n") == Phrases{k_memory});
    CHECK(limits_of(2, "sh: can't fork: Resource temporarily unavailable\n") ==
          Phrases{k_processes});
    CHECK(limits_of(1, "cc: Too many open files\n") == Phrases{k_files});
    CHECK(limits_of(1, "dd: writing 'x': File too large\n") == Phrases{k_size});
    CHECK(limits_of(1, "Out of memory\nFile too large\n") == Phrases{k_memory, k_size});
}

TEST_CASE("limits: what says something else, or ended well, met none") {
    CHECK(limits_of(100, "E: Could not get lock /var/lib/dpkg/lock - open (11: Resource "
                         "temporarily unavailable)\nforking\n") == Phrases{});
    CHECK(limits_of(0, "Cannot allocate memory\n") == Phrases{});
    CHECK(limits_of(3, "") == Phrases{});
}

TEST_CASE("limits: the signal of a file that is too large leaves no doubt") {
    CHECK(limits_of(153, "") ==
          Phrases{"it met the limit of 1.0 MiB for a file (commands.file_size in retouch.yaml)"});
}

TEST_CASE("limits: of two times the shorter one holds, and is named when it is not the command's") {
    GuestCommand command;
    command.time_limit = std::chrono::seconds(4);
    CHECK(guest::time_for(command, small()) == std::chrono::seconds(4));
    CommandResult result;
    result.timed_out = true;
    result.exit_status = 137;
    guest::add_likely_limits(result, command, small());
    CHECK(result.limits == Phrases{});

    command.time_limit = std::chrono::seconds(600);
    CHECK(guest::time_for(command, small()) == std::chrono::seconds(5));
    guest::add_likely_limits(result, command, small());
    CHECK(result.limits ==
          Phrases{"it met the limit of 5.0 s for any command (commands.time in retouch.yaml)"});
}

TEST_CASE("limits: one that is known to be met is not told again as likely") {
    CommandResult result;
    result.exit_status = 1;
    result.limits = {guest::met_limit(guest::CommandLimit::processes, small())};
    result.err = {"can't fork: Resource temporarily unavailable", 44};
    guest::add_likely_limits(result, {}, small());
    CHECK(result.limits ==
          Phrases{"it met the limit of 50 processes (commands.processes in retouch.yaml)"});
}
