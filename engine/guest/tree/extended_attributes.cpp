// There is no listxattrat before Linux 6.13, and the way through /proc/self/fd costs several times
// as much: hence the working directory.

#include "guest/tree/extended_attributes.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/xattr.h>

namespace retouch {

namespace {

constexpr std::size_t k_largest = 65536; ///< the kernel's bound, for a list and for a value
constexpr std::size_t k_longest_shown = 64;
constexpr const char *k_digits = "0123456789abcdef";

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char letter : bytes) {
        const auto byte = static_cast<unsigned char>(letter);
        text += k_digits[byte >> 4];
        text += k_digits[byte & 15];
    }
    return text;
}

std::string plain_name(std::string_view name) {
    std::string text;
    for (const char letter : name) {
        const bool plain = letter > ' ' && letter < 0x7f && letter != '=' && letter != '%';
        text += plain ? std::string(1, letter) : "%" + hex({&letter, 1});
    }
    return text;
}

bool read_value(const char *entry, const char *name, std::string &value) {
    value.resize(k_longest_shown);
    ssize_t size = lgetxattr(entry, name, value.data(), value.size());
    if (size < 0 && errno == ERANGE) {
        value.resize(k_largest);
        size = lgetxattr(entry, name, value.data(), value.size());
    }
    value.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return size >= 0 || errno == ENODATA || errno == EOPNOTSUPP;
}

} // namespace

bool read_attributes(const char *name, const TreeTools &tools, std::string &text) {
    text.clear();
    const ssize_t needed = llistxattr(name, nullptr, 0);
    if (needed <= 0)
        return needed == 0 || errno == EOPNOTSUPP;
    std::string names(k_largest, '\0');
    const ssize_t size = llistxattr(name, names.data(), names.size());
    if (size < 0)
        return false;
    names.resize(static_cast<std::size_t>(size));
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < names.size();) {
        const std::string one = names.c_str() + at;
        at += one.size() + 1;
        std::string value;
        if (!read_value(name, one.c_str(), value))
            return false;
        const bool is_long = value.size() > k_longest_shown;
        lines.push_back(plain_name(one) + "=" +
                        (is_long ? "sha256:" + tools.digest(value) : hex(value)) + "\n");
    }
    std::sort(lines.begin(), lines.end());
    for (const std::string &line : lines)
        text += line;
    return true;
}

} // namespace retouch
