#include "model/effect_json.hpp"

#include "base/text.hpp"
#include "model/names.hpp"

#include <limits>

namespace retouch {

namespace {

Json optional_json(const std::optional<std::string> &text) {
    return text ? Json(to_valid_utf8(*text)) : Json();
}

Json state_json(const std::optional<EntryState> &state) {
    if (!state)
        return {};
    Json object;
    object["type"] = to_string(state->info.type);
    object["mode"] = state->info.mode;
    object["uid"] = state->info.uid;
    object["gid"] = state->info.gid;
    object["size"] = state->info.size;
    object["target"] = to_valid_utf8(state->target);
    object["sha256"] = state->sha256;
    object["attributes"] = to_valid_utf8(state->attributes);
    return object;
}

std::uint32_t number(ObjectReader &reader, std::string_view key) {
    const std::int64_t value = reader.count(key);
    if (value > std::numeric_limits<std::uint32_t>::max())
        throw reader.wrong(key, "too large");
    return static_cast<std::uint32_t>(value);
}

std::optional<EntryState> read_state(ObjectReader &parent, std::string_view key) {
    if (parent.member(key).is_null())
        return std::nullopt;
    ObjectReader reader = parent.reader(key);
    EntryState state;
    state.info.type = reader.choice<FileInfo::Type>("type");
    state.info.mode = number(reader, "mode");
    state.info.uid = number(reader, "uid");
    state.info.gid = number(reader, "gid");
    state.info.size = static_cast<std::uint64_t>(reader.count("size"));
    state.target = reader.text("target");
    state.sha256 = reader.text("sha256");
    state.attributes = reader.text("attributes");
    reader.finish();
    return state;
}

std::optional<std::string> read_optional(ObjectReader &reader, std::string_view key) {
    if (reader.member(key).is_null())
        return std::nullopt;
    return reader.text(key);
}

PackageChange read_package(ObjectReader &reader) {
    PackageChange change{reader.text("name"), reader.text("before"), reader.text("after")};
    reader.finish();
    return change;
}

ServiceChange read_service(ObjectReader &reader) {
    ServiceChange change{reader.text("unit"), reader.boolean("enabled")};
    reader.finish();
    return change;
}

AccountChange read_account(ObjectReader &reader) {
    AccountChange change;
    change.kind = reader.choice<AccountChange::Kind>("kind");
    change.name = reader.text("name");
    change.before = read_optional(reader, "before");
    change.after = read_optional(reader, "after");
    reader.finish();
    return change;
}

EntryChange read_entry(ObjectReader &reader) {
    EntryChange change;
    change.path = reader.text("path");
    change.before = read_state(reader, "before");
    change.after = read_state(reader, "after");
    change.diff = reader.text("diff");
    reader.finish();
    return change;
}

} // namespace

Json to_json(const Effect &effect) {
    Json packages = Json::array();
    for (const PackageChange &change : effect.packages)
        packages.push_back({{"name", to_valid_utf8(change.name)},
                            {"before", to_valid_utf8(change.before)},
                            {"after", to_valid_utf8(change.after)}});
    Json services = Json::array();
    for (const ServiceChange &change : effect.services)
        services.push_back({{"unit", to_valid_utf8(change.unit)}, {"enabled", change.enabled}});
    Json accounts = Json::array();
    for (const AccountChange &change : effect.accounts)
        accounts.push_back({{"kind", to_string(change.kind)},
                            {"name", to_valid_utf8(change.name)},
                            {"before", optional_json(change.before)},
                            {"after", optional_json(change.after)}});
    Json files = Json::array();
    for (const EntryChange &change : effect.files)
        files.push_back({{"path", to_valid_utf8(change.path)},
                         {"before", state_json(change.before)},
                         {"after", state_json(change.after)},
                         {"diff", to_valid_utf8(change.diff)}});
    Json object;
    object["packages"] = std::move(packages);
    object["services"] = std::move(services);
    object["accounts"] = std::move(accounts);
    object["files"] = std::move(files);
    object["bytes_written"] = effect.bytes_written;
    return object;
}

Effect read_effect(ObjectReader reader) {
    Effect effect;
    for (ObjectReader &change : reader.readers("packages"))
        effect.packages.push_back(read_package(change));
    for (ObjectReader &change : reader.readers("services"))
        effect.services.push_back(read_service(change));
    for (ObjectReader &change : reader.readers("accounts"))
        effect.accounts.push_back(read_account(change));
    for (ObjectReader &change : reader.readers("files"))
        effect.files.push_back(read_entry(change));
    effect.bytes_written = static_cast<std::uint64_t>(reader.count("bytes_written"));
    reader.finish();
    return effect;
}

} // namespace retouch
