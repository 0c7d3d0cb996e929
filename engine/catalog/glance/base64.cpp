#include "catalog/glance/base64.hpp"

#include <algorithm>
#include <cstdint>

namespace retouch::catalog {

namespace {

constexpr const char *k_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

} // namespace

std::string base64(std::string_view bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8U | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            text += k <= count ? k_digits[group >> (18U - 6U * k) & 63U] : '=';
    }
    return text;
}

} // namespace retouch::catalog
