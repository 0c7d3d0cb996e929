// What is found among the journals of a catalog whose state anybody may have damaged.

#include "apply/apply.hpp"

#include "base/file.hpp"
#include "support/memory_catalog.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>

using namespace retouch;
using namespace retouch::test;

namespace {

class Notices : public EventSink {
  public:
    void on(const Event &event) override { said.push_back(event.message); }

    std::vector<std::string> said;
};

} // namespace

TEST_CASE("recovery: what lies among the journals and is none is set aside and told", "[apply]") {
    MemoryCatalog catalog;
    const auto state = catalog.state_directory();
    for (const char *name : {"active", "kept"})
        std::filesystem::create_directories(state / name);
    REQUIRE(mkfifo((state / "active/a.jsonl").c_str(), 0600) == 0);
    std::filesystem::create_directories(state / "active/b.jsonl/full");
    std::filesystem::create_symlink("/etc/passwd", state / "active/c.jsonl");
    std::filesystem::create_symlink("nowhere", state / "kept/c.jsonl");
    base::write_file_atomically(state / "active/d.jsonl", "");
    std::filesystem::resize_file(state / "active/d.jsonl", std::uintmax_t{1} << 30U);
    Notices notices;
    apply::recover(catalog, notices);
    const auto told = [&](const char *from, const char *to) {
        return fmt::format("{} is not the journal of a run; it was moved to {}",
                           (state / from).string(), (state / "strange" / to).string());
    };
    CHECK(notices.said == std::vector<std::string>{
                              told("active/a.jsonl", "a.jsonl"), told("active/b.jsonl", "b.jsonl"),
                              told("active/c.jsonl", "c.jsonl"), told("active/d.jsonl", "d.jsonl"),
                              told("kept/c.jsonl", "c.jsonl.2")});
    notices.said.clear();
    apply::recover(catalog, notices);
    CHECK(notices.said.empty());
}

TEST_CASE("recovery: a journal with anything in it is read without harm", "[apply]") {
    MemoryCatalog catalog;
    const auto active = catalog.state_directory() / "active";
    std::filesystem::create_directories(active);
    const std::string line = GENERATE(
        R"({"entry": 5, "id": 7})", R"({"entry": "stage", "id": ["x"]})", R"({"about": "x"})",
        R"({"about": {"name": 7}, "run": 5})", R"({"about": [], "run": {}})", "[]", "\"\\ud800\"");
    base::write_file_atomically(active / "20260101T000000Z-dead.jsonl", line + "\n");
    Notices notices;
    apply::recover(catalog, notices);
    CHECK(notices.said.empty());
    CHECK(std::filesystem::is_empty(active));
}
