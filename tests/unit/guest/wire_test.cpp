// What goes between the library and the program in a machine: whole values, whatever is cut off,
// added or made up.

#include "guest/machine/conversation.hpp"
#include "guest/machine/wire.hpp"

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace retouch;
using namespace retouch::guest;

namespace {

template<typename T>
std::string bytes_of(const T &value) {
    WireWriter writer;
    writer << value;
    return writer.take();
}

std::vector<EntryChange> some_changes() {
    EntryState state;
    state.info = {FileInfo::Type::symlink, 0777, 1000, 4294967295, 0};
    state.target = "a\0b";
    return {{"/etc/x", std::nullopt, state, "diff"}, {"/etc/y", state, std::nullopt, ""}};
}

/// True when reading refuses them.
template<typename T>
bool is_refused(const std::string &bytes) {
    try {
        static_cast<void>(read_result<T>(bytes));
        return false;
    } catch (const Error &error) {
        return std::string(error.what()) == "the machine answered with bytes that mean nothing";
    }
}

struct Line {
    Channel near;
    base::UniqueFd far;
};

Line line() {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    return {Channel(base::UniqueFd(ends[0])), base::UniqueFd(ends[1])};
}

/// What the host makes of `bytes` on the line, after which it ends.
std::string made_of(const std::string &bytes) {
    Line made = line();
    std::jthread writer([&] {
        static_cast<void>(!write(made.far.get(), bytes.data(), bytes.size()));
        made.far.reset();
    });
    try {
        return "result: " + await_answer(made.near, std::chrono::seconds(20));
    } catch (const Error &error) {
        return std::string(error.what()) + " | " + error.hint();
    }
}

std::string message(const std::string &bytes) {
    std::string head(4, '\0');
    for (std::size_t at = 0; at < 4; ++at)
        head[at] = static_cast<char>(bytes.size() >> (8 * at));
    return head + bytes;
}

} // namespace

TEST_CASE("wire: what was written is read") {
    CHECK(read_result<std::vector<EntryChange>>(bytes_of(some_changes())) == some_changes());
    CommandResult result;
    result.exit_status = -1;
    result.limits = {"one", ""};
    result.out = {std::string("\0\xff", 2), 1ULL << 40};
    result.seconds = 0.25;
    const auto read = read_result<CommandResult>(bytes_of(result));
    CHECK(read.exit_status == -1);
    CHECK(read.limits == result.limits);
    CHECK(read.out.text == result.out.text);
    CHECK(read.out.total == 1ULL << 40);
    CHECK(read.seconds == 0.25);
    CHECK(read_result<std::optional<std::string>>(bytes_of(std::optional<std::string>())) ==
          std::nullopt);
}

TEST_CASE("wire: what lacks a byte anywhere, or has one more, is refused") {
    const std::string bytes = bytes_of(some_changes());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        REQUIRE(is_refused<std::vector<EntryChange>>(bytes.substr(0, size)));
    }
    CHECK(is_refused<std::vector<EntryChange>>(bytes + '\0'));
}

TEST_CASE("wire: numbers that mean nothing are refused, and cost no memory") {
    CHECK(is_refused<bool>(bytes_of(std::uint64_t{2})));
    CHECK(is_refused<FileInfo::Type>(bytes_of(std::uint64_t{4})));
    CHECK(is_refused<std::uint32_t>(bytes_of(std::uint64_t{1} << 32)));
    CHECK(is_refused<std::string>(bytes_of(~std::uint64_t{0})));
    CHECK(is_refused<std::vector<EntryChange>>(bytes_of(std::uint64_t{1} << 60)));
    CHECK(is_refused<std::vector<std::string>>(bytes_of(std::uint64_t{8})));
}

TEST_CASE("answers: a result, an error, and what is neither") {
    const auto answer = [](auto... parts) {
        WireWriter writer;
        static_cast<void>((writer << ... << parts));
        return message(writer.take());
    };
    CHECK(made_of(answer(MachineAnswer::notice, "careful") + answer(MachineAnswer::result)) ==
          "result: ");
    CHECK(made_of(answer(MachineAnswer::error, ErrorKind::refused, "no", "do this")) ==
          "no | do this");
    CHECK(made_of(answer(MachineAnswer::error, ErrorKind::refused, "\x1b[31m", "")) ==
          "\\x1b[31m | ");
    const std::string nothing = "the machine answered with bytes that mean nothing | run again; if "
                                "it happens again, the image may have taken the machine over";
    CHECK(made_of(answer(MachineAnswer::error, ErrorKind::refused, "no")) == nothing);
    CHECK(made_of(answer(std::uint64_t{3})) == nothing);
    CHECK(made_of(message("")) == nothing);
    const std::string ended =
        "the guest's machine has ended | see what ended it ('dmesg' tells when memory ran "
        "out), and run again";
    CHECK(made_of("") == ended);
    CHECK(made_of("\x08") == ended);
    CHECK(made_of(answer(MachineAnswer::result).substr(0, 6)) == ended);
    CHECK(made_of("\xff\xff\xff\xff") == "the machine began a message that is too large | see what "
                                         "ended it ('dmesg' tells when memory ran out), and run "
                                         "again");
}

TEST_CASE("answers: a machine that was taken over does not choose how a run ends") {
    for (const ErrorKind kind : {ErrorKind::interrupted, ErrorKind::temporary, ErrorKind::stale,
                                 ErrorKind::not_authorised, ErrorKind::usage}) {
        Line made = line();
        WireWriter writer;
        writer << MachineAnswer::error << kind << "so"
               << "";
        const std::string bytes = message(writer.take());
        REQUIRE(write(made.far.get(), bytes.data(), bytes.size()) ==
                static_cast<ssize_t>(bytes.size()));
        try {
            static_cast<void>(await_answer(made.near, std::chrono::seconds(20)));
            FAIL("answered");
        } catch (const Error &error) {
            CHECK(error.kind() == ErrorKind::failed);
        }
    }
}

TEST_CASE("answers: a machine that says nothing is not waited for without end") {
    Line made = line();
    CHECK_THROWS_WITH(static_cast<void>(await_answer(made.near, std::chrono::seconds(1))),
                      "the guest's machine did not answer within 1.0 s");
}
