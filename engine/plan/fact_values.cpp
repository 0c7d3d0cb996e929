#include "plan/fact_values.hpp"

#include "base/fact_text.hpp"
#include "base/text.hpp"
#include "retouch/error.hpp"
#include "retouch/json.hpp"

#include <algorithm>
#include <fmt/format.h>

#include <optional>
#include <set>

namespace retouch::plan {

namespace {

std::optional<std::string> field_of(const Image &image, const std::string &name) {
    if (name == "name")
        return image.name;
    if (name == "id")
        return image.id;
    return image.property(name);
}

bool is_of_source(const std::string &fact) {
    return fact.starts_with(base::k_image_facts);
}

} // namespace

std::vector<std::string> facts_of_result(const Recipe &recipe) {
    std::set<std::string> names;
    if (recipe.rebuild_for_packages)
        names.insert(base::k_package_list);
    for (const auto &[property, value] : recipe.properties)
        for (const std::string &fact : base::facts_named_in(value.value_or("")))
            if (!is_of_source(fact))
                names.insert(fact);
    return {names.begin(), names.end()};
}

std::string with_source_facts(const std::string &text, const Image &source,
                              const std::string &place) {
    return base::fill_facts(text, [&](const std::string &fact) -> std::optional<std::string> {
        if (!is_of_source(fact))
            return std::nullopt;
        const std::string name = fact.substr(base::k_image_facts.size());
        if (auto value = field_of(source, name)) {
            if (base::count_fact_marks(*value) > 0)
                throw Error(ErrorKind::failed,
                            fmt::format("{} names ${{{}}}, and what the source image \"{}\" ({}) "
                                        "has there would itself be taken for a fact: {}",
                                        place, fact, base::escape(source.name), source.id,
                                        base::clipped(base::escape(*value), 100)),
                            "write the value in the recipe, or change it on that image");
            return value;
        }
        throw Error(ErrorKind::failed,
                    fmt::format("{} names ${{{}}}, and the source image \"{}\" ({}) has no "
                                "property '{}'",
                                place, fact, base::escape(source.name), source.id, name),
                    fmt::format("set it on that image, or write the value in the recipe"));
    });
}

std::map<std::string, std::string> recorded_facts(const Image &image) {
    const Json recorded =
        Json::parse(image.property(lineage::k_facts).value_or("{}"), nullptr, false);
    std::map<std::string, std::string> facts;
    if (recorded.is_object())
        for (const auto &[name, value] : recorded.items())
            if (value.is_string())
                facts[name] = value.get<std::string>();
    return facts;
}

std::string packages_of(const Image &image) {
    const std::map<std::string, std::string> facts = recorded_facts(image);
    const auto found = facts.find(base::k_package_list);
    return found == facts.end() ? std::string() : found->second;
}

WantedProperties wanted_of_new(WantedProperties wanted, const Image &source) {
    constexpr std::size_t k_longest_value = 65535;
    for (auto &[name, value] : wanted) {
        if (!value)
            continue;
        value = with_source_facts(*value, source, "property " + name);
        if (value->size() > k_longest_value)
            throw Error(ErrorKind::failed,
                        fmt::format("with what the source image has, property {} is longer than "
                                    "64 KiB",
                                    name),
                        "write a shorter value");
    }
    return wanted;
}

WantedProperties wanted_of_present(WantedProperties wanted, const Image *source,
                                   const Image &present) {
    if (source != nullptr)
        wanted = wanted_of_new(std::move(wanted), *source);
    const std::map<std::string, std::string> facts = recorded_facts(present);
    const auto known = [&](const std::string &fact) {
        const auto found = facts.find(fact);
        return found == facts.end() ? std::nullopt : std::optional(found->second);
    };
    for (auto property = wanted.begin(); property != wanted.end();) {
        const std::string text = property->second.value_or("");
        const auto is_told = [&](const std::string &fact) {
            const auto found = facts.find(fact);
            return found != facts.end() && base::count_fact_marks(found->second) == 0;
        };
        const bool is_known = std::ranges::all_of(base::facts_named_in(text), is_told);
        const auto borne = present.property(property->first);
        if (is_known && property->second)
            property->second = base::fill_facts(text, known);
        else if (!is_known && borne)
            property->second = borne;
        if (!is_known && !borne)
            property = wanted.erase(property);
        else
            ++property;
    }
    return wanted;
}

} // namespace retouch::plan
