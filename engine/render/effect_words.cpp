// Effect words: see the header. A changed path is told by what differs, the most telling first.
// Bytes that have no diff are told by size and the beginning of their digest.
// What the image says is clipped: one line of it may not fill a screen.

#include "render/effect_words.hpp"

#include "base/text.hpp"
#include "model/attributes.hpp"
#include "render/attribute_words.hpp"
#include "render/capability_words.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>
#include <utility>

#include <algorithm>
#include <cassert>

namespace retouch::render {

namespace {

constexpr std::size_t k_longest_path = 400;
constexpr std::size_t k_longest_word = 120;
constexpr std::size_t k_digest_shown = 12;

std::string word(std::string_view text) {
    return base::clipped(text, k_longest_word);
}

std::string owner(const FileInfo &info) {
    return fmt::format("{}:{}", info.uid, info.gid);
}

/// "sha256", or what stands before the digest, and its beginning.
std::pair<std::string, std::string> digest(const EntryState &state) {
    const std::size_t colon = state.sha256.find(':');
    if (colon == std::string::npos)
        return {"sha256", word(state.sha256.substr(0, k_digest_shown))};
    return {word(state.sha256.substr(0, colon)),
            word(state.sha256.substr(colon + 1, k_digest_shown))};
}

std::string digest_words(const EntryState &state) {
    const auto [name, value] = digest(state);
    return name + " " + value;
}

std::string digest_words(const EntryState &before, const EntryState &after) {
    if (before.sha256.empty())
        return digest_words(after);
    const bool alike = digest(before).first == digest(after).first;
    return fmt::format("{} -> {}", digest_words(before),
                       alike ? digest(after).second : digest_words(after));
}

std::string type_words(const EntryState &state) {
    switch (state.info.type) {
    case FileInfo::Type::regular:
        return "file";
    case FileInfo::Type::directory:
        return "directory";
    case FileInfo::Type::symlink:
        return "link to " + word(state.target);
    case FileInfo::Type::other:
        return word(state.target);
    }
    assert(false);
    return {};
}

std::string path_of(const EntryChange &change) {
    const EntryState &state = change.after ? *change.after : change.before.value();
    std::string path = base::clipped(change.path, k_longest_path);
    if (state.info.type == FileInfo::Type::directory && !path.ends_with('/'))
        path += '/';
    return path;
}

/// Of something added or removed.
std::string entry_words(const EntryState &state, bool with_digest, bool with_attributes) {
    std::string text;
    const FileInfo &info = state.info;
    const bool is_file = info.type == FileInfo::Type::regular;
    if (!is_file && info.type != FileInfo::Type::directory)
        base::add_part(text, type_words(state));
    if (info.type != FileInfo::Type::symlink)
        base::add_part(text, base::format_mode(info.mode));
    if (info.uid != 0 || info.gid != 0)
        base::add_part(text, "owner " + owner(info));
    if (is_file)
        base::add_part(text, base::format_bytes(info.size));
    if (is_file && with_digest && !state.sha256.empty())
        base::add_part(text, digest_words(state));
    if (with_attributes)
        for (const std::string &words :
             {label_words(state.attributes), attribute_words(state.attributes)})
            if (!words.empty())
                base::add_part(text, words);
    return text;
}

std::string content_words(const EntryChange &change) {
    const EntryState &before = *change.before;
    const EntryState &after = *change.after;
    std::string text = before.sha256.empty() && before.info.size == after.info.size
                           ? "rewritten"
                           : std::string("content");
    if (before.info.size != after.info.size) {
        const std::string was = base::format_bytes(before.info.size);
        const std::string is = base::format_bytes(after.info.size);
        base::add_part(text, was == is
                                 ? fmt::format("{} -> {} B", before.info.size, after.info.size)
                                 : fmt::format("{} -> {}", was, is));
    }
    if (change.diff.empty() && !after.sha256.empty())
        base::add_part(text, digest_words(before, after));
    return text;
}

std::string difference(const EntryChange &change) {
    const EntryState &before = *change.before;
    const EntryState &after = *change.after;
    std::string text;
    if (before.info.type != after.info.type)
        base::add_part(text, fmt::format("{} -> {}", type_words(before), type_words(after)));
    else if (before.target != after.target)
        base::add_part(text, fmt::format("{} -> {}", word(before.target), word(after.target)));
    if (before.info.mode != after.info.mode)
        base::add_part(text, fmt::format("mode {} -> {}", base::format_mode(before.info.mode),
                                         base::format_mode(after.info.mode)));
    if (before.info.uid != after.info.uid || before.info.gid != after.info.gid)
        base::add_part(text, fmt::format("owner {} -> {}", owner(before.info), owner(after.info)));
    for (const std::string &words : {label_words(before.attributes, after.attributes),
                                     attribute_words(before.attributes, after.attributes)})
        if (!words.empty())
            base::add_part(text, words);
    const bool files =
        before.info.type == FileInfo::Type::regular && after.info.type == FileInfo::Type::regular;
    if (files && (before.info.size != after.info.size || before.sha256 != after.sha256))
        base::add_part(text, content_words(change));
    return text.empty() ? "rewritten" : text;
}

} // namespace

EffectLine package_line(const PackageChange &change) {
    const std::string name = word(change.name);
    if (change.before.empty())
        return {'+', fmt::format("{} {}", name, word(change.after))};
    if (change.after.empty())
        return {'-', fmt::format("{} {}", name, word(change.before))};
    return {'~', fmt::format("{} {} -> {}", name, word(change.before), word(change.after))};
}

EffectLine service_line(const ServiceChange &change) {
    return {change.enabled ? '+' : '-',
            (change.enabled ? "enabled " : "disabled ") + word(change.unit)};
}

EffectLine account_line(const AccountChange &change) {
    const std::string name =
        (change.kind == AccountChange::Kind::user ? "user " : "group ") + word(change.name);
    const std::string before = word(change.before.value_or(""));
    const std::string after = word(change.after.value_or(""));
    if (!change.before)
        return {'+', fmt::format("{}: {}", name, after)};
    if (!change.after)
        return {'-', fmt::format("{}: {}", name, before)};
    return {'~', fmt::format("{}: {} -> {}", name, before, after)};
}

EffectLine rights_line(const EntryChange &change) {
    const EntryState &after = change.after.value();
    const auto capabilities = model::capabilities_of(after.attributes);
    const std::string rights = capabilities ? capability_words(*capabilities) : std::string();
    const std::uint32_t mode = after.info.mode;
    if ((mode & 06000U) == 0)
        return {'!', fmt::format("capabilities {}  {}", path_of(change), rights)};
    std::string text =
        fmt::format("{} {}  mode {}, owner {}", (mode & 04000U) != 0 ? "setuid" : "setgid",
                    path_of(change), base::format_mode(mode), owner(after.info));
    if (capabilities)
        base::add_part(text, "capabilities " + rights);
    return {'!', std::move(text)};
}

EffectLine entry_line(const EntryChange &change) {
    if (!change.before)
        return {'+', fmt::format("{}  {}", path_of(change),
                                 entry_words(*change.after, change.diff.empty(), true))};
    if (!change.after)
        return {'-',
                fmt::format("{}  {}", path_of(change), entry_words(*change.before, false, false))};
    return {'~', fmt::format("{}  {}", path_of(change), difference(change))};
}

std::string effect_counts(const Effect &effect) {
    if (effect.changes_nothing())
        return "no change";
    std::string text;
    if (!effect.packages.empty())
        base::add_part(text, counted(effect.packages.size(), "package"));
    if (!effect.services.empty())
        base::add_part(text, counted(effect.services.size(), "service"));
    if (!effect.accounts.empty())
        base::add_part(text, counted(effect.accounts.size(), "account"));
    if (!effect.files.empty())
        base::add_part(text, counted(effect.files.size(), "file"));
    if (effect.bytes_written > 0)
        base::add_part(text, base::format_bytes(effect.bytes_written) + " written");
    return text;
}

} // namespace retouch::render
