#include "store/rbd/location.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace retouch::store {

namespace {

constexpr std::string_view k_scheme = "rbd://";
constexpr std::size_t k_pieces = 4;
constexpr std::size_t k_longest_url = 4096;
constexpr std::string_view k_place = "rbd:";
constexpr std::size_t k_longest_pool = 128;

Error refusal(std::string_view url, std::string_view reason) {
    return {ErrorKind::refused,
            fmt::format("the location '{}' names no snapshot in Ceph: {}",
                        base::escape(url.substr(0, k_longest_url)), reason),
            "locations of images in Ceph read rbd://FSID/POOL/IMAGE/SNAPSHOT"};
}

std::optional<unsigned> hex_value(char digit) {
    constexpr std::string_view digits = "0123456789abcdef";
    const std::size_t at =
        digits.find(static_cast<char>(std::tolower(static_cast<unsigned char>(digit))));
    return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<unsigned>(at));
}

/// nullopt for a quote that is none, and for a NUL byte, which no name can hold.
std::optional<std::string> unquote(std::string_view piece) {
    std::string bytes;
    for (std::size_t i = 0; i < piece.size(); ++i) {
        if (piece[i] != '%') {
            bytes += piece[i];
            continue;
        }
        if (i + 2 >= piece.size())
            return std::nullopt;
        const auto high = hex_value(piece[i + 1]);
        const auto low = hex_value(piece[i + 2]);
        if (!high || !low || *high + *low == 0)
            return std::nullopt;
        bytes += static_cast<char>(*high << 4U | *low);
        i += 2;
    }
    return bytes;
}

std::string quote(std::string_view name) {
    std::string piece;
    for (const char byte : name) {
        const auto value = static_cast<unsigned char>(byte);
        if (std::string_view("-._~").find(byte) != std::string_view::npos ||
            (value < 0x80 && std::isalnum(value) != 0))
            piece += byte;
        else
            piece += fmt::format("%{:02X}", value);
    }
    return piece;
}

} // namespace

RbdLocation parse_rbd_location(std::string_view url) {
    if (!is_rbd_location(url))
        throw refusal(url, "it does not begin with rbd://");
    if (url.size() > k_longest_url || url.find('\0') != std::string_view::npos)
        throw refusal(url, "it is too long or holds a NUL byte");
    std::array<std::string, k_pieces> pieces;
    std::string_view rest = url.substr(k_scheme.size());
    for (std::size_t i = 0; i < k_pieces; ++i) {
        const bool last = i + 1 == k_pieces;
        const std::size_t end = rest.find('/');
        if ((end == std::string_view::npos) != last)
            throw refusal(url, "it has not four pieces");
        const auto piece = unquote(rest.substr(0, end));
        if (!piece)
            throw refusal(url, "a percent sign in it is not followed by two hexadecimal digits");
        if (piece->empty())
            throw refusal(url, "one of its pieces is empty");
        pieces[i] = *piece;
        rest.remove_prefix(last ? rest.size() : end + 1);
    }
    return {pieces[0], pieces[1], pieces[2], pieces[3]};
}

bool is_rbd_location(std::string_view url) {
    return url.starts_with(k_scheme);
}

std::string format_rbd_location(const RbdLocation &location) {
    return fmt::format("{}{}/{}/{}/{}", k_scheme, quote(location.fsid), quote(location.pool),
                       quote(location.image), quote(location.snapshot));
}

std::string format_rbd_place(const std::string &pool) {
    return std::string(k_place) + pool;
}

std::string pool_of_rbd_place(std::string_view place) {
    if (!place.starts_with(k_place))
        return {};
    place.remove_prefix(k_place.size());
    const std::string_view pool = place.substr(0, place.find('/'));
    const bool plausible =
        pool.size() <= k_longest_pool && std::ranges::none_of(pool, [](char c) {
            return c == '@' || static_cast<unsigned char>(c) < ' ' || c == '\x7f';
        });
    return plausible ? std::string(pool) : std::string();
}

std::string short_name(const RbdLocation &location) {
    return fmt::format("{}/{}@{}", location.pool, location.image, location.snapshot);
}

} // namespace retouch::store
