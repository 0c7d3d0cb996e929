#include "steps/repositories/openpgp_key.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "steps/repositories/openpgp_armor.hpp"

#include <algorithm>
#include <cstdint>

namespace retouch::steps {

namespace {

// RFC 9580, section 5: packet types.
constexpr unsigned k_secret_key = 5;
constexpr unsigned k_public_key = 6;
constexpr unsigned k_secret_subkey = 7;

unsigned byte_at(std::string_view bytes, std::size_t place) {
    return static_cast<unsigned char>(bytes[place]);
}

std::size_t number(std::string_view bytes) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        value = value << 8U | byte_at(bytes, i);
    return value;
}

struct Packet {
    unsigned type = 0;
    std::string_view body;
};

/// How many bytes the length of a body takes, and the length.
struct BodyLength {
    std::size_t bytes = 0;
    std::size_t length = 0;
};

/// Section 4.2.1; partial lengths, which keys may not have, are none.
std::optional<BodyLength> length_of(std::string_view rest) {
    constexpr unsigned k_two_bytes = 192;
    constexpr unsigned k_partial = 224;
    constexpr unsigned k_five_bytes = 255;
    if (rest.empty())
        return std::nullopt;
    const unsigned first = byte_at(rest, 0);
    if (first < k_two_bytes)
        return BodyLength{1, first};
    if (first < k_partial && rest.size() > 1)
        return BodyLength{2, ((first - k_two_bytes) << 8U) + byte_at(rest, 1) + k_two_bytes};
    if (first == k_five_bytes && rest.size() > 4)
        return BodyLength{5, number(rest.substr(1, 4))};
    return std::nullopt;
}

/// Section 4.2.2.
std::optional<BodyLength> old_length_of(unsigned tag, std::string_view rest) {
    constexpr unsigned k_indeterminate = 3;
    const unsigned kind = tag & 3U;
    const std::size_t bytes = std::size_t{1} << kind;
    if (kind == k_indeterminate || rest.size() < bytes)
        return std::nullopt;
    return BodyLength{bytes, number(rest.substr(0, bytes))};
}

/// Takes the next packet off `rest`.
std::optional<Packet> next_packet(std::string_view &rest) {
    constexpr unsigned k_marker = 0x80;
    constexpr unsigned k_new_form = 0x40;
    const unsigned tag = byte_at(rest, 0);
    rest.remove_prefix(1);
    if ((tag & k_marker) == 0)
        return std::nullopt;
    const bool is_new = (tag & k_new_form) != 0;
    const auto length = is_new ? length_of(rest) : old_length_of(tag, rest);
    if (!length || rest.size() - length->bytes < length->length)
        return std::nullopt;
    rest.remove_prefix(length->bytes);
    const Packet packet{is_new ? tag & 0x3FU : (tag & 0x3CU) >> 2U, rest.substr(0, length->length)};
    rest.remove_prefix(length->length);
    return packet;
}

std::string big_endian(std::size_t value, int bytes) {
    std::string text;
    while (bytes-- > 0)
        text += static_cast<char>(value >> (8U * static_cast<unsigned>(bytes)) & 0xFFU);
    return text;
}

std::string upper_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](char each) {
        return each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each;
    });
    return text;
}

/// Section 5.5.4.
std::optional<std::string> fingerprint_of(std::string_view body) {
    constexpr std::size_t k_longest_of_4 = 0xFFFF;
    const unsigned version = body.empty() ? 0 : byte_at(body, 0);
    std::string hashed;
    const char *algorithm = nullptr;
    if (version == 4 && body.size() <= k_longest_of_4) {
        hashed = "\x99" + big_endian(body.size(), 2);
        algorithm = "SHA1";
    } else if (version == 6) {
        hashed = "\x9B" + big_endian(body.size(), 4);
        algorithm = "SHA256";
    } else {
        return std::nullopt;
    }
    auto digest = base::Digest::named(algorithm);
    if (!digest)
        return std::nullopt;
    digest->update(hashed);
    digest->update(body);
    return upper_case(digest->finish());
}

} // namespace

std::optional<OpenPgpKeys> openpgp_keys(std::string_view bytes) {
    const std::string packets = is_armored(bytes) ? without_armor(bytes) : std::string(bytes);
    OpenPgpKeys keys;
    std::string_view rest = packets;
    while (!rest.empty()) {
        const auto packet = next_packet(rest);
        if (!packet || packet->type == k_secret_key || packet->type == k_secret_subkey)
            return std::nullopt;
        if (packet->type != k_public_key)
            continue;
        auto fingerprint = fingerprint_of(packet->body);
        if (!fingerprint)
            return std::nullopt;
        keys.fingerprints.push_back(*std::move(fingerprint));
    }
    if (keys.fingerprints.empty())
        return std::nullopt;
    keys.armored = armored(packets);
    return keys;
}

std::optional<std::string> plain_fingerprint(std::string_view spelled) {
    constexpr std::size_t k_of_4 = 40;
    constexpr std::size_t k_of_6 = 64;
    std::string plain;
    for (const char each : spelled)
        if (each != ' ' && each != ':')
            plain += each;
    plain = upper_case(std::move(plain));
    const bool is_hex = plain.find_first_not_of("0123456789ABCDEF") == std::string::npos;
    return is_hex && (plain.size() == k_of_4 || plain.size() == k_of_6) ? std::optional(plain)
                                                                        : std::nullopt;
}

std::string shown_fingerprint(std::string_view plain) {
    constexpr std::size_t k_group = 4;
    std::string shown;
    for (std::size_t i = 0; i < plain.size(); i += k_group)
        base::add_part(shown, plain.substr(i, k_group), " ");
    return shown;
}

} // namespace retouch::steps
