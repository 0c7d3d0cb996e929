#include "plan/secrets.hpp"

#include "base/secret_text.hpp"
#include "base/text.hpp"
#include "model/names.hpp"
#include "steps/support/host_place.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::plan {

namespace {

void collect(const Json &options, std::set<std::string> &names) {
    if (options.is_string())
        names.merge(base::secrets_named_in(options.get_ref<const std::string &>()));
    if (options.is_structured())
        for (const Json &inner : options)
            collect(inner, names);
}

/// The first text below `value` that names a secret.
const Value *find_mention(const Value &value) {
    if (value.is_scalar())
        return base::secrets_named_in(value.scalar).empty() ? nullptr : &value;
    for (const Value &item : value.items)
        if (const Value *found = find_mention(item))
            return found;
    for (const Field &field : value.fields)
        if (const Value *found = find_mention(field.value))
            return found;
    return nullptr;
}

class Places {
  public:
    Places(const StepKind &kind, const ReadContext &context, Diagnostics &found)
        : kind_(kind), context_(context), found_(found) {}

    void look_at(const Value &entry) {
        if (entry.kind != Value::Kind::mapping)
            return refuse(find_mention(entry), kind_.name);
        for (const Field &field : entry.fields)
            if (!may_stand_in(field.key))
                refuse(find_mention(field.value), field.key);
    }

  private:
    [[nodiscard]] bool may_stand_in(std::string_view key) const {
        return std::ranges::find(kind_.secret_keys, key) != kind_.secret_keys.end();
    }

    void refuse(const Value *mention, std::string_view key) {
        if (mention == nullptr)
            return;
        const std::string secret = *base::secrets_named_in(mention->scalar).begin();
        found_.add(context_.error(
            mention->mark, fmt::format("a secret cannot be named in '{}'", base::escape(key)),
            may_stand_in("env")
                ? fmt::format(
                      "give it as a variable, env: {{NAME: {}}}, and write \"$NAME\" in the "
                      "script",
                      base::secret_reference(secret))
                : "secrets go into content of files, lines, variables of commands, answers and "
                  "passwords"));
    }

    const StepKind &kind_;
    const ReadContext &context_;
    Diagnostics &found_;
};

} // namespace

void require_places_of_secrets(const Section &section, const ReadContext &context,
                               Diagnostics &found) {
    Places places(*find_step_kind(section.kind), context, found);
    if (section.value.kind != Value::Kind::sequence)
        return places.look_at(section.value);
    for (const Value &entry : section.value.items)
        places.look_at(entry);
}

std::set<std::string> note_secrets(std::vector<Step> &steps) {
    std::set<std::string> all;
    for (Step &step : steps) {
        std::set<std::string> names;
        collect(step.options, names);
        std::string listed;
        for (const std::string &name : names)
            base::add_part(listed, name, ", ");
        if (!listed.empty())
            step.remarks.push_back(
                fmt::format("{} {}", names.size() == 1 ? "secret" : "secrets", listed));
        step.holds_secrets = !names.empty();
        all.merge(std::move(names));
    }
    return all;
}

std::vector<DeclaredSecret> used_secrets(const std::vector<Field> &declared,
                                         const std::set<std::string> &names,
                                         const ReadContext &context, Diagnostics &found) {
    const steps::Reader reader{context, found};
    std::vector<DeclaredSecret> used;
    for (const Field &field : declared) {
        if (!names.contains(field.key))
            continue;
        DeclaredSecret secret{field.key, {}, {}};
        const auto &[key, mark, value] = field.value.fields.at(0);
        secret.from = model::from_name<SecretOrigin>(key).value_or(SecretOrigin::env);
        for (const Value &item : value.items)
            secret.words.push_back(item.scalar);
        if (value.is_scalar())
            secret.words = {value.scalar};
        if (secret.from == SecretOrigin::file) {
            const auto path =
                (context.file(value.mark).directory / value.scalar).lexically_normal();
            secret.words = {path.string()};
            if (context.saved == nullptr)
                static_cast<void>(steps::require_host_place(path, value, reader));
        }
        used.push_back(std::move(secret));
    }
    std::ranges::sort(used, {}, &DeclaredSecret::name);
    return used;
}

} // namespace retouch::plan
