#include "catalog/fetch/checksum_list.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <optional>

namespace retouch::catalog {

namespace {

constexpr std::size_t k_sha512_digits = 128;

std::optional<Checksum> checksum_from(std::string_view digits) {
    std::string hex = base::small_letters(digits);
    if (base::is_sha256(hex))
        return Checksum{"sha256", std::move(hex)};
    if (hex.size() == k_sha512_digits && base::is_lower_hex(hex))
        return Checksum{"sha512", std::move(hex)};
    return std::nullopt;
}

struct ListedFile {
    std::string_view name;
    std::string_view digits;
};

/// "DIGITS  NAME", "DIGITS *NAME", or "SHA256 (NAME) = DIGITS".
std::optional<ListedFile> listed_file(std::string_view line) {
    const std::size_t open = line.find(" (");
    const std::size_t close = line.rfind(") = ");
    if (line.starts_with("SHA") && open != line.npos && close != line.npos && open < close)
        return ListedFile{line.substr(open + 2, close - open - 2), line.substr(close + 4)};
    const std::size_t end = line.find(' ');
    if (end == line.npos || end + 2 >= line.size() ||
        (line[end + 1] != ' ' && line[end + 1] != '*'))
        return std::nullopt;
    return ListedFile{line.substr(end + 2), line.substr(0, end)};
}

std::string_view last_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

} // namespace

Checksum checksum_of_hex(const std::string &hex, std::string_view what) {
    if (auto checksum = checksum_from(hex))
        return *std::move(checksum);
    throw Error(ErrorKind::invalid,
                fmt::format("{} is no checksum: '{}'", what, base::escape(hex.substr(0, 140))),
                "a SHA-256 has 64 hexadecimal digits, a SHA-512 has 128");
}

Checksum checksum_in(std::string_view list, const std::string &name) {
    std::optional<Checksum> found;
    for (const std::string &line : base::split_lines(list)) {
        const auto listed = listed_file(base::trim(line));
        const auto checksum = listed && last_name(listed->name) == name
                                  ? checksum_from(base::trim(listed->digits))
                                  : std::nullopt;
        if (!checksum)
            continue;
        if (found && found->algorithm == checksum->algorithm && found->hex != checksum->hex)
            throw Error(
                ErrorKind::failed,
                fmt::format("the list of checksums says two things of {}", base::escape(name)),
                "give the checksum itself: --sha512 or --sha256");
        if (!found || checksum->hex.size() > found->hex.size())
            found = checksum;
    }
    if (!found)
        throw Error(ErrorKind::failed,
                    fmt::format("the list of checksums says nothing of {}", base::escape(name)),
                    "look whether it is the list of this release, with SHA-256 or SHA-512");
    return *std::move(found);
}

} // namespace retouch::catalog
