// The lists of members against what users are told: docs/plan.md, docs/report.md and the schema of
// plans have every key that is written, and the schema no other.

#include "model/members.hpp"

#include "base/file.hpp"
#include "model/names.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <set>

using namespace retouch;

namespace {

/// Makes of a list of members what the schema of the document says, without its words: types, the
/// names of closed sets, keys in their order, and which of them are always there.
class Outline {
  public:
    template<typename T>
    void operator()(const char *key, const T &) {
        add(key, schema_of<T>());
    }

    template<typename T>
    void optional(const char *key, const std::optional<T> &) {
        add(key, schema_of<T>());
        required_.erase(required_.size() - 1); // it may be left out
    }

    template<typename T>
    void unless_default(const char *key, const T &value) {
        (*this)(key, value);
        required_.erase(required_.size() - 1);
    }

    void milliseconds(const char *key, double seconds) { (*this)(key, seconds); }

    void object(const char *key, const Json &) { add(key, typed("object")); }

    void any(const char *key, const Json &) { add(key, Json::object()); }

    void exit_status(const char *key, const std::optional<int> &value) { (*this)(key, value); }

    void derived(const char *key) { add(key, typed("array")); }

    template<typename T>
    static Json schema_of() {
        if constexpr (std::is_same_v<T, std::string>)
            return typed("string");
        else if constexpr (model::Named<T>)
            return with(typed("string"), "enum", model::NameTable<T>::names);
        else if constexpr (std::is_same_v<T, bool>)
            return typed("boolean");
        else if constexpr (std::is_floating_point_v<T>)
            return typed("number");
        else if constexpr (std::is_arithmetic_v<T>)
            return typed("integer");
        else
            return schema_of_parts(T{});
    }

  private:
    static Json with(Json schema, const char *rule, Json value) {
        schema[rule] = std::move(value);
        return schema;
    }

    static Json typed(const char *type) { return with(Json::object(), "type", type); }

    template<typename T>
    static Json schema_of_parts(const std::optional<T> &) {
        Json schema = schema_of<T>();
        Json types = Json::array();
        types.push_back(schema.at("type"));
        types.push_back("null");
        return with(std::move(schema), "type", std::move(types));
    }

    template<typename T>
    static Json schema_of_parts(const std::vector<T> &) {
        return with(typed("array"), "items", schema_of<T>());
    }

    static Json schema_of_parts(const std::map<std::string, std::string> &) {
        return with(typed("object"), "additionalProperties", typed("string"));
    }

    template<typename Struct>
    static Json schema_of_parts(const Struct &value) {
        Outline outline;
        model::members(outline, value);
        return with(with(typed("object"), "required", outline.required_), "properties",
                    outline.properties_);
    }

    void add(const char *key, Json schema) {
        properties_[key] = std::move(schema);
        required_.push_back(key);
    }

    Json properties_ = Json::object();
    Json required_ = Json::array();
};

Json read_json(const char *path) {
    return Json::parse(
        base::read_file(std::filesystem::path(RETOUCH_SOURCE_DIR) / path, 1U << 20U));
}

/// Where `schema` says something else than `wanted`, or lacks a key, or has one more. What else it
/// says of a value (bounds, patterns, descriptions) is its own.
std::vector<std::string> differences(const Json &wanted, const Json &schema,
                                     const std::string &place) {
    std::vector<std::string> found;
    const auto descend = [&](const Json &one, const Json &other, const std::string &below) {
        const std::vector<std::string> more = differences(one, other, below);
        found.insert(found.end(), more.begin(), more.end());
    };
    for (const char *rule : {"type", "enum", "required"})
        if (wanted.contains(rule) && schema.value(rule, Json()) != wanted[rule])
            found.push_back(place + ": " + rule + " is not " + wanted[rule].dump());
    for (const char *rule : {"items", "additionalProperties"})
        if (wanted.contains(rule))
            descend(wanted[rule], schema.value(rule, Json::object()), place + "[]");
    if (!wanted.contains("properties"))
        return found;
    const Json properties = schema.value("properties", Json::object());
    for (const auto &[key, value] : wanted["properties"].items())
        if (properties.contains(key))
            descend(value, properties[key], place + '.' + key);
        else
            found.push_back(place + '.' + key + ": missing");
    for (const auto &[key, value] : properties.items())
        if (!wanted["properties"].contains(key))
            found.push_back(place + '.' + key + ": nobody writes it");
    return found;
}

using Keys = std::set<std::string>;

/// Every key a schema has, at any depth, but below those that are explained `elsewhere`.
void collect_keys(const Json &schema, const Keys &elsewhere, Keys &keys) {
    for (const char *rule : {"items", "additionalProperties"})
        if (schema.contains(rule))
            collect_keys(schema[rule], elsewhere, keys);
    if (!schema.contains("properties"))
        return;
    for (const auto &[key, value] : schema["properties"].items()) {
        keys.insert(key);
        if (!elsewhere.contains(key))
            collect_keys(value, elsewhere, keys);
    }
}

void check_page(const std::string &name, const Json &document, const Keys &elsewhere) {
    const std::string page =
        base::read_file(std::filesystem::path(RETOUCH_SOURCE_DIR) / "docs" / name, 1U << 20U);
    Keys keys = {"format_version"};
    collect_keys(document, elsewhere, keys);
    for (const std::string &key : keys) {
        CAPTURE(name, key);
        CHECK(page.find('`' + key + '`') != std::string::npos);
    }
}

} // namespace

TEST_CASE("members: the schema of plans has every key of a plan, and no other") {
    Json wanted = Outline::schema_of<Plan>();
    // The version stands first and the digest last; neither is a member of a plan.
    Json required = {"format_version"};
    required.insert(required.end(), wanted["required"].begin(), wanted["required"].end());
    required.push_back("digest");
    wanted["required"] = required;
    wanted["properties"]["format_version"] = {{"type", "string"}};
    wanted["properties"]["digest"] = {{"type", "string"}};
    CHECK(differences(wanted, read_json("schemas/plan.schema.json"), "") ==
          std::vector<std::string>{});
}

TEST_CASE("members: a schema that lacks a key, has one more or another type is noticed") {
    Json schema = Outline::schema_of<Target>();
    CHECK(differences(Outline::schema_of<Target>(), schema, "").empty());
    schema["properties"].erase("notes");
    schema["properties"]["colour"] = {{"type", "string"}};
    schema["properties"]["action"]["enum"].push_back("burn");
    schema["properties"]["present"]["type"] = "object";
    CHECK(differences(Outline::schema_of<Target>(), schema, "") ==
          std::vector<std::string>{
              R"(.action: enum is not ["create","update","none","held"])",
              R"(.present: type is not ["object","null"])",
              ".notes: missing",
              ".colour: nobody writes it",
          });
}

TEST_CASE("members: every key of the plan and report documents is explained, of what both have in "
          "one of them") {
    check_page("plan.md", Outline::schema_of<Plan>(), {"out", "err"});
    check_page("report.md", Outline::schema_of<Report>(), {"effect", "disk"});
}
