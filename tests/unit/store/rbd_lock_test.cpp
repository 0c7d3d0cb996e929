// The lock in the pool: one holder, found lost in time, gone after its holder's death.

#include "store/rbd/rados_lock.hpp"
#include "unit/store/rbd_rig.hpp"

#include <csignal>
#include <thread>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_held =
    "another run is publishing 'Debian 12': the lock is held by process [0-9]+ on [^ ]+ since "
    "20[0-9-]+T[0-9:.]+Z\n"
    "hint: wait for it to end and run the command again; if it has died, the lock expires by "
    "itself, at 20[0-9-]+T[0-9:]{8}Z at the latest";

std::unique_ptr<store::RadosLock> take(const std::string &name,
                                       std::chrono::seconds duration = std::chrono::seconds(60)) {
    return std::make_unique<store::RadosLock>(glance_access(), k_pool, name, "run-1", duration);
}

std::string failure_of(const std::function<void()> &work) {
    return error_of("/none", work, ErrorKind::temporary);
}

std::string cookie_of(const std::string &object) {
    const base::ProcessResult info =
        ceph_tool("rados", {"-p", k_pool, "lock", "info", object, "retouch"});
    REQUIRE(info.ok());
    return info.out;
}

void break_lock(const std::string &object) {
    REQUIRE(ceph_tool("rados", {"-p", k_pool, "rm", object}).ok());
}

} // namespace

TEST_CASE("rbd lock: a second run is told who holds it, and gets it afterwards", "[rig]") {
    if (skipped_without_rig())
        return;
    auto first = take("Debian 12");
    CHECK_THAT(failure_of([] { take("Debian 12"); }), Catch::Matches(k_held));
    CHECK(cookie_of(first->object()).find("Debian 12") != std::string::npos);
    CHECK(cookie_of(first->object()).find("run-1") != std::string::npos);
    const auto other = take("Debian 13");
    CHECK(first->require_held() == Held::throughout);
    first.reset();
    const auto second = take("Debian 12");
    CHECK(second->require_held() == Held::throughout);
    CHECK(other->require_held() == Held::throughout);
}

TEST_CASE("rbd lock: nothing of it is left afterwards", "[rig]") {
    if (skipped_without_rig())
        return;
    {
        const auto lock = take("a name, with: everything / \"in\" it\n\xff");
        CHECK(our_objects() == lock->object() + '\n');
    }
    CHECK(our_objects().empty());
}

TEST_CASE("rbd lock: it lasts beyond its duration while its holder lives", "[rig]") {
    if (skipped_without_rig())
        return;
    const auto lock = take("Debian 12", std::chrono::seconds(2));
    std::this_thread::sleep_for(std::chrono::seconds(5));
    CHECK_THAT(failure_of([] { take("Debian 12"); }), Catch::Matches(k_held));
    CHECK(lock->require_held() == Held::throughout);
}

TEST_CASE("rbd lock: one that lapsed is taken anew when nobody took it, and that is told once",
          "[rig]") {
    if (skipped_without_rig())
        return;
    auto lock = take("Debian 12");
    break_lock(lock->object());
    CHECK(lock->require_held() == Held::taken_anew);
    CHECK(lock->require_held() == Held::throughout);
    CHECK_THAT(failure_of([] { take("Debian 12"); }), Catch::Matches(k_held));
    lock.reset();
    CHECK(our_objects().empty());
}

TEST_CASE("rbd lock: one that lapses is taken anew before it is asked for", "[rig]") {
    if (skipped_without_rig())
        return;
    const auto lock = take("Debian 12", std::chrono::seconds(2));
    break_lock(lock->object());
    std::this_thread::sleep_for(std::chrono::seconds(1));
    CHECK_THAT(failure_of([] { take("Debian 12"); }), Catch::Matches(k_held));
    CHECK(lock->require_held() == Held::taken_anew);
}

TEST_CASE("rbd lock: one that another took is not taken back", "[rig]") {
    if (skipped_without_rig())
        return;
    auto lock = take("Debian 12");
    break_lock(lock->object());
    const auto other = take("Debian 12");
    SECTION("it is noticed, and the other's outlives the loser") {
        const std::string lost = fmt::format(
            "the right to publish 'Debian 12' was lost: the lock images/{} had expired, and "
            "another run took it\nhint: run the command again",
            lock->object());
        CHECK(failure_of([&] { static_cast<void>(lock->require_held()); }) == lost);
        CHECK(failure_of([&] { static_cast<void>(lock->require_held()); }) == lost);
    }
    SECTION("the loser's end leaves it alone, though never asked") {}
    lock.reset();
    CHECK(other->require_held() == Held::throughout);
}

// Run by the test below in a process of its own.
TEST_CASE("rbd lock: a holder to be killed", "[.holder]") {
    const char *file = std::getenv("RETOUCH_TEST_FILE");
    if (file == nullptr)
        return;
    const auto lock = take("killed", std::chrono::seconds(6));
    const base::UniqueFd told = base::open_file(file, O_WRONLY | O_CREAT);
    base::write_all(told.get(), "held", "told");
    std::this_thread::sleep_for(std::chrono::minutes(1));
}

namespace {

/// Another process, started through `words`, that has taken the lock "killed" for 6 s.
base::ChildProcess holder_of_lock(const std::vector<std::string> &words) {
    const Scratch scratch;
    base::ProcessSpec spec;
    spec.program = "/usr/bin/env";
    spec.arguments = {"RETOUCH_TEST_FILE=" + (scratch / "held").string()};
    spec.arguments.insert(spec.arguments.end(), words.begin(), words.end());
    spec.arguments.push_back(std::filesystem::read_symlink("/proc/self/exe").string());
    spec.arguments.emplace_back("rbd lock: a holder to be killed");
    base::ChildProcess holder(spec);
    while (!std::filesystem::exists(scratch / "held") && holder.running())
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    REQUIRE(holder.running());
    return holder;
}

void take_and_die(const std::vector<std::string> &words) {
    base::ChildProcess holder = holder_of_lock(words);
    kill(holder.pid(), SIGKILL);
    CHECK(holder.stop().signal == SIGKILL);
}

} // namespace

TEST_CASE("rbd lock: what a killed process of this host held is free at once", "[rig]") {
    if (skipped_without_rig())
        return;
    take_and_die({});
    CHECK(failure_of([] { take("killed"); }) == "nothing was thrown");
    CHECK(our_objects().empty());
}

TEST_CASE("rbd lock: what a killed process elsewhere held expires by itself", "[rig]") {
    if (skipped_without_rig() || skipped_without_root("a process namespace"))
        return;
    // Process ids of another namespace say as little here as those of another host.
    take_and_die({"unshare", "--pid", "--fork", "--kill-child"});
    CHECK(failure_of([] { take("killed"); }).find("held by process 1 on") != std::string::npos);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(8);
    while (failure_of([] { take("killed"); }) != "nothing was thrown") {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    CHECK(our_objects().empty());
}

TEST_CASE("rbd lock: who stood still longer than the lock lasts has it again", "[rig]") {
    if (skipped_without_rig())
        return;
    base::ChildProcess holder = holder_of_lock({});
    kill(holder.pid(), SIGSTOP);
    std::this_thread::sleep_for(std::chrono::seconds(8));
    kill(holder.pid(), SIGCONT);
    std::this_thread::sleep_for(std::chrono::seconds(3));
    CHECK_THAT(failure_of([] { take("killed"); }),
               Catch::Contains(fmt::format("held by process {} on", holder.pid())));
    holder.stop();
    CHECK(failure_of([] { take("killed"); }) == "nothing was thrown");
    CHECK(our_objects().empty());
}
