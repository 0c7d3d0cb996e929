// PlacedValues: every string counts as quoted, for JSON leaves no doubt about types.
// Numbers keep the spelling JSON gives them.
// Depth is bounded by whoever parsed the document.

#include "plan/placed_values.hpp"

#include "model/json_place.hpp"

#include <fmt/format.h>

namespace retouch::plan {

Mark PlacedValues::mark(const std::string &place) {
    places_.push_back(place);
    return {static_cast<int>(places_.size()), 1};
}

const std::string &PlacedValues::place(int line) const {
    return places_.at(static_cast<std::size_t>(line) - 1);
}

Value PlacedValues::value(const Json &json, const std::string &place) {
    Value value;
    value.mark = mark(place);
    switch (json.type()) {
    case Json::value_t::object:
        value.kind = Value::Kind::mapping;
        for (const auto &[key, member] : json.items()) {
            const std::string member_place = model::place_of(place, key);
            value.fields.push_back({key, mark(member_place), this->value(member, member_place)});
        }
        break;
    case Json::value_t::array:
        value.kind = Value::Kind::sequence;
        for (const Json &item : json)
            value.items.push_back(
                this->value(item, fmt::format("{}[{}]", place, value.items.size())));
        break;
    case Json::value_t::string:
        value.kind = Value::Kind::string;
        value.scalar = json.get<std::string>();
        value.quoted = true;
        break;
    case Json::value_t::boolean:
        value.kind = Value::Kind::boolean;
        value.scalar = json.dump();
        break;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
        value.kind = Value::Kind::integer;
        value.scalar = json.dump();
        break;
    case Json::value_t::number_float:
        value.kind = Value::Kind::real;
        value.scalar = json.dump();
        break;
    case Json::value_t::null:
    case Json::value_t::binary:
    case Json::value_t::discarded:
        value.scalar = "null";
        break;
    }
    return value;
}

} // namespace retouch::plan
