// Reading a policy: one function for each keyword of draft-07, in a table; what is not in the table
// is no keyword. Keywords that only matter beside another are looked at once a schema is read.

#include "recipe/policy/policy_reader.hpp"

#include "recipe/policy/policy_links.hpp"
#include "recipe/policy/policy_place.hpp"
#include "recipe/policy/policy_words.hpp"
#include "recipe/policy/policy_work.hpp"
#include "recipe/schema/schema_place.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace retouch::recipe {

namespace {

constexpr std::array<std::string_view, 7> k_types = {"array",  "boolean", "integer", "null",
                                                     "number", "object",  "string"};

/// What draft-07 lets stand beside "$ref" without a loss: nothing that judges.
constexpr std::array<std::string_view, 9> k_beside_reference = {
    "$ref",        "$schema", "$id",      "$comment",   "title",
    "description", "default", "examples", "definitions"};

class Reader {
  public:
    explicit Reader(std::vector<std::string> &mistakes) : mistakes_(mistakes), words_(mistakes) {}

    PolicySchemas read(const Json &document) {
        schema(document, "#");
        for (const auto &[schema, target] : references_)
            resolve(*schema, target);
        for (const auto look : {endless_links, multiplied_work})
            if (mistakes_.empty())
                if (auto found = look(schemas_))
                    mistakes_.push_back(std::move(*found));
        return std::move(schemas_);
    }

  private:
    /// One keyword: its value, the value's place, and the schema it says something about.
    using Read = void (Reader::*)(const Json &, const std::string &, PolicySchema &);

    struct Keyword {
        std::string_view name;
        Read read;
    };

    static const std::vector<Keyword> &keywords();

    PolicySchema::Link schema(const Json &json, const std::string &place) {
        base::check_interrupt();
        PolicySchema &into = schemas_.emplace_back();
        into.place = place;
        by_place_[place] = &into;
        if (json.is_boolean())
            into.nothing = !json.get<bool>();
        else if (json.is_object())
            members(json, place, into);
        else
            words_.mistake(place, "a schema is an object, true or false");
        return &into;
    }

    void members(const Json &json, const std::string &place, PolicySchema &into) {
        for (const auto &[name, value] : json.items()) {
            const auto known = std::ranges::find(keywords(), name, &Keyword::name);
            const std::string at = place + "/" + place_part(name);
            if (known == keywords().end())
                unknown(name, at);
            else if (json.contains("$ref") &&
                     std::ranges::find(k_beside_reference, name) == k_beside_reference.end())
                words_.mistake(at,
                               "draft-07 ignores what stands beside '$ref'; put both into 'allOf'");
            else
                (this->*known->read)(value, at, into);
        }
        const auto needs = [&](const char *name, const char *other) {
            if (json.contains(name) && !json.contains(other))
                words_.mistake(place, fmt::format("'{}' does nothing without '{}'", name, other));
        };
        needs("then", "if");
        needs("else", "if");
        if (json.contains("if") && !json.contains("then") && !json.contains("else"))
            words_.mistake(place, "'if' does nothing without 'then' or 'else'");
        if (json.contains("additionalItems") && into.first_entries.empty())
            words_.mistake(place, "'additionalItems' does nothing unless 'items' is a list");
    }

    void unknown(const std::string &name, const std::string &place) {
        constexpr std::array<std::string_view, 18> k_others = {
            "$anchor",           "$defs",
            "$dynamicAnchor",    "$dynamicRef",
            "$recursiveAnchor",  "$recursiveRef",
            "$vocabulary",       "contentSchema",
            "dependentRequired", "dependentSchemas",
            "deprecated",        "disallow",
            "divisibleBy",       "extends",
            "maxContains",       "minContains",
            "prefixItems",       "unevaluatedProperties"};
        if (std::ranges::find(k_others, name) != k_others.end() || name == "unevaluatedItems")
            return words_.mistake(place, fmt::format("'{}' is a keyword of another draft", name));
        std::vector<std::string> names;
        for (const Keyword &keyword : keywords())
            names.emplace_back(keyword.name);
        const auto near = base::did_you_mean(name, names);
        words_.mistake(place, fmt::format("unknown keyword '{}'{}", shorten(name),
                                          near ? fmt::format("; did you mean '{}'?", *near) : ""));
    }

    void resolve(PolicySchema &schema, const std::string &target) {
        const auto found = by_place_.find(target);
        if (found != by_place_.end())
            schema.reference = found->second;
        else
            words_.mistake(schema.place + "/$ref",
                           fmt::format("no schema stands at '{}'", shorten(target)));
    }

    std::vector<PolicySchema::Link> schemas(const Json &json, const std::string &place) {
        std::vector<PolicySchema::Link> links;
        for (const Json &item : words_.list(json, place))
            links.push_back(schema(item, fmt::format("{}/{}", place, links.size())));
        return links;
    }

    // Keywords.

    template<auto field>
    void one_schema(const Json &json, const std::string &place, PolicySchema &into) {
        into.*field = schema(json, place);
    }

    template<auto field>
    void several_schemas(const Json &json, const std::string &place, PolicySchema &into) {
        into.*field = schemas(json, place);
    }

    template<auto field>
    void bound(const Json &json, const std::string &place, PolicySchema &into) {
        into.*field = words_.number(json, place);
    }

    template<auto counts, auto field>
    void counted(const Json &json, const std::string &place, PolicySchema &into) {
        (into.*counts).*field = words_.count(json, place);
    }

    void nothing_judged(const Json & /*json*/, const std::string & /*place*/,
                        PolicySchema & /*into*/) {}

    void not_judged(const Json & /*json*/, const std::string &place, PolicySchema & /*into*/) {
        words_.mistake(place, "is not judged; 'pattern' is");
    }

    void draft(const Json &json, const std::string &place, PolicySchema &into) {
        if (into.place != "#" || (json != "http://json-schema.org/draft-07/schema#" &&
                                  json != "http://json-schema.org/draft-07/schema"))
            words_.mistake(place,
                           "must be \"http://json-schema.org/draft-07/schema#\", at the top");
    }

    void id(const Json &json, const std::string &place, PolicySchema &into) {
        if (into.place != "#" || !json.is_string())
            words_.mistake(place, "must be a text, at the top");
    }

    void reference(const Json &json, const std::string &place, PolicySchema &into) {
        if (!json.is_string())
            return words_.mistake(place, "must be a text");
        if (auto target = place_of_reference(json.get<std::string>()))
            references_.emplace_back(&into, std::move(*target));
        else
            words_.mistake(place,
                           "must lead to a place in this policy, such as '#/definitions/name'");
    }

    void definitions(const Json &json, const std::string &place, PolicySchema & /*into*/) {
        for (const auto &[name, item] : words_.object(json, place).items())
            schema(item, place + "/" + place_part(name));
    }

    void type(const Json &json, const std::string &place, PolicySchema &into) {
        into.types =
            words_.texts(json.is_string() ? Json::array({json}) : words_.list(json, place), place);
        for (const std::string &name : into.types)
            if (std::ranges::find(k_types, name) == k_types.end())
                words_.mistake(place, fmt::format("unknown type '{}'; there are {}", shorten(name),
                                                  fmt::join(k_types, ", ")));
    }

    void constant(const Json &json, const std::string & /*place*/, PolicySchema &into) {
        into.constant = json;
    }

    void allowed(const Json &json, const std::string &place, PolicySchema &into) {
        for (const Json &item : words_.list(json, place))
            into.allowed.push_back(item);
    }

    void multiple(const Json &json, const std::string &place, PolicySchema &into) {
        into.multiple_of = words_.number(json, place);
        if (into.multiple_of &&
            (*into.multiple_of <= 0 || std::trunc(*into.multiple_of) != *into.multiple_of))
            words_.mistake(place,
                           "must be a whole number from 1 up: others cannot be judged exactly");
    }

    void pattern(const Json &json, const std::string &place, PolicySchema &into) {
        if (json.is_string())
            into.pattern = words_.pattern(json.get<std::string>(), place);
        else
            words_.mistake(place, "must be a text");
    }

    void items(const Json &json, const std::string &place, PolicySchema &into) {
        if (json.is_array())
            into.first_entries = schemas(json, place);
        else
            into.each_entry = schema(json, place);
    }

    void unique(const Json &json, const std::string &place, PolicySchema &into) {
        if (!json.is_boolean())
            return words_.mistake(place, "must be true or false");
        into.unique = json.get<bool>();
    }

    void required(const Json &json, const std::string &place, PolicySchema &into) {
        into.required = words_.texts(json, place);
    }

    void properties(const Json &json, const std::string &place, PolicySchema &into) {
        for (const auto &[name, item] : words_.object(json, place).items())
            into.properties[name] = schema(item, place + "/" + place_part(name));
    }

    void pattern_properties(const Json &json, const std::string &place, PolicySchema &into) {
        for (const auto &[text, item] : words_.object(json, place).items()) {
            const std::string at = place + "/" + place_part(text);
            const PolicySchema::Link link = schema(item, at);
            if (auto compiled = words_.pattern(text, at))
                into.pattern_properties.emplace_back(std::move(*compiled), link);
        }
    }

    void dependencies(const Json &json, const std::string &place, PolicySchema &into) {
        for (const auto &[name, item] : words_.object(json, place).items()) {
            const std::string at = place + "/" + place_part(name);
            PolicySchema::Dependency &dependency = into.dependencies[name];
            if (item.is_array())
                dependency.members = words_.texts(item, at);
            else
                dependency.schema = schema(item, at);
        }
    }

    std::vector<std::string> &mistakes_;
    PolicyWords words_;
    PolicySchemas schemas_;
    std::map<std::string, PolicySchema *> by_place_;
    std::vector<std::pair<PolicySchema *, std::string>> references_; ///< and where they lead
};

const std::vector<Reader::Keyword> &Reader::keywords() {
    using S = PolicySchema;
    using C = PolicyCounts;
    static const std::vector<Keyword> k_keywords = {
        {"$schema", &Reader::draft},
        {"$id", &Reader::id},
        {"$ref", &Reader::reference},
        {"definitions", &Reader::definitions},
        {"$comment", &Reader::nothing_judged},
        {"title", &Reader::nothing_judged},
        {"description", &Reader::nothing_judged},
        {"default", &Reader::nothing_judged},
        {"examples", &Reader::nothing_judged},
        {"readOnly", &Reader::nothing_judged},
        {"writeOnly", &Reader::nothing_judged},
        {"format", &Reader::not_judged},
        {"contentEncoding", &Reader::not_judged},
        {"contentMediaType", &Reader::not_judged},
        {"type", &Reader::type},
        {"const", &Reader::constant},
        {"enum", &Reader::allowed},
        {"minimum", &Reader::bound<&S::least>},
        {"maximum", &Reader::bound<&S::most>},
        {"exclusiveMinimum", &Reader::bound<&S::above>},
        {"exclusiveMaximum", &Reader::bound<&S::below>},
        {"multipleOf", &Reader::multiple},
        {"minLength", &Reader::counted<&S::characters, &C::least>},
        {"maxLength", &Reader::counted<&S::characters, &C::most>},
        {"pattern", &Reader::pattern},
        {"minItems", &Reader::counted<&S::entries, &C::least>},
        {"maxItems", &Reader::counted<&S::entries, &C::most>},
        {"uniqueItems", &Reader::unique},
        {"items", &Reader::items},
        {"additionalItems", &Reader::one_schema<&S::further_entries>},
        {"contains", &Reader::one_schema<&S::some_entry>},
        {"minProperties", &Reader::counted<&S::members, &C::least>},
        {"maxProperties", &Reader::counted<&S::members, &C::most>},
        {"required", &Reader::required},
        {"properties", &Reader::properties},
        {"patternProperties", &Reader::pattern_properties},
        {"additionalProperties", &Reader::one_schema<&S::other_properties>},
        {"propertyNames", &Reader::one_schema<&S::names>},
        {"dependencies", &Reader::dependencies},
        {"allOf", &Reader::several_schemas<&S::all>},
        {"anyOf", &Reader::several_schemas<&S::any>},
        {"oneOf", &Reader::several_schemas<&S::one>},
        {"not", &Reader::one_schema<&S::none>},
        {"if", &Reader::one_schema<&S::condition>},
        {"then", &Reader::one_schema<&S::then>},
        {"else", &Reader::one_schema<&S::otherwise>},
    };
    return k_keywords;
}

} // namespace

PolicySchemas read_policy(const Json &document, std::vector<std::string> &mistakes) {
    return Reader(mistakes).read(document);
}

} // namespace retouch::recipe
