#include "catalog/local_catalog.hpp"

#include "base/uuid.hpp"
#include "store/content_digest.hpp"
#include "unit/store/disk_files.hpp"

#include <SQLiteCpp/Database.h>

using namespace retouch;
using namespace retouch::test;

namespace {

using Names = std::vector<std::string>;

struct World {
    Scratch scratch;
    std::unique_ptr<Catalog> catalog = catalog::open_local_catalog("local", scratch / "catalog");

    template<class Work>
    std::string error(Work work, ErrorKind kind = ErrorKind::invalid) const {
        return error_of(scratch.path(), work, kind);
    }

    [[nodiscard]] Names stored() const { return names_in(scratch / "catalog/images"); }

    [[nodiscard]] int loose_bytes() const {
        return SQLite::Database(scratch / "catalog/catalog.db")
            .execAndGet("SELECT count(*) FROM loose_bytes")
            .getInt();
    }
};

std::string digest_of(const std::filesystem::path &path) {
    const base::UniqueFd fd = base::open_file(path, O_RDONLY);
    return store::content_digest(fd.get(), path);
}

} // namespace

TEST_CASE("import: a raw disk becomes a private active image with its own copy") {
    World world;
    const auto file = make_disk(world.scratch / "disk.img", 64 * k_mib);
    const Image image =
        catalog::import_image(*world.catalog, file, "Debian 12", {{"os_distro", "debian"}});
    CHECK(base::is_uuid(image.id));
    Image expected;
    expected.id = image.id;
    expected.name = "Debian 12";
    expected.status = "active";
    expected.visibility = "private";
    expected.disk_format = "raw";
    expected.size = 64 * k_mib;
    expected.virtual_size_bytes = 64 * k_mib;
    expected.properties = {{"os_distro", "debian"}};
    expected.checksums = {{store::k_content_digest, digest_of(file)}};
    expected.created_at = image.created_at;
    expected.updated_at = image.created_at;
    CHECK(image == expected);
    CHECK(world.catalog->find(image.id) == image);
    CHECK(world.stored() == Names{image.id + ".raw"});
    CHECK(world.loose_bytes() == 0);
    std::filesystem::remove(file);
    CHECK(digest_of(world.catalog->disk(image).file()->path) ==
          image.checksums.at(store::k_content_digest));
}

TEST_CASE("import: a qcow2 file stays qcow2 and its virtual size is the disk's") {
    World world;
    const auto raw = make_disk(world.scratch / "raw", 64 * k_mib);
    run_tool("qemu-img", {"convert", "-f", "raw", "-O", "qcow2", raw, world.scratch / "q"});
    const Image image = catalog::import_image(*world.catalog, world.scratch / "q", "q", {});
    CHECK(image.disk_format == "qcow2");
    CHECK(image.virtual_size_bytes == 64 * k_mib);
    CHECK(image.size == static_cast<std::int64_t>(std::filesystem::file_size(world.scratch / "q")));
    CHECK(image.checksums == std::map<std::string, std::string>{
                                 {store::k_content_digest, digest_of(world.scratch / "q")}});
    CHECK(world.stored() == Names{image.id + ".qcow2"});
}

TEST_CASE("import: a file of 20 GB costs what its data costs") {
    World world;
    const auto file = make_disk(world.scratch / "disk.img", 20 * k_gib);
    const Image image = catalog::import_image(*world.catalog, file, "large", {});
    CHECK(image.size == 20 * k_gib);
    CHECK(allocated(world.catalog->disk(image).file()->path) < k_mib);
}

TEST_CASE("import: what is refused leaves no record and no bytes") {
    World world;
    const auto disk = make_disk(world.scratch / "disk", 2 * k_mib);
    const auto junk = make_file(world.scratch / "junk", 2 * k_mib, {});
    const auto refusal = [&](const std::filesystem::path &file, const std::string &name,
                             const std::map<std::string, std::string> &properties = {}) {
        return world.error([&] {
            static_cast<void>(catalog::import_image(*world.catalog, file, name, properties));
        });
    };
    CHECK(refusal(junk, "x") ==
          "DIR/junk is not a disk image: it has neither a partition table nor a known "
          "filesystem\nhint: give a raw or qcow2 disk image");
    CHECK(refusal(world.scratch.path(), "x") == "cannot read DIR: it is a directory\nhint: ");
    CHECK(refusal(disk, "") == "the image's name is empty\nhint: ");
    CHECK(refusal(disk, std::string(256, 'x')) ==
          "the image's name is longer than 255 characters\nhint: ");
    CHECK(refusal(disk, "a\nb") ==
          "the image's name may not hold the character \\x0a, found 'a\\x0ab'\nhint: ");
    CHECK(refusal(disk, " x") == "the image's name may not begin with a blank, found ' x'\nhint: ");
    CHECK(refusal(disk, "x", {{"os\u202e", "y"}}) ==
          "the name of a property may not hold the character \\u{202e}, found "
          "'os\\u{202e}'\nhint: ");
    CHECK(refusal(disk, "x", {{"", "y"}}) == "the name of a property is empty\nhint: ");
    CHECK(refusal(disk, "x", {{"retouch_recipe", "y"}}) ==
          "the property 'retouch_recipe' cannot be given: names that start with retouch_ are "
          "written by retouch itself\nhint: leave it out, or name it otherwise");
    std::filesystem::resize_file(disk, k_mib + 512);
    CHECK(refusal(disk, "x") ==
          "DIR/disk is truncated: a partition or filesystem continues past its end\n"
          "hint: fetch it again and compare its size and checksum with what its publisher states");
    CHECK(world.catalog->images().empty());
    CHECK(world.stored().empty());
    CHECK(world.loose_bytes() == 0);
}

TEST_CASE("import: on a full disk nothing is left and the catalog still works") {
    if (skipped_without_root("a small filesystem"))
        return;
    const Scratch scratch;
    const Mount small(scratch / "small", "tmpfs", "size=8m");
    const auto catalog = catalog::open_local_catalog("local", small.path() / "catalog");
    const auto file = make_file(scratch / "disk", 64 * k_mib,
                                {{0, boot_sector(1000)}, {k_mib, noise(20 * k_mib)}});
    const std::string error = error_of(
        scratch.path(), [&] { static_cast<void>(catalog::import_image(*catalog, file, "x", {})); },
        ErrorKind::failed);
    CHECK_THAT(error, Catch::StartsWith("cannot write DIR/small/catalog/images/.import-") &&
                          Catch::Contains(": No space left on device\nhint: free some space on"));
    CHECK(names_in(small.path() / "catalog/images").empty());
    CHECK(catalog->images().empty());
    const Image image =
        catalog::import_image(*catalog, make_disk(scratch / "little", 2 * k_mib), "little", {});
    CHECK(catalog->images() == std::vector<Image>{image});
}

TEST_CASE("import: one that died is cleared by the next, one under way is not") {
    World world;
    const std::string dead = base::random_uuid();
    const std::string published = base::random_uuid();
    const auto images = world.scratch / "catalog/images";
    make_file(images / (".import-" + dead + ".raw"), 10, {});
    make_file(images / (published + ".raw"), 10, {});
    const auto disk = make_disk(world.scratch / "disk", 2 * k_mib);
    const base::UniqueFd fd = base::open_file(disk, O_RDONLY);
    store::FileStore store(images);
    const std::string living = base::random_uuid();
    const auto stage = store.receive(fd.get(), disk, living);
    SQLite::Database database(world.scratch / "catalog/catalog.db", SQLite::OPEN_READWRITE);
    for (const std::string &id : {published, living})
        database.exec(fmt::format("INSERT INTO loose_bytes (id) VALUES ('{}')", id));
    static_cast<void>(catalog::open_local_catalog("local", world.scratch / "catalog"));
    CHECK(world.stored() == Names{".import-" + living + ".raw"});
    CHECK(world.loose_bytes() == 1);
    static_cast<void>(stage->seal({}));
    stage->publish();
    static_cast<void>(catalog::open_local_catalog("local", world.scratch / "catalog"));
    CHECK(world.stored() == Names{living + ".raw"});
}

TEST_CASE("import: when the record is refused the published bytes go too") {
    World world;
    auto &catalog = dynamic_cast<catalog::LocalCatalog &>(*world.catalog);
    const auto disk = make_disk(world.scratch / "disk", 2 * k_mib);
    const base::UniqueFd fd = base::open_file(disk, O_RDONLY);
    Image image;
    image.id = base::random_uuid();
    image.name = "first";
    catalog.create(image);
    const auto stage = catalog.store().receive(fd.get(), disk, image.id);
    static_cast<void>(stage->seal({}));
    CHECK(world.error([&] { catalog.adopt(image, *stage); }, ErrorKind::refused) ==
          fmt::format("the catalog already has an image {}\nhint: ", image.id));
    CHECK(world.loose_bytes() == 0);
    // A trigger stands for whatever the database may refuse at the last moment.
    SQLite::Database(world.scratch / "catalog/catalog.db", SQLite::OPEN_READWRITE)
        .exec("CREATE TRIGGER no BEFORE INSERT ON images BEGIN SELECT raise(ABORT, 'no'); END");
    image.id = base::random_uuid();
    const auto second = catalog.store().receive(fd.get(), disk, image.id);
    static_cast<void>(second->seal({}));
    CHECK(world.error([&] { catalog.adopt(image, *second); }, ErrorKind::failed) ==
          "cannot write to the catalog DIR/catalog/catalog.db: no\nhint: ");
    CHECK(world.stored() == Names{".import-" + stage->id() + ".raw"});
    CHECK(world.loose_bytes() == 0);
}

TEST_CASE("export: the file equals the image, with its holes") {
    World world;
    const auto disk = make_disk(world.scratch / "disk", 20 * k_gib);
    const Image image = catalog::import_image(*world.catalog, disk, "x", {});
    const auto view = catalog::view_local_catalog("local", world.scratch / "catalog");
    catalog::export_image(*view, image, world.scratch / "out.img", {"raw"});
    CHECK(std::filesystem::file_size(world.scratch / "out.img") == 20 * k_gib);
    CHECK(allocated(world.scratch / "out.img") < k_mib);
    CHECK(digest_of(world.scratch / "out.img") == image.checksums.at(store::k_content_digest));
}

TEST_CASE("export: another format holds the same disk, and a file that fails is not left") {
    World world;
    const auto disk = make_disk(world.scratch / "disk", 64 * k_mib);
    const Image image = catalog::import_image(*world.catalog, disk, "x", {});
    catalog::export_image(*world.catalog, image, world.scratch / "out.qcow2", {"qcow2"});
    run_tool("qemu-img",
             {"compare", "-f", "raw", "-F", "qcow2", disk, world.scratch / "out.qcow2"});
    const Image back = catalog::import_image(*world.catalog, world.scratch / "out.qcow2", "y", {});
    CHECK(back.disk_format == "qcow2");
    catalog::export_image(*world.catalog, back, world.scratch / "out.raw", {"raw"});
    CHECK(digest_of(world.scratch / "out.raw") == image.checksums.at(store::k_content_digest));
    make_file(world.catalog->disk(back).file()->path, 3, {{0, "bad"}});
    CHECK_THROWS_AS(catalog::export_image(*world.catalog, back, world.scratch / "no.raw", {"raw"}),
                    Error);
    CHECK_FALSE(std::filesystem::exists(world.scratch / "no.raw"));
}

TEST_CASE("export: it overwrites nothing and leaves nothing when it fails") {
    World world;
    const Image image = catalog::import_image(
        *world.catalog, make_disk(world.scratch / "disk", 2 * k_mib), "x", {});
    make_file(world.scratch / "there", 3, {{0, "old"}});
    const auto refusal = [&](const std::filesystem::path &to, ErrorKind kind) {
        return world.error([&] { catalog::export_image(*world.catalog, image, to, {"raw"}); },
                           kind);
    };
    const std::string taken = " exists already\n"
                              "hint: nothing is ever overwritten; choose another name or move it "
                              "away";
    CHECK(refusal(world.scratch / "there", ErrorKind::refused) == "DIR/there" + taken);
    CHECK(base::read_file(world.scratch / "there", 10) == "old");
    std::filesystem::create_symlink("nowhere", world.scratch / "dangling");
    CHECK(refusal(world.scratch / "dangling", ErrorKind::refused) == "DIR/dangling" + taken);
    CHECK_FALSE(std::filesystem::exists(world.scratch / "nowhere"));
    CHECK(refusal(world.scratch / "no/such/file", ErrorKind::failed) ==
          "cannot create DIR/no/such/file: No such file or directory\nhint: ");
    std::filesystem::remove(world.scratch / ("catalog/images/" + image.id + ".raw"));
    CHECK(refusal(world.scratch / "out", ErrorKind::failed) ==
          fmt::format("the bytes of image {0} are missing: DIR/catalog/images/{0}.raw\n"
                      "hint: restore the file from a backup, or remove the image",
                      image.id));
    CHECK_FALSE(std::filesystem::exists(world.scratch / "out"));
}
