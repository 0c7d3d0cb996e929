#include "apply/old_runs.hpp"

#include "apply/journal.hpp"
#include "base/file.hpp"
#include "base/run_directory.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <set>

using namespace retouch;

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours k_day{24};

void put(const fs::path &file, std::chrono::hours age, const std::string &owner = {}) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << R"({"entry": "run", "run": "x", "project": "ours"})" << '\n'
                        << fmt::format(R"({{"entry": "stage", "id": "i", "owner": "{}"}})", owner)
                        << '\n';
    fs::last_write_time(file, fs::file_time_type::clock::now() - age);
}

std::set<std::string> names_below(const fs::path &directory) {
    std::set<std::string> names;
    for (const auto &entry : fs::recursive_directory_iterator(directory))
        if (entry.is_regular_file())
            names.insert(fs::relative(entry.path(), directory));
    return names;
}

using Names = std::set<std::string>;

} // namespace

TEST_CASE("old runs: journals go by number and by age, of finished runs only", "[apply]") {
    const base::RunDirectory directory;
    const fs::path state = directory.path() / "runs";
    for (int number = 1; number <= 5; ++number)
        put(state / fmt::format("2026010{}T000000Z-a.jsonl", number), k_day * (100 - number));
    put(state / "20260401T000000Z-a.jsonl", k_day);
    for (const char *unfinished :
         {"active/20200101T000000Z-a.jsonl", "kept/20200101T000000Z-b.jsonl",
          "strange/20200101T000000Z-c.jsonl", "20200101T000000Z-a.txt"})
        put(state / unfinished, k_day * 1000);
    const Names others = {"active/20200101T000000Z-a.jsonl", "kept/20200101T000000Z-b.jsonl",
                          "strange/20200101T000000Z-c.jsonl", "20200101T000000Z-a.txt",
                          "20260401T000000Z-a.jsonl"};
    Names left = others;
    left.insert({"20260105T000000Z-a.jsonl", "20260104T000000Z-a.jsonl"});
    apply::remove_old_runs(state, {.most = 3, .longest = k_day * 1000});
    CHECK(names_below(state) == left);
    apply::remove_old_runs(state);
    CHECK(names_below(state) == others);
}

TEST_CASE("old runs: the last that tells of a project is kept", "[apply]") {
    const base::RunDirectory directory;
    const fs::path state = directory.path() / "runs";
    put(state / "1.jsonl", k_day * 95, "theirs");
    put(state / "2.jsonl", k_day * 94, "theirs");
    put(state / "3.jsonl", k_day * 93, "others");
    put(state / "4.jsonl", k_day, "others");
    const std::set<std::string> owners = apply::noted_owners(state);
    apply::remove_old_runs(state);
    CHECK(names_below(state) == Names{"2.jsonl", "4.jsonl"});
    CHECK(apply::noted_owners(state) == owners);
}

TEST_CASE("old runs: a lock's file goes when nobody has held it for long, or holds it", "[apply]") {
    const base::RunDirectory directory;
    const fs::path locks = directory.path() / "runs/locks";
    for (const char *name : {"old.lock", "held.lock", "new.lock"})
        put(locks / name, std::string(name) == "new.lock" ? k_day : k_day * 91);
    const auto held = base::LockFile::try_take(locks / "held.lock");
    REQUIRE(held);
    apply::remove_old_runs(directory.path() / "runs");
    CHECK(names_below(locks) == Names{"held.lock", "new.lock"});
}

TEST_CASE("old runs: a run that begins to work removes them, and its own stays", "[apply]") {
    const base::RunDirectory directory;
    const fs::path state = directory.path() / "runs";
    put(state / "20260101T000000Z-a.jsonl", k_day * 91);
    put(state / "20260401T000000Z-b.jsonl", k_day);
    put(state / "locks/old.lock", k_day * 91);
    const apply::Journal journal(state, "0123456789", "ours", Json::object());
    Names names = names_below(state);
    CHECK(names.erase("20260401T000000Z-b.jsonl") == 1);
    REQUIRE(names.size() == 1);
    CHECK(names.begin()->starts_with("active/"));
}
