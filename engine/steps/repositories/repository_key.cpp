#include "steps/repositories/repository_key.hpp"

#include "base/text.hpp"
#include "steps/repositories/openpgp_key.hpp"
#include "steps/support/host_place.hpp"

#include <filesystem>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_largest_key_file = std::size_t{256} * 1024;

/// What is wrong with the keys, seen from the fingerprint that the entry has.
void require_fingerprint(const Value &wanted, const OpenPgpKeys &keys, Json &key,
                         const Reader &reader) {
    const auto plain = plain_fingerprint(wanted.scalar);
    if (!plain)
        return reader.error(wanted.mark,
                            fmt::format("'{}' is not a fingerprint", base::escape(wanted.scalar)),
                            "40 hexadecimal digits, as `gpg --show-keys FILE` says them");
    key["fingerprint"] = *plain;
    for (const std::string &found : keys.fingerprints)
        if (found != *plain)
            return reader.error(
                wanted.mark,
                fmt::format("the key has the fingerprint {}", shown_fingerprint(found)),
                "compare it with what the repository's operators publish");
}

} // namespace

bool is_pem_key(std::string_view text) {
    return text.starts_with("-----BEGIN PUBLIC KEY-----");
}

std::optional<Json> repository_key(const Value &entry, const Reader &reader) {
    const Value *from = entry.find("from");
    const Value *content = entry.find("content");
    if ((from == nullptr) == (content == nullptr)) {
        reader.error(entry.mark, "a key has either 'from' or 'content'");
        return std::nullopt;
    }
    const Value &named = from == nullptr ? *content : *from;
    const auto bytes = from == nullptr ? std::optional(content->scalar)
                                       : read_host_file(*from, k_largest_key_file,
                                                        "a plan holds the key itself", reader);
    if (!bytes)
        return std::nullopt;
    Json key = Json::object();
    const Value *fingerprint = entry.find("fingerprint");
    if (is_pem_key(*bytes)) {
        key["content"] = *bytes;
        if (base::unsafe_character(base::joined(base::split_lines(*bytes), "")))
            reader.error(named.mark, "the key holds characters that no text has");
        if (fingerprint != nullptr)
            reader.error(fingerprint->mark, "a key of apk has no fingerprint");
    } else if (const auto keys = openpgp_keys(*bytes)) {
        key["content"] = keys->armored;
        if (fingerprint != nullptr)
            require_fingerprint(*fingerprint, *keys, key, reader);
    } else {
        reader.error(named.mark, "this is no public key",
                     "a key of OpenPGP, armored or not (gpg --export), or a PEM of apk");
        return std::nullopt;
    }
    if (const Value *name = entry.find("name"))
        key["name"] = name->scalar;
    else if (from != nullptr && is_pem_key(*bytes))
        key["name"] = std::filesystem::path(from->scalar).filename().string();
    return key;
}

} // namespace retouch::steps
