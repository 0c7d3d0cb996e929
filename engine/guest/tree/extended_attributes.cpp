// There is no listxattrat before Linux 6.13, and the way through /proc/self/fd costs several times
// as much: hence the working directory.

#include "guest/tree/extended_attributes.hpp"

#include "base/hex.hpp"
#include "model/attributes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/xattr.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_largest = 65536; ///< the kernel's bound, for a list and for a value
constexpr std::size_t k_longest_shown = 64;

std::string plain_name(std::string_view name) {
    std::string text;
    for (const char letter : name) {
        const bool plain = letter > ' ' && letter < 0x7f && letter != '=' && letter != '%';
        text += plain ? std::string(1, letter) : "%" + base::to_hex({&letter, 1});
    }
    return text;
}

/// True for what a kernel answers about an attribute that is there and that it does not hand out:
/// malformed on the disk, of a user it does not know, with a longer name than it takes, or where
/// there can be none of its kind. Anything else tells of the disk or of the machine.
bool is_withheld(int code) {
    constexpr std::array codes = {EINVAL, EOVERFLOW, ENODATA, EOPNOTSUPP,
                                  EPERM,  EACCES,    ERANGE,  E2BIG};
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// False with errno when it cannot be read.
bool read_value(const char *entry, const char *name, std::string &value) {
    value.resize(k_longest_shown);
    ssize_t size = lgetxattr(entry, name, value.data(), value.size());
    if (size < 0 && errno == ERANGE) {
        value.resize(k_largest);
        size = lgetxattr(entry, name, value.data(), value.size());
    }
    value.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return size >= 0;
}

/// What stands behind "=".
std::string told(const std::string &value, const TreeTools &tools) {
    return value.size() > k_longest_shown ? "sha256:" + tools.digest(value) : base::to_hex(value);
}

class Lines {
  public:
    Lines(const char *entry, const TreeTools &tools) : entry_(entry), tools_(tools) {}

    /// Each in a line. False with errno when there is one that cannot be read.
    bool add_all(const std::string &names) {
        for (std::size_t at = 0; at < names.size();) {
            const std::string name = names.c_str() + at;
            at += name.size() + 1;
            if (!add(name))
                return false;
        }
        return true;
    }

    /// Of a list that cannot be had: those by which paths are judged, and that there are others.
    bool add_unlisted() {
        for (const char *name : {"security.capability", "security.selinux",
                                 "system.posix_acl_access", "system.posix_acl_default"}) {
            const bool there = lgetxattr(entry_, name, nullptr, 0) >= 0 ||
                               (errno != ENODATA && errno != EOPNOTSUPP);
            if (there && !add(name))
                return false;
        }
        lines_.push_back(std::string("others=").append(model::k_unreadable_attribute) + "\n");
        return true;
    }

    /// Sorted.
    [[nodiscard]] std::string text() {
        std::sort(lines_.begin(), lines_.end());
        std::string text;
        for (const std::string &line : lines_)
            text += line;
        return text;
    }

  private:
    bool add(const std::string &name) {
        std::string value;
        const bool read = read_value(entry_, name.c_str(), value);
        if (!read && !is_withheld(errno))
            return false;
        lines_.push_back(plain_name(name) + "=" +
                         (read ? told(value, tools_) : std::string(model::k_unreadable_attribute)) +
                         "\n");
        return true;
    }

    const char *entry_;
    const TreeTools &tools_;
    std::vector<std::string> lines_;
};

} // namespace

bool read_attributes(const char *name, const TreeTools &tools, std::string &text) {
    text.clear();
    const ssize_t needed = llistxattr(name, nullptr, 0);
    if (needed == 0 || (needed < 0 && errno == EOPNOTSUPP))
        return true;
    std::string names(k_largest, '\0');
    const ssize_t size = llistxattr(name, names.data(), names.size());
    if (size < 0 && !is_withheld(errno))
        return false;
    names.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    Lines lines(name, tools);
    if (!(size < 0 ? lines.add_unlisted() : lines.add_all(names)))
        return false;
    text = lines.text();
    return true;
}

} // namespace retouch::guest
