#include "catalog/local_catalog.hpp"

#include "base/uuid.hpp"
#include "catalog/diagnosis.hpp"
#include "catalog/migrations.hpp"
#include "catalog/records.hpp"
#include "store/content_digest.hpp"
#include "unit/catalog/local_records.hpp"
#include "unit/store/disk_files.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <atomic>
#include <set>
#include <thread>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_id = "11111111-1111-4111-8111-111111111111";
using Names = std::vector<std::string>;

Image full_image() {
    Image image;
    image.id = k_id;
    image.name = "Debian 12 „bookworm“";
    image.status = "active";
    image.visibility = "public";
    image.disk_format = "qcow2";
    image.size = 123456789;
    image.virtual_size_bytes = std::int64_t{200} << 30;
    image.min_disk_gib = 200;
    image.min_ram_mib = 512;
    image.is_protected = true;
    image.hidden = true;
    image.tags = {"cloud", "debian"};
    image.properties = {{"empty", ""}, {"hw_qemu_guest_agent", "yes"}, {"quote", "'; DROP TABLE"}};
    image.checksums = {{"sha512-used", "00ff"}, {"md5", "11"}};
    return image;
}

Image plain_image(const std::string &id, const std::string &name = "plain") {
    Image image;
    image.id = id;
    image.name = name;
    return image;
}

/// The record without its times.
Image timeless(Image image) {
    image.created_at.clear();
    image.updated_at.clear();
    return image;
}

ImageChange change_of(const std::string &id) {
    ImageChange change;
    change.id = id;
    return change;
}

struct World {
    Scratch scratch;
    std::unique_ptr<Catalog> catalog = catalog::open_local_catalog("local", scratch / "catalog");

    template<class Work>
    std::string error(Work work, ErrorKind kind = ErrorKind::failed) const {
        return error_of(scratch.path(), work, kind);
    }
};

} // namespace

TEST_CASE("local catalog: opening makes the directory, and viewing an absent one makes nothing") {
    const Scratch scratch;
    const auto view = catalog::view_local_catalog("local", scratch / "catalog");
    CHECK(view->name() == "local");
    CHECK(view->images().empty());
    CHECK(view->find(k_id) == std::nullopt);
    CHECK(names_in(scratch.path()).empty());
    {
        const auto catalog = catalog::open_local_catalog("mine", scratch / "deep/er/catalog");
        CHECK(catalog->name() == "mine");
        CHECK(catalog->images().empty());
    }
    CHECK(names_in(scratch / "deep/er/catalog") == Names{"catalog.db", "images"});
}

TEST_CASE("local catalog: a record comes back as it was put, from every face") {
    World world;
    create(*world.catalog, full_image());
    const Image image = world.catalog->find(k_id).value();
    CHECK(timeless(image) == full_image());
    CHECK(image.created_at == image.updated_at);
    CHECK(image.created_at.size() == std::string_view("2026-01-31T12:00:00.123456Z").size());
    CHECK(world.catalog->images() == std::vector<Image>{image});
    const auto view = catalog::view_local_catalog("local", world.scratch / "catalog");
    CHECK(view->images() == std::vector<Image>{image});
    CHECK(view->find(k_id) == image);
    CHECK(view->find("22222222-2222-4222-8222-222222222222") == std::nullopt);
}

TEST_CASE("local catalog: tags are kept sorted and once each") {
    World world;
    Image image = plain_image(k_id);
    image.tags = {"b", "a", "b"};
    create(*world.catalog, image);
    CHECK(world.catalog->find(k_id)->tags == Names{"a", "b"});
}

TEST_CASE("local catalog: images are listed oldest first") {
    World world;
    Names expected;
    for (int i = 0; i < 20; ++i) {
        expected.push_back(base::random_uuid());
        create(*world.catalog, plain_image(expected.back()));
    }
    Names ids;
    for (const Image &image : world.catalog->images())
        ids.push_back(image.id);
    CHECK(ids == expected);
}

TEST_CASE("local catalog: an id is taken once") {
    World world;
    create(*world.catalog, plain_image(k_id, "first"));
    CHECK(world.error([&] { create(*world.catalog, plain_image(k_id, "second")); },
                      ErrorKind::refused) ==
          "the catalog already has an image 11111111-1111-4111-8111-111111111111\nhint: ");
    CHECK(world.catalog->find(k_id)->name == "first");
}

TEST_CASE("local catalog: a change sets what it names and leaves the rest") {
    World world;
    create(*world.catalog, full_image());
    const Image before = world.catalog->find(k_id).value();
    Image expected = before;
    ImageChange change = change_of(k_id);
    SECTION("every field") {
        change.name = expected.name = "other";
        change.status = expected.status = "deactivated";
        change.visibility = expected.visibility = "community";
        change.hidden = expected.hidden = false;
        change.is_protected = expected.is_protected = false;
        change.min_disk_gib = expected.min_disk_gib = 0;
        change.min_ram_mib = expected.min_ram_mib = 64;
        change.tags = expected.tags = {"only"};
        change.properties = {{"empty", std::nullopt},
                             {"never there", std::nullopt},
                             {"quote", "new"},
                             {"added", "x"}};
        expected.properties = {{"added", "x"}, {"hw_qemu_guest_agent", "yes"}, {"quote", "new"}};
    }
    SECTION("one property") {
        change.properties = {{"added", "x"}};
        expected.properties["added"] = "x";
    }
    SECTION("no tags any more") {
        change.tags.emplace();
        expected.tags.clear();
    }
    SECTION("one flag") {
        change.hidden = expected.hidden = false;
    }
    world.catalog->apply(change);
    const Image after = world.catalog->find(k_id).value();
    CHECK(timeless(after) == timeless(expected));
    CHECK(after.created_at == before.created_at);
    CHECK(after.updated_at > before.updated_at);
}

TEST_CASE("local catalog: an empty change changes nothing, not even the time") {
    World world;
    create(*world.catalog, full_image());
    const Image before = world.catalog->find(k_id).value();
    world.catalog->apply(change_of(k_id));
    CHECK(world.catalog->find(k_id) == before);
}

TEST_CASE("local catalog: a hand-over is made as a whole or not at all") {
    World world;
    const std::string other = "22222222-2222-4222-8222-222222222222";
    create(*world.catalog, plain_image(k_id, "one"));
    create(*world.catalog, plain_image(other, "two"));
    const auto before = world.catalog->images();
    ImageChange rename = change_of(k_id);
    rename.name = "changed";
    ImageChange gone = change_of("33333333-3333-4333-8333-333333333333");
    gone.hidden = true;
    CHECK(world.error([&] { (void)world.catalog->hand_over(gone, std::vector{rename}); }) ==
          "the catalog has no image 33333333-3333-4333-8333-333333333333 any more\n"
          "hint: somebody removed it; look again with: retouch images");
    CHECK(world.catalog->images() == before);
    ImageChange invalid = change_of(other);
    invalid.status = "odd\n";
    CHECK(world.error([&] { (void)world.catalog->hand_over(rename, std::vector{invalid}); },
                      ErrorKind::invalid) == "the image's status cannot be 'odd\\x0a'\nhint: ");
    CHECK(world.catalog->images() == before);
    ImageChange second = change_of(other);
    second.name = "changed too";
    CHECK(world.catalog->hand_over(rename, std::vector{gone, second}).empty());
    CHECK(world.catalog->find(k_id)->name == "changed");
    CHECK(world.catalog->find(other)->name == "changed too");
    CHECK(world.catalog->find(k_id)->updated_at == world.catalog->find(other)->updated_at);
}

TEST_CASE("local catalog: a record with a value out of bounds is refused with its name") {
    World world;
    const auto refusal = [&](auto spoil) {
        Image image = plain_image(k_id);
        spoil(image);
        return world.error([&] { create(*world.catalog, image); }, ErrorKind::invalid);
    };
    CHECK(refusal([](Image &image) { image.id = "x"; }) == "the image's id cannot be 'x'\nhint: ");
    CHECK(refusal([](Image &image) { image.name = ""; }) == "the image's name is empty\nhint: ");
    CHECK(refusal([](Image &image) { image.name = std::string(256, 'x'); }) ==
          "the image's name is longer than 255 characters\nhint: ");
    CHECK(refusal([](Image &image) { image.name = "\xff"; }) ==
          "the image's name is not valid UTF-8 text\nhint: ");
    CHECK(refusal([](Image &image) { image.name = std::string("a\0b", 3); }) ==
          "the image's name is not valid UTF-8 text\nhint: ");
    CHECK(refusal([](Image &image) { image.status = "killed"; }) ==
          "the image's status cannot be 'killed'\nhint: ");
    CHECK(refusal([](Image &image) { image.visibility = ""; }) ==
          "the image's visibility cannot be ''\nhint: ");
    CHECK(refusal([](Image &image) { image.disk_format = "vmdk"; }) ==
          "the image's disk format cannot be 'vmdk'\nhint: ");
    CHECK(refusal([](Image &image) { image.size = -1; }) ==
          "the image's size cannot be negative\nhint: ");
    CHECK(refusal([](Image &image) { image.virtual_size_bytes = -1; }) ==
          "the image's virtual size cannot be negative\nhint: ");
    CHECK(refusal([](Image &image) { image.min_disk_gib = -1; }) ==
          "min_disk cannot be negative\nhint: ");
    CHECK(refusal([](Image &image) { image.min_ram_mib = -1; }) ==
          "min_ram cannot be negative\nhint: ");
    CHECK(refusal([](Image &image) { image.tags = {""}; }) == "a tag is empty\nhint: ");
    CHECK(refusal([](Image &image) { image.properties[""] = "x"; }) ==
          "the name of a property is empty\nhint: ");
    CHECK(refusal([](Image &image) { image.properties["a"] = std::string(64 * 1024 + 1, 'x'); }) ==
          "the property 'a' is longer than 64 KiB\nhint: ");
    CHECK(world.catalog->images().empty());
}

TEST_CASE("local catalog: a protected image is not removed") {
    World world;
    create(*world.catalog, full_image());
    CHECK(world.error([&] { world.catalog->remove(k_id); }, ErrorKind::refused) ==
          "image 11111111-1111-4111-8111-111111111111 (Debian 12 „bookworm“) is protected\n"
          "hint: protection is there to prevent this; take it off first if it must go");
    CHECK(timeless(world.catalog->find(k_id).value()) == full_image());
}

TEST_CASE("local catalog: removing takes the record with all its rows and the bytes") {
    World world;
    Image image = full_image();
    image.is_protected = false;
    create(*world.catalog, image);
    const auto bytes = world.scratch / "catalog/images/11111111-1111-4111-8111-111111111111.qcow2";
    make_file(bytes, 10, {});
    world.catalog->remove(k_id);
    CHECK(world.catalog->find(k_id) == std::nullopt);
    CHECK_FALSE(std::filesystem::exists(bytes));
    world.catalog->remove(k_id);
    // The rows went too: the same id starts afresh.
    create(*world.catalog, plain_image(k_id));
    CHECK(timeless(world.catalog->find(k_id).value()) == plain_image(k_id));
}

TEST_CASE("local catalog: a removal that died half way is finished by the next process") {
    const Scratch scratch;
    const auto bytes = scratch / "catalog/images/11111111-1111-4111-8111-111111111111.raw";
    {
        const auto catalog = catalog::open_local_catalog("local", scratch / "catalog");
        make_file(bytes, 10, {});
    }
    // What remove() commits before it touches the bytes.
    SQLite::Database(scratch / "catalog/catalog.db", SQLite::OPEN_READWRITE)
        .exec("INSERT INTO loose_bytes (id) VALUES ('11111111-1111-4111-8111-111111111111')");
    static_cast<void>(catalog::open_local_catalog("local", scratch / "catalog"));
    CHECK_FALSE(std::filesystem::exists(bytes));
    CHECK(SQLite::Database(scratch / "catalog/catalog.db")
              .execAndGet("SELECT count(*) FROM loose_bytes")
              .getInt() == 0);
}

TEST_CASE("local catalog: bytes of an image come from its file, of a queued one there are none") {
    World world;
    Image image = plain_image(k_id);
    image.size = image.virtual_size_bytes = 512;
    const auto bytes = make_file(
        world.scratch / "catalog/images/11111111-1111-4111-8111-111111111111.raw", 512, {});
    for (const char *status : {"active", "deactivated"}) {
        image.status = status;
        CHECK(world.catalog->disk(image).file()->path == bytes);
        CHECK(world.catalog->disk(image).read_only);
    }
    image.status = "queued";
    CHECK(world.error([&] { static_cast<void>(world.catalog->disk(image)); }) ==
          "image 11111111-1111-4111-8111-111111111111 (plain) has no bytes yet\nhint: ");
}

TEST_CASE("local catalog: a source whose file was changed is refused, one only copied is not") {
    const Scratch scratch;
    const auto path = scratch / "catalog/images/11111111-1111-4111-8111-111111111111.raw";
    Image image = plain_image(k_id);
    image.size = image.virtual_size_bytes = static_cast<std::int64_t>(k_mib);
    {
        const auto catalog = catalog::open_local_catalog("local", scratch / "catalog");
        make_file(path, k_mib, {{4096, "hello"}});
        const base::UniqueFd file = base::open_regular_file(path);
        image.checksums[store::k_content_digest] = store::content_digest(file.get(), path);
        create(*catalog, image);
    }
    // Each as another process would find it.
    const auto looked_at = [&] {
        return error_of(
            scratch.path(),
            [&] {
                static_cast<void>(
                    catalog::view_local_catalog("local", scratch / "catalog")->disk(image));
            },
            ErrorKind::refused);
    };
    const auto staged = [&] {
        return error_of(
            scratch.path(),
            [&] {
                static_cast<void>(catalog::open_local_catalog("local", scratch / "catalog")
                                      ->store()
                                      .stage(image, "22222222-2222-4222-8222-222222222222",
                                             LineagePolicy::detach));
            },
            ErrorKind::refused);
    };
    const auto noted = [&] {
        return SQLite::Database(scratch / "catalog/catalog.db")
            .execAndGet("SELECT stamp FROM known_files")
            .getString();
    };
    const std::string nothing = "nothing was thrown";
    CHECK(looked_at() == nothing);
    CHECK(staged() == nothing);
    const std::string first = noted();
    std::filesystem::rename(path, scratch / "backup");
    std::filesystem::copy_file(scratch / "backup", path);
    CHECK(looked_at() == nothing);
    CHECK(noted() == first); // looking writes nothing
    CHECK(staged() == nothing);
    CHECK(noted() != first);
    const base::UniqueFd file = base::open_file(path, O_RDWR);
    REQUIRE(pwrite(file.get(), "J", 1, 4096) == 1);
    const std::string changed =
        "the bytes of image 11111111-1111-4111-8111-111111111111 are not those of its record any "
        "more: DIR/catalog/images/11111111-1111-4111-8111-111111111111.raw\n"
        "hint: somebody changed the file: restore it from a backup, or remove the image";
    CHECK(looked_at() == changed);
    CHECK(staged() == changed);
    CHECK(looked_at() == changed);
    REQUIRE(pwrite(file.get(), "h", 1, 4096) == 1);
    CHECK(looked_at() == nothing);
}

TEST_CASE("local catalog: a database from before files were remembered is looked at and migrated") {
    const Scratch scratch;
    const auto file = scratch / "catalog/catalog.db";
    Image image = plain_image(k_id);
    image.size = image.virtual_size_bytes = 512;
    image.checksums["sha512-used"] = "00";
    std::filesystem::create_directories(scratch / "catalog/images");
    make_file(scratch / "catalog/images/11111111-1111-4111-8111-111111111111.raw", 512, {});
    {
        SQLite::Database old(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        catalog::migrate(old, catalog::catalog_migrations().first(1));
        catalog::insert_image(old, image);
    }
    const auto view = catalog::view_local_catalog("local", scratch / "catalog");
    CHECK(view->images().size() == 1);
    CHECK_THROWS_AS(view->disk(image), Error);
    CHECK(catalog::open_local_catalog("local", scratch / "catalog")->images().size() == 1);
}

TEST_CASE("local catalog: image files without their database are told, and not built upon") {
    const Scratch scratch;
    const auto directory = scratch / "catalog";
    {
        const auto catalog = catalog::open_local_catalog("local", directory);
        make_file(directory / "images/11111111-1111-4111-8111-111111111111.raw", 10, {});
        make_file(directory / "images/22222222-2222-4222-8222-222222222222.qcow2", 10, {});
        make_file(directory / "images/.import-33333333-3333-4333-8333-333333333333.raw", 10, {});
        make_file(directory / "images/notes.txt", 10, {});
    }
    for (const char *name : {"catalog.db", "catalog.db-wal", "catalog.db-shm"})
        std::filesystem::remove(directory / name);
    if (GENERATE(true, false))
        make_file(directory / "catalog.db", 0, {});
    const std::string lost =
        "DIR/catalog/catalog.db is missing or empty, and there are 2 image files it should "
        "describe\n"
        "hint: restore catalog.db from a backup; or move DIR/catalog/images away and bring its "
        "files in again with: retouch import FILE --name NAME";
    const auto error = [&](auto &&work) {
        return error_of(
            scratch.path(), [&] { static_cast<void>(work("local", directory)); },
            ErrorKind::failed);
    };
    CHECK(error(catalog::view_local_catalog) == lost);
    CHECK(error(catalog::open_local_catalog) == lost);
    CHECK(error(catalog::view_local_catalog) == lost);
    std::filesystem::remove_all(directory / "images");
    CHECK(catalog::open_local_catalog("local", directory)->images().empty());
}

TEST_CASE("local catalog: text that is none is an error that names the record") {
    const auto damaged = [](const std::string &sql) {
        const Scratch scratch;
        create(*catalog::open_local_catalog("local", scratch / "catalog"), full_image());
        SQLite::Database(scratch / "catalog/catalog.db", SQLite::OPEN_READWRITE).exec(sql);
        return error_of(
            scratch.path(),
            [&] {
                static_cast<void>(
                    catalog::view_local_catalog("local", scratch / "catalog")->images());
            },
            ErrorKind::failed);
    };
    const std::string record =
        "the catalog is damaged: in the record of image 11111111-1111-4111-8111-111111111111 the ";
    const std::string hint = "\nhint: restore catalog.db from a backup";
    CHECK(damaged("UPDATE images SET name = CAST(x'61FF62' AS TEXT)") ==
          record + "name is not a text: 'a\\xffb'" + hint);
    CHECK(damaged("UPDATE images SET created_at = CAST(x'FF' AS TEXT)") ==
          record + "time is not a text: '\\xff'" + hint);
    CHECK(damaged("UPDATE image_properties SET value = CAST(x'C0' AS TEXT) WHERE name = 'empty'") ==
          record + "property is not a text: '\\xc0'" + hint);
    CHECK(damaged("UPDATE image_tags SET tag = CAST(x'FE' AS TEXT) WHERE tag = 'cloud'") ==
          record + "tag is not a text: '\\xfe'" + hint);
    CHECK(damaged("PRAGMA foreign_keys = OFF; UPDATE image_tags SET image_id = 'other'") ==
          "the catalog is damaged: it has a tag of image 'other', of which there is no record" +
              hint);
}

TEST_CASE("local catalog: what was left to remove and cannot be keeps nobody from writing") {
    const Scratch scratch;
    const auto directory = scratch / "catalog";
    static_cast<void>(catalog::open_local_catalog("local", directory));
    SQLite::Database(directory / "catalog.db", SQLite::OPEN_READWRITE)
        .exec("INSERT INTO loose_bytes (id) VALUES ('../../etc/passwd'), ('" + std::string(k_id) +
              "')");
    std::filesystem::create_directories(directory / "images" / (std::string(k_id) + ".raw") / "x");
    create(*catalog::open_local_catalog("local", directory),
           plain_image("22222222-2222-4222-8222-222222222222"));
    CHECK(SQLite::Database(directory / "catalog.db")
              .execAndGet("SELECT group_concat(id) FROM loose_bytes")
              .getString() == k_id);
    const auto findings = catalog::local_catalog_findings("local", directory);
    CHECK(findings.back().detail ==
          fmt::format("bytes that have no record were left behind: {}", k_id));
}

TEST_CASE("local catalog: a record is newer than those of its name, whatever the clock says") {
    World world;
    create(*world.catalog, plain_image(k_id));
    SQLite::Database(world.scratch / "catalog/catalog.db", SQLite::OPEN_READWRITE)
        .exec("UPDATE images SET created_at = '2099-12-31T23:59:59.999999Z'");
    create(*world.catalog, plain_image("22222222-2222-4222-8222-222222222222"));
    create(*world.catalog, plain_image("33333333-3333-4333-8333-333333333333", "other"));
    CHECK(world.catalog->find("22222222-2222-4222-8222-222222222222")->created_at ==
          "2100-01-01T00:00:00.000000Z");
    CHECK(world.catalog->find("33333333-3333-4333-8333-333333333333")->created_at < "2099");
}

TEST_CASE("local catalog: runs keep their state in a private directory made on demand") {
    World world;
    const auto directory = world.scratch / "catalog/runs";
    CHECK_FALSE(std::filesystem::exists(directory));
    CHECK(world.catalog->state_directory() == directory);
    CHECK(world.catalog->state_directory() == directory);
    CHECK(std::filesystem::status(directory).permissions() == std::filesystem::perms(0700));
}

TEST_CASE("local catalog: a relative directory gives absolute paths") {
    const Scratch scratch;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(scratch.path());
    const auto catalog = catalog::open_local_catalog("local", "./sub/../catalog");
    std::filesystem::current_path(before);
    CHECK(catalog->state_directory() == scratch / "catalog/runs");
}

TEST_CASE("local catalog: many writers at once lose nothing and damage nothing") {
    constexpr int k_writers = 6;
    constexpr int k_rounds = 15;
    const Scratch scratch;
    const auto directory = scratch / "catalog";
    std::atomic<int> failures = 0;
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < k_writers; ++writer)
        writers.emplace_back([&, writer] {
            try {
                for (int round = 0; round < k_rounds; ++round) {
                    // A connection of its own each time, as a process would have; the first
                    // ones race to create the database.
                    const auto catalog = catalog::open_local_catalog("local", directory);
                    const std::string kept = base::random_uuid();
                    const std::string removed = base::random_uuid();
                    create(*catalog, plain_image(kept, fmt::format("writer {}", writer)));
                    create(*catalog, plain_image(removed));
                    ImageChange change = change_of(kept);
                    change.properties[fmt::format("round", round)] = std::to_string(round);
                    catalog->apply(change);
                    catalog->remove(removed);
                    static_cast<void>(catalog::view_local_catalog("local", directory)->images());
                }
            } catch (const std::exception &error) {
                ++failures;
                fprintf(stderr, "%s\n", error.what());
            }
        });
    writers.clear();
    CHECK(failures == 0);
    const auto images = catalog::open_local_catalog("local", directory)->images();
    CHECK(images.size() == k_writers * k_rounds);
    std::set<std::pair<std::string, std::string>> seen;
    for (const Image &image : images)
        seen.emplace(image.name, image.property("round").value_or("none"));
    CHECK(seen.size() == k_writers * k_rounds);
    SQLite::Database database(directory / "catalog.db", SQLite::OPEN_READWRITE);
    CHECK(database.execAndGet("PRAGMA integrity_check").getString() == "ok");
    CHECK(database.execAndGet("PRAGMA journal_mode").getString() == "wal");
}

TEST_CASE("local catalog: of many that create one id exactly one wins") {
    const Scratch scratch;
    std::atomic<int> created = 0;
    std::atomic<int> refused = 0;
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 4; ++writer)
        writers.emplace_back([&] {
            const auto catalog = catalog::open_local_catalog("local", scratch / "catalog");
            try {
                create(*catalog, plain_image(k_id));
                ++created;
            } catch (const Error &error) {
                refused += error.kind() == ErrorKind::refused ? 1 : 0;
            }
        });
    writers.clear();
    CHECK(created == 1);
    CHECK(refused == 3);
}
