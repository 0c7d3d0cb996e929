// What is asked of catalog.db is found by an index: what it costs does not grow with the records
// nobody asked for. The statements are those SQLite tells of as they run.

#include "catalog/records.hpp"

#include "catalog/database.hpp"
#include "unit/store/disk_files.hpp"

#include <SQLiteCpp/Statement.h>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <functional>
#include <set>
#include <sqlite3.h>

using namespace retouch;
using namespace retouch::test;

namespace {

using Names = std::vector<std::string>;

std::string id_of(int number) {
    return fmt::format("00000000-0000-4000-8000-{:012}", number);
}

/// Two images of each of two names, each of one of two recipes.
SQLite::Database some_records(const Scratch &scratch) {
    SQLite::Database database = catalog::open_database(scratch / "catalog.db");
    for (int number = 0; number < 4; ++number) {
        Image image;
        image.id = id_of(number);
        image.name = number < 2 ? "web" : "base";
        image.status = "active";
        image.visibility = "public";
        image.disk_format = "raw";
        image.hidden = number == 0;
        image.created_at = fmt::format("2026-01-0{}T00:00:00Z", 9 - number);
        image.tags = {"b", "a"};
        image.properties = {{"retouch_recipe", number % 2 == 0 ? "even" : "odd"}, {"other", "x"}};
        image.checksums = {{"sha512", std::to_string(number)}};
        catalog::insert_image(database, image);
    }
    return database;
}

int note_statement(unsigned, void *statements, void *statement, void *) {
    static_cast<std::set<std::string> *>(statements)
        ->insert(sqlite3_sql(static_cast<sqlite3_stmt *>(statement)));
    return 0;
}

/// How SQLite does what `work` asks of it: "SEARCH images USING INDEX images_by_name (name=?)".
Names ways_of(SQLite::Database &database, const std::function<void()> &work) {
    std::set<std::string> statements;
    sqlite3_trace_v2(database.getHandle(), SQLITE_TRACE_STMT, &note_statement, &statements);
    work();
    sqlite3_trace_v2(database.getHandle(), 0, nullptr, nullptr);
    Names ways;
    for (const std::string &statement : statements) {
        SQLite::Statement rows(database, "EXPLAIN QUERY PLAN " + statement);
        while (rows.executeStep())
            ways.push_back(rows.getColumn(3).getString());
    }
    return ways;
}

Names ids(const std::vector<Image> &images) {
    Names found;
    for (const Image &image : images)
        found.push_back(image.id);
    return found;
}

} // namespace

TEST_CASE("records: those that match are found, oldest first, as they are") {
    const Scratch scratch;
    SQLite::Database database = some_records(scratch);
    const std::vector<Image> all = catalog::load_images(database);
    CHECK(ids(all) == Names{id_of(3), id_of(2), id_of(1), id_of(0)});
    const std::vector<ImageQuery> queries = {
        {},
        {.names = {"web"}},
        {.names = {"web", "base", "none"}},
        {.names = {"web", "web"}},
        {.names = {"none"}},
        {.names = {"web"}, .hidden = false},
        {.properties = {{"retouch_recipe", "even"}}},
        {.properties = {{"other", "x"}, {"retouch_recipe", "odd"}}},
        {.properties = {{"retouch_recipe", "x"}}},
        {.names = {"web"}, .properties = {{"retouch_recipe", "odd"}}},
        {.visibility = "private"},
        {.hidden = true},
        {.owner = "somebody", .names = {"web"}},
    };
    for (std::size_t i = 0; i < queries.size(); ++i) {
        CAPTURE(i);
        std::vector<Image> expected = all;
        std::erase_if(expected, [&](const Image &image) { return !queries[i].matches(image); });
        CHECK(catalog::load_images_where(database, queries[i]) == expected);
    }
    for (const Image &image : all)
        CHECK(catalog::load_image(database, image.id) == image);
    CHECK_FALSE(catalog::load_image(database, id_of(9)));
}

TEST_CASE("records: nothing that is asked by id, name or recipe reads a whole table") {
    const Scratch scratch;
    SQLite::Database database = some_records(scratch);
    const std::vector<std::function<void()>> questions = {
        [&] { CHECK(catalog::load_image(database, id_of(1))); },
        [&] { CHECK(catalog::image_exists(database, id_of(1))); },
        [&] { CHECK_FALSE(catalog::last_creation(database, "web").empty()); },
        [&] { CHECK(catalog::file_stamp(database, id_of(1)).empty()); },
        [&] {
            CHECK(catalog::load_images_where(database, {.names = {"web", "base"}}).size() == 4);
        },
        [&] {
            CHECK(catalog::load_images_where(database, {.names = {"web"}, .hidden = true}).size() ==
                  1);
        },
        [&] {
            CHECK(catalog::load_images_where(database, {.properties = {{"retouch_recipe", "odd"}}})
                      .size() == 2);
        },
    };
    for (std::size_t i = 0; i < questions.size(); ++i) {
        CAPTURE(i);
        const Names ways = ways_of(database, questions[i]);
        CHECK_FALSE(ways.empty());
        for (const std::string &way : ways) {
            CAPTURE(way);
            CHECK((way.starts_with("SEARCH ") || way == "SCAN sqlite_master")); // of few tables
        }
    }
    const Names whole =
        ways_of(database, [&] { static_cast<void>(catalog::load_images(database)); });
    CHECK(std::ranges::any_of(whole,
                              [](const std::string &way) { return way.starts_with("SCAN "); }));
}
