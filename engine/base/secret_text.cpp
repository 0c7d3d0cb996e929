#include "base/secret_text.hpp"

#include "base/variable_text.hpp"

#include <fmt/format.h>

#include <optional>

namespace retouch::base {

namespace {

constexpr std::string_view k_of_hash = ".hash";

/// What stands between the mark and its end.
std::optional<SecretMention> mention(std::string_view inner) {
    const bool is_hashed = inner.ends_with(k_of_hash);
    if (is_hashed)
        inner.remove_suffix(k_of_hash.size());
    return is_variable_name(inner) ? std::optional(SecretMention{inner, is_hashed}) : std::nullopt;
}

} // namespace

std::string secret_reference(std::string_view name) {
    return fmt::format("{}{}}}", k_secret_mark, name);
}

std::string secret_hash_reference(std::string_view name) {
    return fmt::format("{}{}{}}}", k_secret_mark, name, k_of_hash);
}

std::string replace_secrets(std::string_view text,
                            const std::function<std::string(const SecretMention &)> &meaning) {
    std::string out;
    for (;;) {
        const std::size_t at = text.find(k_secret_mark);
        const std::size_t end = at == text.npos ? text.npos : text.find('}', at);
        if (end == text.npos)
            return out.append(text);
        const std::size_t inner = at + k_secret_mark.size();
        const auto found = mention(text.substr(inner, end - inner));
        const std::string with = found ? meaning(*found) : std::string();
        out.append(text.substr(0, at));
        // What is no mention may hold one.
        const std::size_t next = with.empty() ? inner : end + 1;
        out.append(with.empty() ? text.substr(at, inner - at) : std::string_view(with));
        text.remove_prefix(next);
    }
}

std::set<std::string> secrets_named_in(std::string_view text) {
    std::set<std::string> names;
    static_cast<void>(replace_secrets(text, [&](const SecretMention &each) {
        names.emplace(each.name);
        return std::string();
    }));
    return names;
}

} // namespace retouch::base
