// ObjectReader: strict access to a parsed JSON object.
// Nothing is converted: a number is not a string, and null is no value.
// Paths quote keys of the document, so they are escaped.

#include "model/object_reader.hpp"

#include "base/text.hpp"
#include "model/json_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace retouch::model {

std::string place_of(std::string_view object, std::string_view key) {
    constexpr std::size_t k_shown = 200;
    const std::string shown = base::escape(key.substr(0, k_shown));
    return object.empty() || key.empty() ? std::string(object) + shown
                                         : fmt::format("{}.{}", object, shown);
}

ObjectReader::ObjectReader(const Json &value, std::string path, const DocumentContext &context)
    : value_(&value), path_(std::move(path)), context_(&context) {
    if (!value.is_object())
        throw wrong({}, "expected an object");
}

std::string ObjectReader::place(std::string_view key) const {
    return place_of(path_, key);
}

Error ObjectReader::wrong(std::string_view key, const std::string &what) const {
    const std::string where = place(key);
    return {ErrorKind::invalid,
            fmt::format("{}: {}{}{}", context_->subject, where, where.empty() ? "" : ": ", what),
            context_->hint};
}

const Json &ObjectReader::member(std::string_view key) {
    const auto found = value_->find(key);
    if (found == value_->end())
        throw wrong(key, "missing");
    asked_.emplace(key);
    return *found;
}

std::string ObjectReader::text(std::string_view key) {
    const Json &value = member(key);
    if (!value.is_string())
        throw wrong(key, "expected a string");
    return value.get<std::string>();
}

void ObjectReader::read(std::string_view key, bool &value) {
    const Json &found = member(key);
    if (!found.is_boolean())
        throw wrong(key, "expected true or false");
    value = found.get<bool>();
}

std::int64_t ObjectReader::count(std::string_view key) {
    constexpr auto k_largest = std::numeric_limits<std::int64_t>::max();
    const Json &value = member(key);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::uint64_t{k_largest})
        throw wrong(key, "expected a whole number from 0");
    return value.get<std::int64_t>();
}

void ObjectReader::read(std::string_view key, int &value) {
    const std::int64_t found = count(key);
    if (found > std::numeric_limits<int>::max())
        throw wrong(key, "too large");
    value = static_cast<int>(found);
}

void ObjectReader::read(std::string_view key, std::uint32_t &value) {
    const std::int64_t found = count(key);
    if (found > std::numeric_limits<std::uint32_t>::max())
        throw wrong(key, "too large");
    value = static_cast<std::uint32_t>(found);
}

void ObjectReader::exit_status(std::string_view key, std::optional<int> &value) {
    constexpr std::int64_t k_largest = std::numeric_limits<std::uint8_t>::max();
    if (!member(key).is_null())
        value = static_cast<int>(std::min(count(key), k_largest));
}

void ObjectReader::read(std::string_view key, double &value) {
    const Json &found = member(key);
    if (!found.is_number() || found.get<double>() < 0)
        throw wrong(key, "expected a number from 0");
    value = found.get<double>();
}

const Json &ObjectReader::array(std::string_view key) {
    const Json &value = member(key);
    if (!value.is_array())
        throw wrong(key, "expected a list");
    return value;
}

void ObjectReader::read(std::string_view key, std::vector<std::string> &values) {
    for (const Json &element : array(key)) {
        if (!element.is_string())
            throw wrong(fmt::format("{}[{}]", key, values.size()), "expected a string");
        values.push_back(element.get<std::string>());
    }
}

void ObjectReader::read(std::string_view key, std::map<std::string, std::string> &entries) {
    const Json &value = member(key);
    if (!value.is_object())
        throw wrong(key, "expected an object");
    for (const auto &[name, entry] : value.items()) {
        if (!entry.is_string())
            throw wrong(fmt::format("{}.{}", key, name), "expected a string");
        entries.emplace(name, entry.get<std::string>());
    }
}

void ObjectReader::object(std::string_view key, Json &value) {
    const Json &found = member(key);
    if (!found.is_object())
        throw wrong(key, "expected an object");
    value = found;
}

void ObjectReader::finish() const {
    if (context_->unknown_keys)
        return;
    for (const auto &[key, value] : value_->items())
        if (!asked_.contains(key))
            throw wrong(key, "unknown key");
}

} // namespace retouch::model
