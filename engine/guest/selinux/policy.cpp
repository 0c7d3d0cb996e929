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

constexpr std::size_t k_largest_config = std::size_t{64} * 1024;
constexpr std::size_t k_largest_policy_text = std::size_t{16} << 20;
constexpr std::size_t k_longest_name = 100;
constexpr std::array<const char *, 5> k_suffixes = {"", ".homedirs", ".local", ".subs",
                                                    ".subs_dist"};

/// The later of two lines for one word counts.
SelinuxConfig read_config(std::string_view text) {
    SelinuxConfig config;
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

std::optional<SelinuxConfig> selinux_config(const GuestView &guest) {
    if (guest.facts().type != "linux")
        return std::nullopt;
    const std::optional<std::string> text =
        text_in_guest(guest, k_selinux_config, k_largest_config);
    return text ? std::optional(read_config(*text)) : std::nullopt;
}

bool has_policy(const GuestView &guest, const std::string &policy) {
    return is_name(policy) && has_file(guest, contexts_of(policy));
}

std::optional<std::string> labelling_policy(const GuestView &guest) {
    const std::optional<SelinuxConfig> config = selinux_config(guest);
    if (!config || !config->is_on() || !has_policy(guest, config->policy) ||
        guest.lstat(k_relabel_file) || !guest.label("/"))
        return std::nullopt;
    return config->policy;
}

std::optional<std::string> named_policy(const GuestView &guest) {
    const std::optional<SelinuxConfig> config = selinux_config(guest);
    if (!config || !has_policy(guest, config->policy))
        return std::nullopt;
    return config->policy;
}

std::vector<std::string> customizable_types(const GuestView &guest, const std::string &policy) {
    const auto text =
        text_in_guest(guest, fmt::format("/etc/selinux/{}/contexts/customizable_types", policy),
                      k_largest_config);
    std::vector<std::string> types;
    for (const std::string &line : base::split_lines(text.value_or("")))
        types.emplace_back(base::trim(line));
    return types;
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
