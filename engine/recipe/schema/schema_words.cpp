// Schema words: one function a keyword, each returning whether it was satisfied.
// A value's first mistake ends its own checks; its siblings are still walked.

#include "recipe/schema/schema_words.hpp"

#include "recipe/schema/foreign_words.hpp"
#include "recipe/schema/schema_place.hpp"
#include "recipe/schema/stray_keys.hpp"
#include "recipe/schema/suited_text.hpp"
#include "recipe/yaml/yaml_scalar.hpp"

#include "base/name_rule.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace retouch::recipe {

namespace {

class Walk {
  public:
    explicit Walk(const SchemaPatterns &patterns) : patterns_(patterns) {}

    void value(const Value &value, const Json &schema, const SchemaPlace &place) {
        if (!schema.is_object())
            return;
        if (is_unsuited_text(value, schema, patterns_)) // quotes alone would not help
            string(value.scalar, value.mark, schema, place);
        else if (auto wrong = wrong_type(value, schema, place))
            add(std::move(*wrong));
        else
            of_right_type(value, schema, place);
    }

    std::vector<SchemaFinding> take() { return std::move(findings_); }

  private:
    void of_right_type(const Value &value, const Json &schema, const SchemaPlace &place) {
        if (value.is_scalar() ? !scalar(value, schema, place) : !collection(value, schema, place))
            return;
        for (const char *keyword : {"oneOf", "anyOf"})
            if (const auto branches = schema.find(keyword); branches != schema.end())
                branch(value, *branches, place);
        if (const auto all = schema.find("allOf"); all != schema.end())
            for (const Json &part : *all)
                this->value(value, part, place);
    }

    void add(SchemaFinding finding) { findings_.push_back(std::move(finding)); }

    bool refuse(const Mark &mark, std::string message, std::string hint = {}) {
        add({mark, std::move(message), std::move(hint), std::nullopt});
        return false;
    }

    bool scalar(const Value &value, const Json &schema, const SchemaPlace &place) {
        if (value.kind == Value::Kind::string)
            return string(value.scalar, value.mark, schema, place);
        if (value.kind == Value::Kind::integer || value.kind == Value::Kind::real)
            return number(value, schema, place);
        return true;
    }

    bool string(const std::string &text, const Mark &mark, const Json &schema,
                const SchemaPlace &place) {
        const std::size_t length = base::code_points(text);
        if (length < schema.value("minLength", std::size_t{0}))
            return refuse(mark, fmt::format("{} must not be empty", place.name()));
        // A text of another form is too long as well, mostly: its form says more.
        const bool has_form = text.size() <= SchemaPatterns::k_longest_text;
        if (!has_form && !is_short_enough(length, mark, schema, place))
            return false;
        return in_enum(text, mark, schema) && is_const(Json(text), text, mark, schema, place) &&
               matches(text, mark, schema, place) && is_short_enough(length, mark, schema, place) &&
               is_name(text, mark, schema, place) && is_no_more(text, mark, schema, place);
    }

    /// Of an amount in bytes, whose form is right.
    bool is_no_more(const std::string &text, const Mark &mark, const Json &schema,
                    const SchemaPlace &place) {
        const std::string most = schema.value("x-retouch-most", std::string());
        const auto amount = base::parse_bytes(text);
        if (most.empty() || (amount && amount <= base::parse_bytes(most)))
            return true;
        return refuse(mark, fmt::format("{} must be at most {}, found {}", place.name(), most,
                                        shorten(text)));
    }

    bool is_short_enough(std::size_t length, const Mark &mark, const Json &schema,
                         const SchemaPlace &place) {
        const auto most = schema.find("maxLength");
        return most == schema.end() || length <= *most ||
               refuse(mark, fmt::format("{} is longer than {} characters", place.name(),
                                        most->get<std::size_t>()));
    }

    bool is_name(const std::string &text, const Mark &mark, const Json &schema,
                 const SchemaPlace &place) {
        if (schema.value("format", std::string()) != "name")
            return true;
        const auto why = base::why_no_name(text);
        return !why || refuse(mark, place.about(text, *why));
    }

    bool in_enum(const std::string &text, const Mark &mark, const Json &schema) {
        const auto allowed = schema.find("enum");
        if (allowed == schema.end() || std::ranges::find(*allowed, Json(text)) != allowed->end())
            return true;
        std::vector<std::string> words;
        for (const Json &word : *allowed)
            if (word.is_string())
                words.push_back(word.get<std::string>());
        const auto near = base::did_you_mean(text, words);
        return refuse(mark,
                      fmt::format("'{}' is not one of {}", shorten(text), fmt::join(words, ", ")),
                      near ? fmt::format("did you mean '{}'?", *near) : std::string());
    }

    bool is_const(const Json &json, const std::string &text, const Mark &mark, const Json &schema,
                  const SchemaPlace &place) {
        const auto wanted = schema.find("const");
        if (wanted == schema.end() || *wanted == json)
            return true;
        return refuse(mark, place.about(text, schema.value("x-retouch-message",
                                                           "must be " + wanted->dump())));
    }

    bool matches(const std::string &text, const Mark &mark, const Json &schema,
                 const SchemaPlace &place) {
        const auto pattern = schema.find("pattern");
        if (pattern == schema.end())
            return true;
        if (patterns_.match(text, pattern->get<std::string>()))
            return true;
        const auto meant = suited_text(text, schema, patterns_);
        return refuse(
            mark,
            place.about(text, schema.value("x-retouch-message", "must match the pattern " +
                                                                    pattern->get<std::string>())),
            meant ? "write " + place.written(yaml_text(*meant)) : std::string());
    }

    bool number(const Value &value, const Json &schema, const SchemaPlace &place) {
        const std::optional<Json> json = number_of(value);
        if (!json)
            return refuse(value.mark,
                          fmt::format("the number {} is too large", shorten(value.scalar)));
        if (const auto least = schema.find("minimum"); least != schema.end() && *json < *least)
            return refuse(value.mark, fmt::format("{} must be at least {}, found {}", place.name(),
                                                  least->dump(), value.scalar));
        if (const auto most = schema.find("maximum"); most != schema.end() && *json > *most)
            return refuse(value.mark, fmt::format("{} must be at most {}, found {}", place.name(),
                                                  most->dump(), value.scalar));
        return is_const(*json, value.scalar, value.mark, schema, place);
    }

    bool collection(const Value &value, const Json &schema, const SchemaPlace &place) {
        return value.kind == Value::Kind::sequence ? sequence(value, schema, place)
                                                   : mapping(value, schema, place);
    }

    bool sequence(const Value &value, const Json &schema, const SchemaPlace &place) {
        const std::size_t size = value.items.size();
        if (size < schema.value("minItems", std::size_t{0}))
            return refuse(value.mark, fmt::format("{} needs at least {}", place.name(),
                                                  amount(schema["minItems"], "entry", "entries")));
        if (const auto most = schema.find("maxItems"); most != schema.end() && size > *most)
            return refuse(value.mark, fmt::format("{} has more than {}", place.name(),
                                                  amount(*most, "entry", "entries")));
        if (const auto items = schema.find("items"); items != schema.end())
            for (const Value &item : value.items)
                this->value(item, *items, place.entry());
        if (schema.value("uniqueItems", false))
            unique(value, place);
        return true;
    }

    /// Scalars only; the schemas ask for no more.
    void unique(const Value &value, const SchemaPlace &place) {
        std::map<std::string, Mark> seen;
        for (const Value &item : value.items) {
            if (!item.is_scalar())
                continue;
            const auto [first, added] = seen.emplace(item.scalar, item.mark);
            if (!added)
                add({item.mark,
                     fmt::format("'{}' is listed twice in {}", shorten(item.scalar), place.name()),
                     {},
                     first->second});
        }
    }

    bool mapping(const Value &value, const Json &schema, const SchemaPlace &place) {
        const Json none = Json::object();
        const auto known = schema.find("properties");
        const Json &properties = known == schema.end() ? none : *known;
        const std::size_t size = value.fields.size();
        if (size < schema.value("minProperties", std::size_t{0}))
            return refuse(value.mark, fmt::format("{} must not be empty", place.name()));
        if (const auto most = schema.find("maxProperties"); most != schema.end() && size > *most)
            return refuse(value.mark, fmt::format("{} has more than {}", place.name(),
                                                  amount(*most, "key", "keys")));
        missing(value, schema, properties, place);
        const auto names = schema.find("propertyNames");
        const auto others = schema.find("additionalProperties");
        for (std::size_t i = 0; i < value.fields.size(); ++i) {
            const Field &field = value.fields[i];
            if (const std::size_t strays = strays_behind(value.fields, i, properties)) {
                add(stray_keys(value.fields[i + 1], field.key, properties));
                i += strays;
                continue;
            }
            if (names != schema.end() &&
                !string(field.key, field.key_mark, *names, place.key_name(field.key)))
                continue;
            if (const auto property = properties.find(field.key); property != properties.end())
                this->value(field.value, *property, place.key(field.key));
            else if (others != schema.end() && others->is_object())
                this->value(field.value, *others, place.key(field.key));
            else if (others != schema.end() && *others == false)
                unknown(field, properties, place);
        }
        return true;
    }

    void missing(const Value &value, const Json &schema, const Json &properties,
                 const SchemaPlace &place) {
        const auto required = schema.find("required");
        if (required == schema.end())
            return;
        for (const Json &item : *required) {
            const std::string key = item.get<std::string>();
            const auto misspelt = [&](const Field &field) {
                return meant(field.key, properties) == key;
            };
            if (value.find(key) == nullptr && std::ranges::none_of(value.fields, misspelt))
                refuse(value.mark, fmt::format("missing key '{}' in {}", key, place.name()),
                       example_hint(key, properties));
        }
    }

    void unknown(const Field &field, const Json &properties, const SchemaPlace &place) {
        const auto near = meant(field.key, properties);
        std::string hint = near ? fmt::format("did you mean '{}'?", *near)
                                : fmt::format("keys that may stand here: {}",
                                              fmt::join(keys_of(properties), ", "));
        if (!near && field.key.find(' ') != std::string::npos)
            hint = "text that holds ': ' needs quotes";
        if (const auto ours = foreign_word(place.name(), field.key))
            hint = "in a recipe: " + *ours;
        refuse(field.key_mark,
               fmt::format("unknown key '{}' in {}", shorten(field.key), place.name()),
               std::move(hint));
    }

    static std::vector<std::string> keys_of(const Json &properties) {
        std::vector<std::string> keys;
        for (const auto &[key, schema] : properties.items())
            keys.push_back(key);
        return keys;
    }

    /// The known key an unknown one was probably meant to be.
    static std::optional<std::string> meant(const std::string &key, const Json &properties) {
        if (properties.contains(key))
            return std::nullopt;
        return base::did_you_mean(key, keys_of(properties));
    }

    /// The branch the value was meant for: of its type, with the most required keys present.
    void branch(const Value &value, const Json &branches, const SchemaPlace &place) {
        const Json *best = nullptr;
        std::ptrdiff_t best_score = -1;
        for (const Json &candidate : branches) {
            if (wrong_type(value, candidate, place))
                continue;
            const Json required = candidate.value("required", Json::array());
            const std::ptrdiff_t score = std::ranges::count_if(required, [&](const Json &key) {
                return value.find(key.get<std::string>()) != nullptr;
            });
            if (score > best_score) {
                best = &candidate;
                best_score = score;
            }
        }
        if (best != nullptr)
            this->value(value, *best, place);
    }

    const SchemaPatterns &patterns_;
    std::vector<SchemaFinding> findings_;
};

} // namespace

std::vector<SchemaFinding> schema_words(const Value &value, const Json &schema,
                                        const SchemaPatterns &patterns) {
    Walk walk(patterns);
    walk.value(value, schema, SchemaPlace::root("the " + schema.value("title", "file")));
    return walk.take();
}

} // namespace retouch::recipe
