// UUIDs: version 4 from the kernel's random source.
// No state and no seed of our own.
// Checking accepts the canonical lower-case form only, of any version.

#include "base/uuid.hpp"

#include "retouch/error.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <sys/random.h>
#include <system_error>

namespace retouch::base {

std::string random_uuid() {
    std::array<unsigned char, 16> bytes{};
    ssize_t got = -1;
    do
        got = getrandom(bytes.data(), bytes.size(), 0);
    while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(bytes.size()))
        throw Error(ErrorKind::failed,
                    fmt::format("cannot read the system's random source: {}",
                                std::generic_category().message(got < 0 ? errno : EIO)));
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        text += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
    return text;
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (dash ? c != '-' : !hex)
            return false;
    }
    return true;
}

} // namespace retouch::base
