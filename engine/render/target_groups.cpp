// What of a target is its own (which image it is made of, names, ids, times) is left out; what is
// left is compared as JSON.

#include "render/target_groups.hpp"

#include "base/text.hpp"
#include "model/json_writer.hpp"
#include "model/members.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <string_view>

namespace retouch::render {

namespace {

Json what_it_gets(const Target &target) {
    Json same = {{"recipe", model::JsonWriter::written(target.recipe)},
                 {"action", model::to_string(target.action)}};
    if (!is_work(target.action))
        return same;
    same["steps"] = model::JsonWriter::written(target.steps);
    for (Json &step : same["steps"])
        if (step["rehearsed"].is_object())
            for (const char *of_its_own : {"seconds", "out", "err"})
                step["rehearsed"].erase(of_its_own);
    same["set"] = model::JsonWriter::written(target.properties.set);
    same["remove"] = model::JsonWriter::written(target.properties.remove);
    same["fields"] = {target.publish.visibility,
                      target.publish.disk_format,
                      model::JsonWriter::written(target.publish.tags),
                      target.publish.min_disk_gib,
                      target.publish.min_ram_mib,
                      target.publish.is_protected};
    same["facts"] = model::JsonWriter::written(
        target.rehearsal ? target.rehearsal->facts : std::map<std::string, std::string>());
    same["verdict"] =
        target.rehearsal ? model::JsonWriter::written(target.rehearsal->passed) : Json();
    return same;
}

/// A name that ends in a number.
struct NumberedName {
    std::string_view stem;
    std::string_view digits; ///< empty: it has none, or too many
    std::uint64_t number = 0;
};

NumberedName numbered(std::string_view name) {
    constexpr std::size_t k_most_digits = 9;
    const std::size_t last = name.find_last_not_of("0123456789");
    const std::size_t start = last == name.npos ? 0 : last + 1;
    NumberedName parts{name.substr(0, start), name.substr(start)};
    if (parts.digits.size() > k_most_digits)
        return {name, {}};
    std::from_chars(parts.digits.data(), parts.digits.data() + parts.digits.size(), parts.number);
    return parts;
}

bool follows(const std::string &name, const std::string &before) {
    const NumberedName one = numbered(before);
    const NumberedName next = numbered(name);
    const bool same_width = one.digits.size() == next.digits.size() ||
                            (one.digits.front() != '0' && next.digits.front() != '0');
    return !one.digits.empty() && !next.digits.empty() && one.stem == next.stem && same_width &&
           next.number == one.number + 1;
}

} // namespace

std::vector<TargetGroup> target_groups(const std::vector<Target> &targets) {
    std::vector<TargetGroup> groups;
    std::map<std::string, std::size_t> places;
    for (const Target &target : targets) {
        const auto [place, is_new] = places.try_emplace(what_it_gets(target).dump(), groups.size());
        if (is_new)
            groups.emplace_back();
        groups[place->second].push_back(&target);
    }
    return groups;
}

std::string name_ranges(const std::vector<std::string> &names) {
    constexpr std::size_t k_worth_it = 3;
    std::string text;
    for (std::size_t first = 0; first < names.size();) {
        std::size_t end = first + 1;
        while (end < names.size() && follows(names[end], names[end - 1]))
            ++end;
        if (end - first < k_worth_it)
            end = first + 1;
        base::add_part(text, end - first == 1
                                 ? base::escape(names[first])
                                 : fmt::format("{}..{} ({})", base::escape(names[first]),
                                               base::escape(names[end - 1]), end - first));
        first = end;
    }
    return text;
}

std::string names_of(const TargetGroup &group) {
    std::vector<std::string> names;
    names.reserve(group.size());
    for (const Target *target : group)
        names.push_back(target->publish.name);
    return name_ranges(names);
}

} // namespace retouch::render
