// Imported record. Names are chosen here, not taken over from a catalog that allows more.

#include "catalog/imported_record.hpp"

#include "base/name_rule.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "catalog/glance/image_json.hpp"
#include "catalog/record_rules.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

namespace retouch::catalog {

namespace {

constexpr std::string_view k_own_properties = "retouch_";

void refuse_no_name(const std::string &what, const std::string &name) {
    if (const auto why = base::why_no_name(name))
        throw Error(ErrorKind::invalid,
                    fmt::format("{} {}, found '{}'", what, *why, base::escape(name)));
}

void refuse_own_properties(const std::map<std::string, std::string> &properties) {
    for (const auto &[name, value] : properties)
        if (is_reserved_property(name) || name.starts_with("os_hash_"))
            throw Error(
                ErrorKind::invalid,
                fmt::format("the property '{}' cannot be given: it is a field of the image's "
                            "record",
                            base::escape(name)),
                "leave it out; what can be changed is changed afterwards, or by a recipe");
    for (const auto &[name, value] : properties)
        if (name.starts_with(k_own_properties))
            throw Error(ErrorKind::invalid,
                        fmt::format("the property '{}' cannot be given: names that start with "
                                    "retouch_ are written by retouch itself",
                                    base::escape(name)),
                        "leave it out, or name it otherwise");
}

} // namespace

Image imported_record(const std::string &name,
                      const std::map<std::string, std::string> &properties) {
    refuse_own_properties(properties);
    Image image;
    image.id = base::random_uuid();
    image.name = name;
    image.properties = properties;
    check_record(image);
    refuse_no_name("the image's name", name);
    for (const auto &[property, value] : properties)
        refuse_no_name("the name of a property", property);
    return image;
}

} // namespace retouch::catalog
