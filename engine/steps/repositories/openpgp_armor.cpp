#include "steps/repositories/openpgp_armor.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace retouch::steps {

namespace {

constexpr std::string_view k_begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
constexpr std::string_view k_end = "-----END PGP PUBLIC KEY BLOCK-----";

/// RFC 9580, section 6.1.1.
std::string checksum(std::string_view packets) {
    std::uint32_t crc = 0xB704CE;
    for (const char each : packets) {
        crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(each)) << 16U;
        for (int bit = 0; bit < 8; ++bit) {
            crc <<= 1U;
            if ((crc & 0x1000000U) != 0)
                crc ^= 0x1864CFBU;
        }
    }
    std::string bytes;
    for (const unsigned shift : {16U, 8U, 0U})
        bytes += static_cast<char>(crc >> shift & 0xFFU);
    return base::base64(bytes);
}

/// Lines of a block: headers, an empty line, base64, at most one checksum. nullopt when damaged.
std::optional<std::string> packets_of(const std::vector<std::string> &lines) {
    const auto empty = std::ranges::find(lines, std::string());
    std::string text;
    for (auto line = empty == lines.end() ? lines.begin() : empty + 1; line != lines.end(); ++line)
        if (!line->starts_with('='))
            text += *line;
    return base::from_base64(text);
}

} // namespace

bool is_armored(std::string_view bytes) {
    return bytes.find(k_begin) != std::string_view::npos;
}

std::string without_armor(std::string_view text) {
    std::string packets;
    std::vector<std::string> block;
    bool is_inside = false;
    for (const std::string &each : base::split_lines(text)) {
        const std::string line(base::trim(each));
        if (line == k_begin) {
            is_inside = true;
            block.clear();
        } else if (line == k_end && is_inside) {
            const auto part = packets_of(block);
            if (!part)
                return {};
            packets += *part;
            is_inside = false;
        } else if (is_inside) {
            block.push_back(line);
        }
    }
    return is_inside ? std::string() : packets;
}

std::string armored(std::string_view packets) {
    constexpr std::size_t k_line = 64;
    const std::string text = base::base64(packets);
    std::string block = fmt::format("{}\n\n", k_begin);
    for (std::size_t i = 0; i < text.size(); i += k_line)
        block += text.substr(i, k_line) + '\n';
    return block + fmt::format("={}\n{}\n", checksum(packets), k_end);
}

} // namespace retouch::steps
