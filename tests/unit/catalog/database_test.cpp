#include "catalog/database.hpp"

#include "catalog/local.hpp"
#include "catalog/migrations.hpp"
#include "unit/catalog/local_records.hpp"
#include "unit/store/disk_files.hpp"

#include <array>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_id = "11111111-1111-4111-8111-111111111111";
using Names = std::vector<std::string>;

Image image() {
    Image result;
    result.id = k_id;
    result.name = "an image";
    return result;
}

/// A catalog with one image, closed again.
void make_catalog(const std::filesystem::path &directory) {
    create(*catalog::open_local_catalog("local", directory), image());
}

std::string read_back(const std::filesystem::path &directory) {
    const auto images = catalog::view_local_catalog("local", directory)->images();
    return images.size() == 1 ? images.front().name : fmt::format("{} images", images.size());
}

} // namespace

TEST_CASE("catalog database: looking leaves no files behind, also beside a writer") {
    const Scratch scratch;
    make_catalog(scratch / "catalog");
    const Names before = names_in(scratch / "catalog");
    CHECK(before == Names{"catalog.db", "images"});
    {
        const auto view = catalog::view_local_catalog("local", scratch / "catalog");
        CHECK(view->images().size() == 1);
    }
    CHECK(names_in(scratch / "catalog") == before);
    const auto writer = catalog::open_local_catalog("local", scratch / "catalog");
    const auto view = catalog::view_local_catalog("local", scratch / "catalog");
    ImageChange change;
    change.id = k_id;
    change.name = "renamed";
    writer->apply(change);
    CHECK(view->find(k_id)->name == "renamed");
}

TEST_CASE("catalog database: looking works on a read-only filesystem, writing says why not") {
    if (skipped_without_root("a read-only filesystem"))
        return;
    const Scratch scratch;
    const Mount mount(scratch / "mount", "tmpfs", "size=8m");
    const auto directory = mount.path() / "a?b#c%41";
    SECTION("closed cleanly") {
        make_catalog(directory);
    }
    SECTION("with a log left by a process that died") {
        make_catalog(directory);
        const auto writer = catalog::open_local_catalog("local", directory);
        ImageChange change;
        change.id = k_id;
        change.hidden = true;
        writer->apply(change);
        std::filesystem::create_directory(mount.path() / "copy");
        for (const char *name : {"catalog.db", "catalog.db-wal", "catalog.db-shm"})
            std::filesystem::copy(directory / name, mount.path() / "copy" / name);
    }
    mount.make_read_only();
    CHECK(read_back(directory) == "an image");
    if (std::filesystem::exists(mount.path() / "copy"))
        CHECK(catalog::view_local_catalog("local", mount.path() / "copy")->find(k_id)->hidden);
    CHECK(error_of(
              scratch.path(),
              [&] { static_cast<void>(catalog::open_local_catalog("local", directory)); },
              ErrorKind::failed) ==
          "cannot write to the catalog DIR/mount/a?b#c%41: Read-only file system\n"
          "hint: the filesystem of DIR/mount/a?b#c%41 is mounted read-only; make it writable and "
          "run again");
    CHECK(
        error_of(
            scratch.path(),
            [&] { static_cast<void>(catalog::open_local_catalog("local", mount.path() / "new")); },
            ErrorKind::failed) ==
        "cannot create DIR/mount/new: Read-only file system\n"
        "hint: the filesystem of DIR/mount/new is mounted read-only; make it writable and run "
        "again");
}

TEST_CASE("catalog database: a full disk fails cleanly and what was there stays") {
    if (skipped_without_root("a small filesystem"))
        return;
    const Scratch scratch;
    const Mount small(scratch / "small", "tmpfs", "size=8m");
    const auto directory = small.path() / "catalog";
    const auto catalog = catalog::open_local_catalog("local", directory);
    create(*catalog, image());
    const auto before = catalog->images();
    ImageChange change;
    change.id = k_id;
    for (int i = 0; i < 200; ++i)
        change.properties[std::to_string(i)] = std::string(60'000, 'x');
    CHECK(error_of(
              scratch.path(), [&] { catalog->apply(change); }, ErrorKind::failed) ==
          "cannot write to the catalog DIR/small/catalog/catalog.db: database or disk is full\n"
          "hint: free some space on the filesystem of DIR/small/catalog/catalog.db and run again");
    CHECK(catalog->images() == before);
    change.properties = {{"small", "x"}};
    catalog->apply(change);
    CHECK(catalog->find(k_id)->properties.at("small") == "x");
}

TEST_CASE("catalog database: a damaged file is an error for readers and writers, and stays") {
    const Scratch scratch;
    make_catalog(scratch / "catalog");
    const std::string junk = noise(20'000);
    make_file(scratch / "catalog/catalog.db", junk.size(), {{0, junk}});
    const std::string rest =
        " the catalog DIR/catalog/catalog.db: file is not a database\n"
        "hint: restore catalog.db from a backup; or move it and the directory images away and "
        "import the image files again, which are whole";
    CHECK(error_of(
              scratch.path(),
              [&] { static_cast<void>(catalog::view_local_catalog("local", scratch / "catalog")); },
              ErrorKind::failed) == "cannot read" + rest);
    CHECK(error_of(
              scratch.path(),
              [&] { static_cast<void>(catalog::open_local_catalog("local", scratch / "catalog")); },
              ErrorKind::failed) == "cannot open" + rest);
    CHECK(base::read_file(scratch / "catalog/catalog.db", 100'000) == junk);
}

TEST_CASE("catalog database: damage inside is an error, not a crash or an empty answer") {
    const Scratch scratch;
    make_catalog(scratch / "catalog");
    const auto file = scratch / "catalog/catalog.db";
    const std::uint64_t size = std::filesystem::file_size(file);
    const base::UniqueFd fd = base::open_file(file, O_RDWR);
    const std::string junk = noise(size - 4096);
    REQUIRE(pwrite(fd.get(), junk.data(), junk.size(), 4096) == static_cast<ssize_t>(junk.size()));
    CHECK_THROWS_AS(catalog::view_local_catalog("local", scratch / "catalog")->images(), Error);
}

TEST_CASE(
    "catalog database: an empty file, left by a process that died early, is an empty catalog") {
    const Scratch scratch;
    std::filesystem::create_directory(scratch / "catalog");
    make_file(scratch / "catalog/catalog.db", 0, {});
    CHECK(catalog::view_local_catalog("local", scratch / "catalog")->images().empty());
    CHECK(std::filesystem::file_size(scratch / "catalog/catalog.db") == 0);
    make_catalog(scratch / "catalog");
    CHECK(read_back(scratch / "catalog") == "an image");
}

TEST_CASE("catalog database: a newer schema is refused by readers and writers") {
    const Scratch scratch;
    make_catalog(scratch / "catalog");
    SQLite::Database(scratch / "catalog/catalog.db", SQLite::OPEN_READWRITE)
        .exec("PRAGMA user_version = 99");
    const std::string expected =
        "DIR/catalog/catalog.db was written by a newer retouch: its schema is 99, this one knows "
        "up to 3\n"
        "hint: use that version of retouch, or a newer one";
    CHECK(error_of(
              scratch.path(),
              [&] { static_cast<void>(catalog::view_local_catalog("local", scratch / "catalog")); },
              ErrorKind::refused) == expected);
    CHECK(error_of(
              scratch.path(),
              [&] { static_cast<void>(catalog::open_local_catalog("local", scratch / "catalog")); },
              ErrorKind::refused) == expected);
}

TEST_CASE("catalog database: a schema whose number cannot be is damage") {
    const Scratch scratch;
    make_catalog(scratch / "catalog");
    SQLite::Database(scratch / "catalog/catalog.db", SQLite::OPEN_READWRITE)
        .exec("PRAGMA user_version = -1");
    CHECK(error_of(
              scratch.path(),
              [&] { static_cast<void>(catalog::view_local_catalog("local", scratch / "catalog")); },
              ErrorKind::failed) ==
          "DIR/catalog/catalog.db is damaged: the number of its schema is -1\n"
          "hint: restore catalog.db from a backup");
}

TEST_CASE("catalog database: another program's database is left alone") {
    const Scratch scratch;
    std::filesystem::create_directory(scratch / "catalog");
    const auto file = scratch / "catalog/catalog.db";
    SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE theirs (x)");
    const std::string before = base::read_file(file, 100'000);
    const std::string expected =
        "DIR/catalog/catalog.db is not a retouch catalog but another SQLite database\n"
        "hint: use another directory for the catalog";
    CHECK(error_of(
              scratch.path(),
              [&] { static_cast<void>(catalog::view_local_catalog("local", scratch / "catalog")); },
              ErrorKind::refused) == expected);
    CHECK(error_of(
              scratch.path(),
              [&] { static_cast<void>(catalog::open_local_catalog("local", scratch / "catalog")); },
              ErrorKind::refused) == expected);
    CHECK(base::read_file(file, 100'000) == before);
}

TEST_CASE("migrations: only the missing steps run, and a failing one leaves no trace") {
    const Scratch scratch;
    SQLite::Database database(scratch / "db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    const std::array<const char *, 2> steps = {
        "PRAGMA application_id = 0x72746368; CREATE TABLE one (x); PRAGMA user_version = 1;",
        "CREATE TABLE two (x); INSERT INTO nowhere VALUES (1); PRAGMA user_version = 2;"};
    CHECK_THROWS_AS(catalog::migrate(database, steps), SQLite::Exception);
    CHECK(catalog::schema_version(database, steps) == 1);
    CHECK(database.tableExists("one"));
    CHECK_FALSE(database.tableExists("two"));
    const std::array<const char *, 2> repaired = {steps[0],
                                                  "CREATE TABLE two (x); PRAGMA user_version = 2;"};
    catalog::migrate(database, repaired);
    catalog::migrate(database, repaired);
    CHECK(catalog::schema_version(database, repaired) == 2);
    CHECK(database.tableExists("two"));
}

TEST_CASE("migrations: step N leaves a database at version N") {
    const Scratch scratch;
    SQLite::Database database(scratch / "db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    const auto steps = catalog::catalog_migrations();
    for (std::size_t count = 1; count <= steps.size(); ++count) {
        catalog::migrate(database, steps.first(count));
        CHECK(catalog::schema_version(database, steps) == static_cast<int>(count));
    }
}

TEST_CASE("catalog database: SQLite's codes become kinds and hints") {
    const auto text = [](int code, ErrorKind kind) {
        return error_of(
            "/nowhere",
            [&] {
                throw catalog::database_error(SQLite::Exception("reason\n", code),
                                              "/nowhere/catalog.db", "read");
            },
            kind);
    };
    const std::string message = "cannot read the catalog DIR/catalog.db: reason\\x0a\nhint: ";
    CHECK(text(5, ErrorKind::temporary) ==
          message + "another process is writing to it; try again in a moment");
    CHECK(text(8, ErrorKind::failed) ==
          message + "the catalog's directory DIR and the files in it must be writable");
    CHECK(text(8 | 3 << 8, ErrorKind::failed) ==
          message + "the catalog's directory DIR and the files in it must be writable");
    CHECK(text(13, ErrorKind::failed) ==
          message + "free some space on the filesystem of DIR/catalog.db and run again");
    CHECK(text(11, ErrorKind::failed) ==
          message +
              "restore catalog.db from a backup; or move it and the directory images away and "
              "import the image files "
              "again, which are whole");
    CHECK(text(1, ErrorKind::failed) == message);
}
