// A file that stands in a guest while a command runs: afterwards the former one is back, unless the
// command has put something else there.

#include "guest/sandbox/provided_file.hpp"

#include "base/file.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <map>
#include <unistd.h>

using namespace retouch;

namespace {

namespace fs = std::filesystem;

class Directory {
  public:
    Directory() : scratch_(fs::temp_directory_path(), "provided-") {}

    [[nodiscard]] fs::path operator/(const char *name) const { return scratch_.path() / name; }

    [[nodiscard]] guest::ProvidedFile file(const char *name) const {
        return {open(scratch_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), name};
    }

    /// Names and contents; of a link, where it leads.
    [[nodiscard]] std::map<std::string, std::string> all() const {
        std::map<std::string, std::string> found;
        for (const fs::directory_entry &entry : fs::directory_iterator(scratch_.path()))
            found[entry.path().filename()] =
                entry.is_symlink()     ? "-> " + fs::read_symlink(entry.path()).string()
                : entry.is_directory() ? "a directory"
                                       : base::read_file(entry.path(), 1000);
        return found;
    }

    [[nodiscard]] fs::file_time_type time() const { return fs::last_write_time(scratch_.path()); }

  private:
    base::TemporaryDirectory scratch_;
};

using Entries = std::map<std::string, std::string>;

} // namespace

TEST_CASE("provided file: it is there and gone, and the former one comes back") {
    const Directory directory;
    const std::string former = GENERATE("a file", "a link", "nothing");
    CAPTURE(former);
    if (former == "a file")
        base::write_file_atomically(directory / "conf", "old");
    else if (former == "a link")
        fs::create_symlink("no/where", directory / "conf");
    const Entries before = directory.all();
    const auto time = directory.time();
    {
        guest::ProvidedFile file = directory.file("conf");
        REQUIRE(file.put("ours", 0640));
        CHECK(base::read_file(directory / "conf", 100) == "ours");
        CHECK(fs::symlink_status(directory / "conf").permissions() == fs::perms(0640));
    }
    CHECK(directory.all() == before);
    CHECK(directory.time() == time);
}

TEST_CASE("provided file: what a command leaves in its place stays") {
    const auto left = [](const char *former,
                         const std::function<void(const Directory &)> &command) {
        const Directory directory;
        if (former != nullptr)
            base::write_file_atomically(directory / "conf", former);
        guest::ProvidedFile file = directory.file("conf");
        REQUIRE(file.put("ours", 0644));
        command(directory);
        file.take_away();
        return directory.all();
    };
    for (const char *former : {static_cast<const char *>(nullptr), "old"}) {
        CHECK(left(former, [](const Directory &d) { fs::remove(d / "conf"); }) == Entries{});
        CHECK(left(former, [](const Directory &d) {
                  base::write_file_atomically(d / "conf", "new");
              }) == Entries{{"conf", "new"}});
        CHECK(left(former, [](const Directory &d) {
                  fs::remove(d / "conf");
                  fs::create_symlink("../run/conf", d / "conf");
              }) == Entries{{"conf", "-> ../run/conf"}});
    }
    // Moved aside it is the former one that was meant.
    const auto moved = [](const Directory &d) {
        fs::rename(d / "conf", d / "conf.bak");
        fs::create_symlink("../run/conf", d / "conf");
    };
    CHECK(left("old", moved) == Entries{{"conf", "-> ../run/conf"}, {"conf.bak", "old"}});
    CHECK(left(nullptr, moved) == Entries{{"conf", "-> ../run/conf"}});
}

TEST_CASE("provided file: where it cannot be put nothing changes") {
    const Directory directory;
    fs::create_directory(directory / "conf");
    const auto time = directory.time();
    {
        guest::ProvidedFile file = directory.file("conf");
        CHECK_FALSE(file.put("ours", 0644));
        CHECK(errno == EISDIR);
    }
    CHECK(directory.all() == Entries{{"conf", "a directory"}});
    CHECK(directory.time() == time);
    guest::ProvidedFile nowhere(-1, "conf");
    CHECK_FALSE(nowhere.put("ours", 0644));
}
