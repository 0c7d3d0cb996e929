// What the image says is untrusted: the name of a policy is one name of a directory, no more.

#include "guest/selinux/policy.hpp"

#include "base/text.hpp"
#include "guest/guest_text.hpp"
#include "guest/resolve.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

constexpr const char *k_config = "/etc/selinux/config";
constexpr std::size_t k_largest_config = std::size_t{64} * 1024;
constexpr std::size_t k_largest_policy_text = std::size_t{16} << 20;
constexpr std::size_t k_longest_name = 100;
constexpr const char *k_relabel = "/.autorelabel";
constexpr std::array<const char *, 5> k_suffixes = {"", ".homedirs", ".local", ".subs",
                                                    ".subs_dist"};

struct Config {
    std::string mode;
    std::string policy;
};

/// The later of two lines for one word counts.
Config read_config(std::string_view text) {
    Config config;
    for (const std::string &line : base::split_lines(text)) {
        const std::string_view plain = base::trim(line);
        const std::size_t equals = std::min(plain.find('='), plain.size());
        const std::string value(base::trim(plain.substr(std::min(equals + 1, plain.size()))));
        if (plain.substr(0, equals) == "SELINUX")
            config.mode = base::small_letters(value);
        else if (plain.substr(0, equals) == "SELINUXTYPE")
            config.policy = value;
    }
    return config;
}

bool is_name(const std::string &word) {
    return !word.empty() && word.size() <= k_longest_name && word.front() != '.' &&
           std::ranges::all_of(word,
                               [](char each) { return each > ' ' && each < 0x7f && each != '/'; });
}

std::string contexts_of(const std::string &policy) {
    return fmt::format("/etc/selinux/{}/contexts/files/file_contexts", policy);
}

bool has_file(const GuestView &guest, const std::string &path) {
    const auto info = guest.lstat(resolve_in_guest(guest, path));
    return info && info->type == FileInfo::Type::regular;
}

} // namespace

bool has_usable_rules(const GuestView &guest, const std::string &policy) {
    return std::ranges::all_of(k_suffixes, [&](const char *suffix) {
        const auto info = guest.lstat(resolve_in_guest(guest, contexts_of(policy) + suffix));
        return !info || info->type != FileInfo::Type::regular ||
               info->size <= k_largest_policy_text;
    });
}

std::optional<std::string> labelling_policy(const GuestView &guest) {
    if (guest.facts().type != "linux")
        return std::nullopt;
    const std::optional<std::string> text = text_in_guest(guest, k_config, k_largest_config);
    if (!text)
        return std::nullopt;
    const Config config = read_config(*text);
    const bool is_on = config.mode == "enforcing" || config.mode == "permissive";
    if (!is_on || !is_name(config.policy) || !has_file(guest, contexts_of(config.policy)) ||
        guest.lstat(k_relabel) || !guest.label("/"))
        return std::nullopt;
    return config.policy;
}

std::optional<PolicyTexts> policy_texts(const GuestView &guest, const std::string &policy) {
    if (!has_usable_rules(guest, policy))
        return std::nullopt;
    const auto text = [&](std::size_t which) {
        return text_in_guest(guest, contexts_of(policy) + k_suffixes.at(which),
                             k_largest_policy_text)
            .value_or("");
    };
    return PolicyTexts{text(0), text(1), text(2), text(3), text(4)};
}

} // namespace retouch::guest
