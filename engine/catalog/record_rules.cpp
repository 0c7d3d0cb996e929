// Record rules: bounds and closed sets for every field that callers choose.
// Names and values come from recipes, command lines and other catalogs, so they are quoted escaped.
// What a recipe may set is the recipe's schema's business.

#include "catalog/record_rules.hpp"

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <span>
#include <string_view>

namespace retouch::catalog {

namespace {

constexpr std::size_t k_longest_name = 255;
constexpr std::size_t k_longest_value = std::size_t{64} * 1024; ///< bytes
constexpr std::array<std::string_view, 3> k_statuses = {"queued", "active", "deactivated"};
constexpr std::array<std::string_view, 4> k_visibilities = {"public", "private", "shared",
                                                            "community"};
constexpr std::array<std::string_view, 2> k_formats = {"raw", "qcow2"};

[[noreturn]] void refuse(std::string_view field, std::string_view why) {
    throw Error(ErrorKind::invalid, fmt::format("{} {}", field, why));
}

void check_text(std::string_view field, std::string_view text) {
    if (base::invalid_utf8(text) || text.find('\0') != std::string_view::npos)
        refuse(field, "is not valid UTF-8 text");
    if (text.size() > k_longest_value)
        refuse(field, "is longer than 64 KiB");
}

void check_name(std::string_view field, std::string_view name) {
    check_text(field, name);
    if (name.empty())
        refuse(field, "is empty");
    if (base::code_points(name) > k_longest_name)
        refuse(field, "is longer than 255 characters");
}

void check_member(std::string_view field, std::string_view value,
                  std::span<const std::string_view> allowed) {
    if (std::ranges::find(allowed, value) == allowed.end())
        refuse(field, fmt::format("cannot be '{}'", base::escape(value)));
}

void check_amount(std::string_view field, std::int64_t amount) {
    if (amount < 0)
        refuse(field, "cannot be negative");
}

void check_property(const std::string &name, const std::string &value) {
    check_name("the name of a property", name);
    check_text(fmt::format("the property '{}'", base::escape(name)), value);
}

void check_tags(const std::vector<std::string> &tags) {
    for (const std::string &tag : tags)
        check_name("a tag", tag);
}

void check_id(const std::string &id) {
    if (!base::is_uuid(id))
        refuse("the image's id", fmt::format("cannot be '{}'", base::escape(id)));
}

} // namespace

void check_record(const Image &image) {
    check_id(image.id);
    check_name("the image's name", image.name);
    check_member("the image's status", image.status, k_statuses);
    check_member("the image's visibility", image.visibility, k_visibilities);
    check_member("the image's disk format", image.disk_format, k_formats);
    check_amount("the image's size", image.size);
    check_amount("the image's virtual size", image.virtual_size_bytes);
    check_amount("min_disk", image.min_disk_gib);
    check_amount("min_ram", image.min_ram_mib);
    check_tags(image.tags);
    for (const auto &[name, value] : image.properties)
        check_property(name, value);
}

void check_record(const ImageChange &change) {
    check_id(change.id);
    if (change.name)
        check_name("the image's name", *change.name);
    if (change.status)
        check_member("the image's status", *change.status, k_statuses);
    if (change.visibility)
        check_member("the image's visibility", *change.visibility, k_visibilities);
    check_amount("min_disk", change.min_disk_gib.value_or(0));
    check_amount("min_ram", change.min_ram_mib.value_or(0));
    if (change.tags)
        check_tags(*change.tags);
    for (const auto &[name, value] : change.properties)
        check_property(name, value.value_or(""));
}

} // namespace retouch::catalog
