// Image JSON: the names of Glance's image schema are known here; every other name is a property.

#include "catalog/glance/image_json.hpp"

#include "base/text.hpp"
#include "catalog/glance/answer.hpp"
#include "catalog/timestamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace retouch::catalog {

namespace {

constexpr std::size_t k_most_locations = 100;
constexpr std::size_t k_longest_checksum = 128;
constexpr std::size_t k_longest_id = 64;
constexpr std::size_t k_longest_amount = 40;
constexpr std::string_view k_internal = "os_glance_";

/// Names that are no properties in an answer, and those Glance refuses in a new record.
constexpr std::array<std::string_view, 28> k_reserved = {"checksum",     "container_format",
                                                         "created_at",   "deleted",
                                                         "deleted_at",   "direct_url",
                                                         "disk_format",  "file",
                                                         "id",           "location",
                                                         "locations",    "min_disk",
                                                         "min_ram",      "name",
                                                         "os_hash_algo", "os_hash_value",
                                                         "os_hidden",    "owner",
                                                         "protected",    "schema",
                                                         "self",         "size",
                                                         "status",       "stores",
                                                         "tags",         "updated_at",
                                                         "virtual_size", "visibility"};

ApiError no_record(const std::string &why) {
    return {ErrorKind::unavailable,
            "the image service sent a record " + why,
            "is this the address of an image service?",
            {}};
}

/// 0 when Glance does not know it.
std::int64_t amount_at(const Json &record, const char *key, const std::string &id) {
    const auto found = record.find(key);
    if (found == record.end() || found->is_null())
        return 0;
    const bool is_amount =
        found->is_number_unsigned()
            ? found->get<std::uint64_t>() <=
                  static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
            : found->is_number_integer() && found->get<std::int64_t>() >= 0;
    if (!is_amount)
        throw no_record(
            fmt::format("of image {} with an invalid {}: {}", id, key,
                        base::escape(found->dump(-1, ' ', true, Json::error_handler_t::replace)
                                         .substr(0, k_longest_amount))));
    return found->get<std::int64_t>();
}

/// It becomes part of addresses and names.
std::string id_of(const Json &record) {
    std::string id = text_at(record, "id");
    if (id.empty())
        throw no_record("without an id");
    const bool safe = id.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == std::string::npos;
    if (!safe || id.size() > k_longest_id)
        throw no_record(
            fmt::format("whose id is none: '{}'", base::escape(id.substr(0, k_longest_id))));
    return id;
}

bool flag_at(const Json &record, const char *key) {
    const auto found = record.find(key);
    return found != record.end() && found->is_boolean() && found->get<bool>();
}

std::vector<std::string> tags_of(const Json &record) {
    std::vector<std::string> tags;
    const Json &list = part_at(record, "tags");
    for (const Json &tag : list)
        if (tag.is_string())
            tags.push_back(tag.get<std::string>());
    std::ranges::sort(tags);
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    return tags;
}

/// Lower-case hex, else empty.
std::string checksum_at(const Json &record, const char *key) {
    const std::string text = base::small_letters(text_at(record, key));
    const bool hex = text.find_first_not_of("0123456789abcdef") == std::string::npos;
    return hex && text.size() <= k_longest_checksum ? text : "";
}

std::map<std::string, std::string> checksums_of(const Json &record) {
    std::map<std::string, std::string> checksums;
    const auto put = [&](const std::string &algorithm, std::string value) {
        if (!algorithm.empty() && !value.empty())
            checksums[algorithm] = std::move(value);
    };
    put("md5", checksum_at(record, "checksum"));
    put(text_at(record, "os_hash_algo"), checksum_at(record, "os_hash_value"));
    return checksums;
}

std::vector<std::string> locations_of(const Json &record) {
    std::vector<std::string> urls;
    const Json &list = part_at(record, "locations");
    for (const Json &location : list)
        if (std::string url = text_at(location, "url");
            !url.empty() && urls.size() < k_most_locations)
            urls.push_back(std::move(url));
    if (std::string url = text_at(record, "direct_url"); urls.empty() && !url.empty())
        urls.push_back(std::move(url));
    return urls;
}

std::vector<std::string> stores_of(const Json &record) {
    std::vector<std::string> stores;
    for (std::string &store : base::split(text_at(record, "stores"), ','))
        if (!store.empty())
            stores.push_back(std::move(store));
    return stores;
}

void read_amounts(Image &image, const Json &record) {
    image.size = amount_at(record, "size", image.id);
    image.virtual_size_bytes = amount_at(record, "virtual_size", image.id);
    if (image.virtual_size_bytes == 0 && image.disk_format == "raw")
        image.virtual_size_bytes = image.size;
    image.min_disk_gib = amount_at(record, "min_disk", image.id);
    image.min_ram_mib = amount_at(record, "min_ram", image.id);
}

/// A name as one segment of a JSON pointer.
std::string pointer_to(std::string_view name) {
    std::string path = "/";
    for (const char c : name) {
        if (c == '~')
            path += "~0";
        else if (c == '/')
            path += "~1";
        else
            path += c;
    }
    return path;
}

} // namespace

bool is_reserved_property(std::string_view name) {
    return name.starts_with(k_internal) || std::ranges::find(k_reserved, name) != k_reserved.end();
}

GlanceImage image_from_json(const Json &record) {
    GlanceImage found;
    Image &image = found.image;
    image.id = id_of(record);
    image.name = text_at(record, "name");
    image.status = text_at(record, "status");
    image.visibility = text_at(record, "visibility");
    image.disk_format = text_at(record, "disk_format");
    image.container_format = text_at(record, "container_format");
    image.owner = text_at(record, "owner");
    read_amounts(image, record);
    image.is_protected = flag_at(record, "protected");
    image.hidden = flag_at(record, "os_hidden");
    image.tags = tags_of(record);
    image.checksums = checksums_of(record);
    image.locations = locations_of(record);
    image.created_at = with_microseconds(text_at(record, "created_at"));
    image.updated_at = with_microseconds(text_at(record, "updated_at"));
    found.shows_locations = record.contains("locations");
    found.shows_direct_url = record.contains("direct_url");
    found.stores = stores_of(record);
    for (const auto &[name, value] : record.items())
        if (value.is_string() && name.starts_with(k_internal))
            found.internals[name] = value.get<std::string>();
        else if (value.is_string() && !is_reserved_property(name))
            image.properties[name] = value.get<std::string>();
    return found;
}

Json image_to_json(const Image &draft, const std::string &owner) {
    Json body = Json::object();
    const auto put_text = [&](const char *key, const std::string &value) {
        if (!value.empty())
            body[key] = value;
    };
    put_text("id", draft.id);
    put_text("name", draft.name);
    put_text("owner", owner);
    put_text("visibility", draft.visibility);
    put_text("disk_format", draft.disk_format);
    put_text("container_format", draft.container_format);
    body["min_disk"] = draft.min_disk_gib;
    body["min_ram"] = draft.min_ram_mib;
    body["protected"] = draft.is_protected;
    body["os_hidden"] = draft.hidden;
    body["tags"] = draft.tags;
    for (const auto &[name, value] : draft.properties)
        if (!is_reserved_property(name))
            body[name] = value;
    return body;
}

void ImagePatch::set(std::string_view name, Json value) {
    operations_.push_back(
        Json::object({{"op", "add"}, {"path", pointer_to(name)}, {"value", std::move(value)}}));
}

void ImagePatch::unset(std::string_view name) {
    operations_.push_back(Json::object({{"op", "remove"}, {"path", pointer_to(name)}}));
}

void ImagePatch::add_location(const std::string &url) {
    operations_.push_back(
        Json::object({{"op", "add"},
                      {"path", "/locations/-"},
                      {"value", Json::object({{"url", url}, {"metadata", Json::object()}})}}));
}

} // namespace retouch::catalog
