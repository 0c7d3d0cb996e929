// Schema check: valijson judges a JSON copy of the value, the walk in schema_words finds the words.
// Patterns are kept from valijson, whose std::regex recurses once for each character of a string,
// and our own format.

#include "recipe/schema/schema_check.hpp"

#include "recipe/place.hpp"
#include "recipe/schema/schema_words.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <charconv>
#include <utility>

namespace retouch::recipe {

namespace {

using PlainJson = nlohmann::json; // what valijson's adapter takes

constexpr std::size_t k_most_violations = 200;

PlainJson without_texts(const Json &schema) {
    if (schema.is_array()) {
        PlainJson copy = PlainJson::array();
        for (const Json &item : schema)
            copy.push_back(without_texts(item));
        return copy;
    }
    if (!schema.is_object())
        return PlainJson(schema);
    PlainJson copy = PlainJson::object();
    for (const auto &[key, item] : schema.items())
        if ((key != "pattern" && key != "format") || !item.is_string())
            copy[key] = without_texts(item);
    return copy;
}

template<typename Number>
PlainJson number(std::string_view text) {
    if (text.starts_with('+'))
        text.remove_prefix(1);
    Number result{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error != std::errc() || end != text.data() + text.size())
        return PlainJson(std::string(text)); // out of range; the walk refuses it
    return PlainJson(result);
}

PlainJson to_plain_json(const Value &value) {
    switch (value.kind) {
    case Value::Kind::null:
        return {};
    case Value::Kind::boolean:
        return value.scalar.starts_with('t') || value.scalar.starts_with('T');
    case Value::Kind::integer:
        return number<std::int64_t>(value.scalar);
    case Value::Kind::real:
        return number<double>(value.scalar);
    case Value::Kind::string:
        return value.scalar;
    case Value::Kind::sequence: {
        PlainJson items = PlainJson::array();
        for (const Value &item : value.items)
            items.push_back(to_plain_json(item));
        return items;
    }
    case Value::Kind::mapping: {
        PlainJson fields = PlainJson::object();
        for (const Field &field : value.fields)
            fields[field.key] = to_plain_json(field.value);
        return fields;
    }
    }
    return {};
}

/// The value valijson's context names: "<root>", "[files]", "[0]".
const Value &at_context(const Value &root, const std::vector<std::string> &context) {
    const Value *value = &root;
    for (const std::string &step : context) {
        if (step.size() < 2 || step.front() != '[')
            continue;
        const std::string_view name = std::string_view(step).substr(1, step.size() - 2);
        const Value *next = value->find(name);
        std::size_t index = 0;
        if (value->kind == Value::Kind::sequence &&
            std::from_chars(name.data(), name.data() + name.size(), index).ec == std::errc() &&
            index < value->items.size())
            next = &value->items[index];
        if (next == nullptr)
            break;
        value = next;
    }
    return *value;
}

/// valijson's deepest objection: used only where the walk knows no words.
SchemaFinding in_its_own_words(const Value &root, const valijson::ValidationResults &results) {
    const valijson::ValidationResults::Error *deepest = nullptr;
    for (const auto &error : results)
        if (deepest == nullptr || error.context.size() > deepest->context.size())
            deepest = &error;
    if (deepest == nullptr)
        return {root.mark, "this does not fit the schema", {}, std::nullopt};
    return {at_context(root, deepest->context).mark,
            fmt::format("this does not fit the schema: {}", base::escape(deepest->description)),
            {},
            std::nullopt};
}

} // namespace

struct SchemaChecker::Prepared {
    Json schema;
    SchemaPatterns patterns;
    valijson::Schema compiled;
};

SchemaChecker::SchemaChecker(Json schema) {
    auto prepared = std::make_unique<Prepared>();
    const PlainJson plain = without_texts(schema);
    prepared->schema = std::move(schema);
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(plain), prepared->compiled);
    prepared_ = std::move(prepared);
}

SchemaChecker::~SchemaChecker() = default;
SchemaChecker::SchemaChecker(SchemaChecker &&) noexcept = default;
SchemaChecker &SchemaChecker::operator=(SchemaChecker &&) noexcept = default;

bool SchemaChecker::check(const Value &value, const std::string &file,
                          const std::vector<std::string> &lines, Diagnostics &diagnostics) const {
    std::vector<SchemaFinding> findings =
        schema_words(value, prepared_->schema, prepared_->patterns);
    if (findings.empty()) {
        const PlainJson plain = to_plain_json(value);
        valijson::Validator validator;
        valijson::ValidationResults results;
        if (!validator.validate(prepared_->compiled, valijson::adapters::NlohmannJsonAdapter(plain),
                                &results))
            findings.push_back(in_its_own_words(value, results));
    }
    if (findings.size() > k_most_violations)
        findings.resize(k_most_violations);
    for (SchemaFinding &finding : findings) {
        Diagnostic diagnostic = error_at(file, finding.mark, lines, std::move(finding.message),
                                         std::move(finding.hint));
        if (finding.related) {
            const Diagnostic first = error_at(file, *finding.related, lines, {});
            diagnostic.related.push_back({first.position, "first listed here", first.source_line});
        }
        diagnostics.add(std::move(diagnostic));
    }
    return findings.empty();
}

bool check_schema(const Value &value, const Json &schema, const std::string &file,
                  const std::vector<std::string> &lines, Diagnostics &diagnostics) {
    return SchemaChecker(schema).check(value, file, lines, diagnostics);
}

} // namespace retouch::recipe
