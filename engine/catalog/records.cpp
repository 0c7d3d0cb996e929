// Records: one table of scalars and three of lists, read with four queries and joined here. All
// records are read in one go each; one record, and those that match a query, by their ids, so that
// the cost follows what is asked for. SQL is constant text with bound parameters.

#include "catalog/records.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

namespace retouch::catalog {

namespace {

constexpr std::size_t k_longest_shown = 100;

template<class Value>
void bind_value(SQLite::Statement &statement, int index, const std::optional<Value> &value) {
    if (value)
        statement.bind(index, *value);
    else
        statement.bind(index);
}

void bind_value(SQLite::Statement &statement, int index, const std::optional<bool> &value) {
    bind_value(statement, index, value ? std::optional<int>(*value ? 1 : 0) : std::nullopt);
}

/// Runs a statement that takes texts and gives no rows.
template<class... Texts>
void run(SQLite::Database &database, const char *sql, const Texts &...texts) {
    SQLite::Statement statement(database, sql);
    int index = 0;
    (statement.bind(++index, texts), ...);
    statement.exec();
}

/// A damaged database may hold anything as text.
void require_text(const std::string &id, std::string_view what,
                  std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts)
        if (base::invalid_utf8(text) || text.find('\0') != std::string_view::npos)
            throw Error(
                ErrorKind::failed,
                fmt::format("the catalog is damaged: in the record of image {} the {} is not a "
                            "text: '{}'",
                            base::escape(id), what, base::escape(text.substr(0, k_longest_shown))),
                "restore catalog.db from a backup");
}

Image scalars(SQLite::Statement &row) {
    Image image;
    int column = 0;
    const auto text = [&] { return row.getColumn(column++).getString(); };
    const auto number = [&] { return row.getColumn(column++).getInt64(); };
    image.id = text();
    image.name = text();
    image.status = text();
    image.visibility = text();
    image.disk_format = text();
    image.size = number();
    image.virtual_size_bytes = number();
    image.min_disk_gib = number();
    image.min_ram_mib = number();
    image.is_protected = number() != 0;
    image.hidden = number() != 0;
    image.created_at = text();
    image.updated_at = text();
    require_text(image.id, "id", {image.id});
    require_text(image.id, "name", {image.name});
    require_text(image.id, "status", {image.status, image.visibility, image.disk_format});
    require_text(image.id, "time", {image.created_at, image.updated_at});
    return image;
}

constexpr const char *k_scalars =
    "SELECT id, name, status, visibility, disk_format, size, virtual_size, min_disk, min_ram,"
    " protected, hidden, created_at, updated_at FROM images";

/// A list of each image: rows of an id and two texts.
struct List {
    std::string_view what;
    const char *all;
    const char *of_one;
    void (*add)(Image &image, const std::string &first, const std::string &second);
};

constexpr std::array<List, 3> k_lists = {{
    {"property", "SELECT image_id, name, value FROM image_properties",
     "SELECT image_id, name, value FROM image_properties WHERE image_id = ?1",
     [](Image &image, const std::string &name, const std::string &value) {
         image.properties.emplace(name, value);
     }},
    {"tag", "SELECT image_id, tag, '' FROM image_tags ORDER BY tag",
     "SELECT image_id, tag, '' FROM image_tags WHERE image_id = ?1 ORDER BY tag",
     [](Image &image, const std::string &tag, const std::string &) { image.tags.push_back(tag); }},
    {"checksum", "SELECT image_id, algorithm, hex FROM image_checksums",
     "SELECT image_id, algorithm, hex FROM image_checksums WHERE image_id = ?1",
     [](Image &image, const std::string &algorithm, const std::string &hex) {
         image.checksums.emplace(algorithm, hex);
     }},
}};

void add_row(SQLite::Statement &row, const List &list, Image &image) {
    const std::string first = row.getColumn(1).getString();
    const std::string second = row.getColumn(2).getString();
    require_text(image.id, list.what, {first, second});
    list.add(image, first, second);
}

/// Reads one record after the other with statements that are prepared once.
class Reader {
  public:
    explicit Reader(SQLite::Database &database)
        : record_(database, fmt::format("{} WHERE id = ?1", k_scalars)) {
        for (const List &list : k_lists)
            lists_.emplace_back(database, list.of_one);
    }

    std::optional<Image> read(const std::string &id) {
        record_.reset();
        record_.bind(1, id);
        if (!record_.executeStep())
            return std::nullopt;
        Image image = scalars(record_);
        for (std::size_t i = 0; i < k_lists.size(); ++i) {
            lists_[i].reset();
            lists_[i].bind(1, id);
            while (lists_[i].executeStep())
                add_row(lists_[i], k_lists[i], image);
        }
        return image;
    }

  private:
    SQLite::Statement record_;
    std::vector<SQLite::Statement> lists_;
};

using Index = std::map<std::string, Image *>;

void add_rows(SQLite::Database &database, const List &list, const Index &images) {
    SQLite::Statement rows(database, list.all);
    while (rows.executeStep()) {
        const std::string owner = rows.getColumn(0).getString();
        const auto found = images.find(owner);
        if (found == images.end())
            throw Error(ErrorKind::failed,
                        fmt::format("the catalog is damaged: it has a {} of image '{}', of which "
                                    "there is no record",
                                    list.what, base::escape(owner.substr(0, k_longest_shown))),
                        "restore catalog.db from a backup");
        add_row(rows, list, *found->second);
    }
}

/// Those that are looked at to answer `query`, which names or properties lead to.
std::set<std::string> candidates(SQLite::Database &database, const ImageQuery &query) {
    std::set<std::string> ids;
    const auto add = [&](const char *sql, auto &&...texts) {
        SQLite::Statement rows(database, sql);
        int index = 0;
        (rows.bind(++index, texts), ...);
        while (rows.executeStep())
            ids.insert(rows.getColumn(0).getString());
    };
    for (const std::string &name : query.names)
        add("SELECT id FROM images WHERE name = ?1", name);
    if (query.names.empty() && !query.properties.empty()) {
        const auto &[name, value] = *query.properties.begin();
        add("SELECT image_id FROM image_properties WHERE name = ?1 AND value = ?2", name, value);
    }
    return ids;
}

void add_tags(SQLite::Database &database, const std::string &id,
              const std::vector<std::string> &tags) {
    for (const std::string &tag : tags)
        run(database, "INSERT OR IGNORE INTO image_tags (image_id, tag) VALUES (?, ?)", id, tag);
}

void set_property(SQLite::Database &database, const std::string &id, const std::string &name,
                  const std::string &value) {
    run(database,
        "INSERT INTO image_properties (image_id, name, value) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (image_id, name) DO UPDATE SET value = ?3",
        id, name, value);
}

} // namespace

std::vector<Image> load_images(SQLite::Database &database) {
    std::vector<Image> images;
    SQLite::Statement rows(database, fmt::format("{} ORDER BY created_at, id", k_scalars));
    while (rows.executeStep())
        images.push_back(scalars(rows));
    Index index;
    for (Image &image : images)
        index[image.id] = &image;
    for (const List &list : k_lists)
        add_rows(database, list, index);
    return images;
}

std::optional<Image> load_image(SQLite::Database &database, const std::string &id) {
    return Reader(database).read(id);
}

std::vector<Image> load_images_where(SQLite::Database &database, const ImageQuery &query) {
    std::vector<Image> images;
    if (query.names.empty() && query.properties.empty()) {
        images = load_images(database);
    } else {
        Reader reader(database);
        for (const std::string &id : candidates(database, query))
            if (std::optional<Image> image = reader.read(id))
                images.push_back(*std::move(image));
    }
    std::erase_if(images, [&](const Image &image) { return !query.matches(image); });
    std::ranges::sort(images, {},
                      [](const Image &image) { return std::tie(image.created_at, image.id); });
    return images;
}

void insert_image(SQLite::Database &database, const Image &image) {
    SQLite::Statement insert(
        database, "INSERT INTO images (id, name, status, visibility, disk_format, size,"
                  " virtual_size, min_disk, min_ram, protected, hidden, created_at, updated_at)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    int index = 0;
    for (const std::string *text :
         {&image.id, &image.name, &image.status, &image.visibility, &image.disk_format})
        insert.bind(++index, *text);
    for (const std::int64_t number :
         {image.size, image.virtual_size_bytes, image.min_disk_gib, image.min_ram_mib})
        insert.bind(++index, number);
    for (const bool flag : {image.is_protected, image.hidden})
        insert.bind(++index, flag ? 1 : 0);
    for (const std::string *text : {&image.created_at, &image.updated_at})
        insert.bind(++index, *text);
    insert.exec();
    add_tags(database, image.id, image.tags);
    for (const auto &[name, value] : image.properties)
        set_property(database, image.id, name, value);
    for (const auto &[algorithm, hex] : image.checksums)
        run(database, "INSERT INTO image_checksums (image_id, algorithm, hex) VALUES (?, ?, ?)",
            image.id, algorithm, hex);
}

bool update_image(SQLite::Database &database, const ImageChange &change,
                  const std::string &updated_at) {
    SQLite::Statement update(
        database, "UPDATE images SET name = coalesce(?2, name), status = coalesce(?3, status),"
                  " visibility = coalesce(?4, visibility), hidden = coalesce(?5, hidden),"
                  " protected = coalesce(?6, protected), min_disk = coalesce(?7, min_disk),"
                  " min_ram = coalesce(?8, min_ram), updated_at = ?9 WHERE id = ?1");
    update.bind(1, change.id);
    bind_value(update, 2, change.name);
    bind_value(update, 3, change.status);
    bind_value(update, 4, change.visibility);
    bind_value(update, 5, change.hidden);
    bind_value(update, 6, change.is_protected);
    bind_value(update, 7, change.min_disk_gib);
    bind_value(update, 8, change.min_ram_mib);
    update.bind(9, updated_at);
    if (update.exec() == 0)
        return false;
    if (change.tags) {
        run(database, "DELETE FROM image_tags WHERE image_id = ?", change.id);
        add_tags(database, change.id, *change.tags);
    }
    for (const auto &[name, value] : change.properties) {
        if (value)
            set_property(database, change.id, name, *value);
        else
            run(database, "DELETE FROM image_properties WHERE image_id = ? AND name = ?", change.id,
                name);
    }
    return true;
}

void delete_image(SQLite::Database &database, const std::string &id) {
    run(database, "DELETE FROM images WHERE id = ?", id);
}

bool image_exists(SQLite::Database &database, const std::string &id) {
    SQLite::Statement query(database, "SELECT 1 FROM images WHERE id = ?");
    query.bind(1, id);
    return query.executeStep();
}

std::string last_creation(SQLite::Database &database, const std::string &name) {
    SQLite::Statement query(database,
                            "SELECT coalesce(max(created_at), '') FROM images WHERE name = ?");
    query.bind(1, name);
    query.executeStep();
    return query.getColumn(0).getString();
}

std::string file_stamp(SQLite::Database &database, const std::string &id) {
    // A database that was only ever looked at may be older than this table.
    if (!database.tableExists("known_files"))
        return "";
    SQLite::Statement query(database, "SELECT stamp FROM known_files WHERE image_id = ?");
    query.bind(1, id);
    return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

void note_file_stamp(SQLite::Database &database, const std::string &id, const std::string &stamp) {
    run(database,
        "INSERT OR REPLACE INTO known_files (image_id, stamp)"
        " SELECT id, ?2 FROM images WHERE id = ?1",
        id, stamp);
}

std::vector<std::string> loose_bytes(SQLite::Database &database) {
    std::vector<std::string> ids;
    SQLite::Statement rows(database, "SELECT id FROM loose_bytes ORDER BY id");
    while (rows.executeStep())
        ids.push_back(rows.getColumn(0).getString());
    return ids;
}

void add_loose_bytes(SQLite::Database &database, const std::string &id) {
    run(database, "INSERT OR IGNORE INTO loose_bytes (id) VALUES (?)", id);
}

void drop_loose_bytes(SQLite::Database &database, const std::string &id) {
    run(database, "DELETE FROM loose_bytes WHERE id = ?", id);
}

} // namespace retouch::catalog
