#include "base/waiting.hpp"

#include "base/apart.hpp"
#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/sync_file.hpp"
#include "base/text.hpp"
#include "unit/base/child_helpers.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace retouch;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

enum class Disk { good, hangs, fails };

Disk disk = Disk::good;

} // namespace

/// Takes the place of the C library's: what a disk does is up to the test.
extern "C" int fsync(int fd) {
    while (disk == Disk::hangs)
        sleep(60);
    errno = ENOSPC;
    return disk == Disk::fails ? -1 : static_cast<int>(syscall(SYS_fsync, fd));
}

namespace {

struct Scratch {
    base::TemporaryDirectory directory{fs::temp_directory_path(), "retouch-test-"};

    [[nodiscard]] fs::path operator/(const char *name) const { return directory.path() / name; }
};

/// True when `wait` ends with Error: interrupted soon after a signal that comes while it waits.
bool ends_with_a_signal(const std::function<void()> &wait) {
    return in_child([&] {
               base::install_interrupt_handlers();

               std::thread sender([] {
                   std::this_thread::sleep_for(300ms);
                   kill(getpid(), SIGTERM);
               });
               const base::Stopwatch watch;
               int status = 1;
               try {
                   wait();
               } catch (const Error &error) {
                   const double seconds = watch.seconds();
                   status = error.kind() == ErrorKind::interrupted && seconds > 0.2 && seconds < 5
                                ? 0
                                : 2;
               }
               sender.join();
               return status;
           }) == 0;
}

struct Pipe {
    int ends[2] = {-1, -1};

    Pipe() { REQUIRE(pipe(ends) == 0); }

    ~Pipe() {
        close(ends[0]);
        close(ends[1]);
    }

    Pipe(const Pipe &) = delete;
    Pipe &operator=(const Pipe &) = delete;
};

} // namespace

TEST_CASE("waiting: each kind of it ends with a signal") {
    const Scratch scratch;
    REQUIRE(mkfifo((scratch / "fifo").c_str(), 0600) == 0);
    const std::string much(std::size_t{1} << 20, 'x');
    const Pipe pipe;

    SECTION("time") {
        CHECK(ends_with_a_signal([] { base::pause_for(60s); }));
    }
    SECTION("a descriptor") {
        CHECK(ends_with_a_signal([&] { base::wait_for_events(pipe.ends[0], POLLIN); }));
    }
    SECTION("the reader of a FIFO that is opened") {
        CHECK(ends_with_a_signal([&] { (void)base::open_file(scratch / "fifo", O_WRONLY); }));
    }
    SECTION("a full pipe") {
        CHECK(ends_with_a_signal([&] { base::write_all(pipe.ends[1], much, "pipe"); }));
    }
    SECTION("a full FIFO") {
        CHECK(ends_with_a_signal([&] {
            const base::UniqueFd reader = base::open_file(scratch / "fifo", O_RDONLY);
            base::write_all(base::open_file(scratch / "fifo", O_WRONLY).get(), much, "fifo");
        }));
    }
    SECTION("an empty pipe") {
        CHECK(ends_with_a_signal([&] {
            const base::UniqueFd writer = base::open_file(scratch / "fifo", O_RDWR);
            const base::UniqueFd reader = base::open_file(scratch / "fifo", O_RDONLY);
            std::array<char, 1> byte{};
            (void)base::read_some(reader.get(), byte, "fifo");
        }));
    }
    SECTION("a lock") {
        const base::UniqueFd holder = base::open_file(scratch / "lock", O_RDWR | O_CREAT);
        REQUIRE(flock(holder.get(), LOCK_EX) == 0);
        CHECK(ends_with_a_signal([&] {
            const base::UniqueFd other = base::open_file(scratch / "lock", O_RDWR);
            (void)base::lock_within(other.get(), LOCK_EX, scratch / "lock");
        }));
    }
    SECTION("a disk") {
        CHECK(ends_with_a_signal([&] {
            disk = Disk::hangs;
            fs::remove(scratch / "fifo");
            base::write_file_atomically(scratch / "file", "x");
        }));
        CHECK(fs::is_empty(scratch.directory.path()));
    }
    SECTION("a call made apart") {
        CHECK(ends_with_a_signal([] { base::call_apart<int>([] { return pause(); }); }));
    }
    SECTION("a digest") {
        const base::UniqueFd file = base::open_file(scratch / "large", O_RDWR | O_CREAT);
        REQUIRE(ftruncate(file.get(), off_t{64} << 30) == 0);
        CHECK(ends_with_a_signal([&] { (void)base::sha256_file(scratch / "large"); }));
    }
}

TEST_CASE("waiting: what a disk answers is told, and no process stays") {
    const Scratch scratch;
    const fs::path path = scratch / "file";
    const base::UniqueFd file = base::open_file(path, O_RDWR | O_CREAT);
    CHECK(in_child([&] {
              base::sync_file(file.get(), path);
              return has_no_children() ? 0 : 1;
          }) == 0);
    CHECK(in_child([&] {
              disk = Disk::fails;
              try {
                  base::sync_file(file.get(), path);
              } catch (const Error &error) {
                  const std::string expected =
                      "cannot write " + path.string() + ": No space left on device";
                  return error.what() == expected && has_no_children() ? 0 : 1;
              }
              return 2;
          }) == 0);
}

TEST_CASE("waiting: after an interruption a disk is given a moment") {
    const Scratch scratch;
    const auto write_after_signal = [&](Disk kind) {
        return in_child([&] {
            base::install_interrupt_handlers();
            raise(SIGTERM);
            disk = kind;
            const base::Stopwatch watch;
            try {
                base::write_file_atomically(scratch / "report", "x");
            } catch (const Error &error) {
                return error.kind() == ErrorKind::interrupted && watch.seconds() < 5 ? 1 : 2;
            }
            return 0;
        });
    };
    CHECK(write_after_signal(Disk::good) == 0);
    CHECK(write_after_signal(Disk::hangs) == 1);
}

TEST_CASE("waiting: who is left behind with a disk holds no lock and no pipe") {
    const Scratch scratch;
    const Pipe pipe;
    const base::UniqueFd lock = base::open_file(scratch / "lock", O_RDWR | O_CREAT);
    REQUIRE(flock(lock.get(), LOCK_EX) == 0);
    CHECK(in_child([&] {
              std::vector<std::string> open;
              disk = Disk::hangs;
              std::thread writer([&] { base::write_file_atomically(scratch / "file", "x"); });
              writer.detach();
              std::string child;
              for (int tries = 0; tries < 100 && open.size() != 1; ++tries) {
                  std::this_thread::sleep_for(50ms);
                  child.clear();
                  for (const auto &task : fs::directory_iterator("/proc/self/task"))
                      child += std::string(
                          base::trim(base::read_if_there(task.path() / "children", 100)));
                  open.clear();
                  std::error_code none;
                  for (const auto &fd : fs::directory_iterator("/proc/" + child + "/fd", none))
                      open.push_back(fs::read_symlink(fd.path(), none).filename());
              }
              kill(std::stoi(child), SIGKILL);
              return open.size() == 1 && open[0].ends_with(".tmp") ? 0 : 1;
          }) == 0);
}

TEST_CASE("waiting: a call made apart gives its result, or what it throws") {
    const auto owned = std::make_shared<int>(7);
    CHECK(base::call_apart<int>([owned] { return *owned; }) == 7);
    CHECK(owned.use_count() == 1);
    CHECK_THROWS_WITH(base::call_apart<int>([]() -> int { throw std::runtime_error("no"); }), "no");
    CHECK_FALSE(base::is_any_left_behind());
}

TEST_CASE("waiting: what comes in time is not an error") {
    const Pipe pipe;
    CHECK_FALSE(base::wait_for_events(pipe.ends[0], POLLIN, 20ms));
    CHECK_FALSE(base::ready_within(pipe.ends[0], POLLIN, 20ms));
    REQUIRE(write(pipe.ends[1], "x", 1) == 1);
    CHECK(base::wait_for_events(pipe.ends[0], POLLIN));
    CHECK(base::ready_within(pipe.ends[0], POLLIN, 20ms));
    const base::Stopwatch watch;
    base::pause_for(50ms);
    CHECK(watch.seconds() >= 0.05);
}

TEST_CASE("waiting: behind a shield it goes on, and ends when the shield is gone") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              raise(SIGTERM);
              {
                  const base::InterruptShield shield;
                  const base::Stopwatch watch;
                  if (!base::time_passes(300ms) || watch.seconds() < 0.3)
                      return 1;
              }
              return base::time_passes(60s) ? 2 : 0;
          }) == 0);
}

TEST_CASE("waiting: a lock that is kept is reported after a while, a free one taken") {
    const Scratch scratch;
    base::UniqueFd holder = base::open_file(scratch / "lock", O_RDWR | O_CREAT);
    REQUIRE(flock(holder.get(), LOCK_EX) == 0);
    const base::UniqueFd other = base::open_file(scratch / "lock", O_RDWR);
    CHECK_FALSE(base::lock_within(other.get(), LOCK_EX, scratch / "lock", 50ms));
    std::thread leaving([&] {
        std::this_thread::sleep_for(100ms);
        holder.reset();
    });
    CHECK(base::lock_within(other.get(), LOCK_EX, scratch / "lock"));
    leaving.join();
}

TEST_CASE("waiting: a slow reader gets every byte") {
    const Pipe pipe;
    const std::string bytes(std::size_t{300} * 1000, 'x');
    std::string got;
    std::thread reader([&] {
        std::string buffer(10'000, '\0');
        while (got.size() < bytes.size()) {
            std::this_thread::sleep_for(1ms);
            got.append(buffer, 0, base::read_some(pipe.ends[0], buffer, "pipe"));
        }
    });
    base::write_all(pipe.ends[1], bytes, "pipe");
    reader.join();
    CHECK(got == bytes);
}
