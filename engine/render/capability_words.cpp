// Capability words: struct vfs_cap_data of linux/capability.h, read from the bytes an image holds.

#include "render/capability_words.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "model/attributes.hpp"
#include "render/effect_words.hpp"

#include <fmt/format.h>
#include <linux/capability.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace retouch::render {

namespace {

constexpr std::size_t k_longest_list = 300;
constexpr std::size_t k_longest_malformed = 60;

constexpr std::array<std::string_view, 41> k_names = {"chown",
                                                      "dac_override",
                                                      "dac_read_search",
                                                      "fowner",
                                                      "fsetid",
                                                      "kill",
                                                      "setgid",
                                                      "setuid",
                                                      "setpcap",
                                                      "linux_immutable",
                                                      "net_bind_service",
                                                      "net_broadcast",
                                                      "net_admin",
                                                      "net_raw",
                                                      "ipc_lock",
                                                      "ipc_owner",
                                                      "sys_module",
                                                      "sys_rawio",
                                                      "sys_chroot",
                                                      "sys_ptrace",
                                                      "sys_pacct",
                                                      "sys_admin",
                                                      "sys_boot",
                                                      "sys_nice",
                                                      "sys_resource",
                                                      "sys_time",
                                                      "sys_tty_config",
                                                      "mknod",
                                                      "lease",
                                                      "audit_write",
                                                      "audit_control",
                                                      "setfcap",
                                                      "mac_override",
                                                      "mac_admin",
                                                      "syslog",
                                                      "wake_alarm",
                                                      "block_suspend",
                                                      "audit_read",
                                                      "perfmon",
                                                      "bpf",
                                                      "checkpoint_restore"};

struct FileCapabilities {
    std::uint64_t permitted = 0;
    std::uint64_t inheritable = 0;
    bool effective = false;
    std::optional<std::uint32_t> root_id; ///< of the namespace they count in
};

/// The words of an attribute, least significant byte first; empty when the digits are no such.
std::vector<std::uint32_t> words_of(std::string_view digits) {
    constexpr std::size_t a_word = 8;
    std::vector<std::uint32_t> words;
    if (!base::is_lower_hex(digits) || digits.size() % a_word != 0)
        return words;
    for (std::size_t at = 0; at < digits.size(); at += a_word) {
        std::uint32_t value = 0;
        std::from_chars(digits.data() + at, digits.data() + at + a_word, value, 16);
        words.push_back(__builtin_bswap32(value));
    }
    return words;
}

std::optional<FileCapabilities> decoded(std::string_view digits) {
    if (digits.size() > 2 * sizeof(vfs_ns_cap_data))
        return std::nullopt;
    const std::vector<std::uint32_t> words = words_of(digits);
    const std::uint32_t revision = words.empty() ? 0 : words[0] & VFS_CAP_REVISION_MASK;
    const auto is = [&](std::uint32_t wanted, std::size_t size) {
        return revision == wanted && words.size() * sizeof words[0] == size;
    };
    const bool narrow = is(VFS_CAP_REVISION_1, XATTR_CAPS_SZ_1);
    const bool named = is(VFS_CAP_REVISION_3, XATTR_CAPS_SZ_3);
    if (!narrow && !named && !is(VFS_CAP_REVISION_2, XATTR_CAPS_SZ_2))
        return std::nullopt;
    FileCapabilities found{words[1], words[2], (words[0] & VFS_CAP_FLAGS_EFFECTIVE) != 0, {}};
    if (!narrow) {
        found.permitted |= std::uint64_t{words[3]} << 32U;
        found.inheritable |= std::uint64_t{words[4]} << 32U;
    }
    if (named)
        found.root_id = words[5];
    return found;
}

std::string name_of(unsigned number) {
    return number < k_names.size() ? fmt::format("cap_{}", k_names.at(number))
                                   : fmt::format("cap_{}", number);
}

std::string list_of(std::uint64_t set) {
    constexpr std::uint64_t all = (std::uint64_t{1} << k_names.size()) - 1;
    if (set == all)
        return "all";
    std::string text;
    for (unsigned number = 0; number < 64; ++number)
        if ((set >> number & 1U) != 0)
            base::add_part(text, name_of(number), ",");
    return text;
}

std::string words_of(const FileCapabilities &found) {
    const std::uint64_t both = found.permitted & found.inheritable;
    const std::string_view effective = found.effective ? "e" : "";
    std::string text;
    const auto add = [&](std::uint64_t set, std::string_view flags) {
        if (set != 0)
            base::add_part(text, fmt::format("{}+{}{}", list_of(set), effective, flags), " ");
    };
    add(both, "ip");
    add(found.permitted & ~both, "p");
    add(found.inheritable & ~both, "i");
    text = text.empty() ? "none" : base::clipped(text, k_longest_list);
    if (found.root_id)
        text += fmt::format(" [rootid={}]", *found.root_id);
    return text;
}

} // namespace

std::string capability_words(std::string_view digits) {
    if (const auto found = decoded(digits))
        return words_of(*found);
    if (digits == model::k_unreadable_attribute)
        return "unreadable: no kernel hands out what the image holds";
    return "malformed: " + base::clipped(digits, k_longest_malformed);
}

} // namespace retouch::render
