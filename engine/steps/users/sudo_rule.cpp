// sudo passes over files of its directory that have a dot in their names, doas over those that do
// not end in .conf. Names of users are plain, so that nothing in them is a rule.

#include "steps/users/sudo_rule.hpp"

#include "base/text.hpp"
#include "guest/guest_text.hpp"
#include "steps/support/guest_paths.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_largest_sudoers = std::size_t{1} << 20;
constexpr std::uint32_t k_rule_mode = 0440;

std::string sudo_place(const std::string &name) {
    return "/etc/sudoers.d/90-retouch-" + name;
}

std::string doas_place(const std::string &name) {
    return "/etc/doas.d/90-retouch-" + name + ".conf";
}

/// Whether sudo reads the directory where the rule goes.
bool reads_directory(const std::string &sudoers) {
    return std::ranges::any_of(base::split_lines(sudoers), [](const std::string &line) {
        std::string text = base::on_one_line(line);
        if (text.ends_with('/'))
            text.pop_back();
        return text == "@includedir /etc/sudoers.d" || text == "#includedir /etc/sudoers.d";
    });
}

void want_rule(const GuestView &guest, const std::string &path, const std::string &text,
               const std::string &reason, ImageChanges &changes) {
    const auto info = guest.lstat(path);
    const bool fits = info && info->type == FileInfo::Type::regular && info->mode == k_rule_mode &&
                      info->uid == 0 && info->gid == 0 && info->size == text.size() &&
                      guest.read(path, text.size()) == text;
    if (fits)
        return;
    changes.changes.push_back(file_at(path, text, k_rule_mode, 0, 0));
    changes.reasons.push_back(reason);
}

} // namespace

std::vector<std::string> places_of_sudo_rule(const std::string &name) {
    return {sudo_place(name), doas_place(name)};
}

void want_sudo_rule(const GuestView &guest, const std::string &name, const std::string &how,
                    ImageChanges &changes) {
    const bool asks = how == "password";
    const std::string reason =
        fmt::format("{} {}", asks ? "sudo with" : "sudo without", "password");
    if (const auto sudoers = guest::text_in_guest(guest, "/etc/sudoers", k_largest_sudoers)) {
        if (!reads_directory(*sudoers))
            return changes.fail("its /etc/sudoers does not include /etc/sudoers.d");
        return want_rule(guest, sudo_place(name),
                         fmt::format("{} ALL=(ALL:ALL) {}ALL\n", name, asks ? "" : "NOPASSWD: "),
                         reason, changes);
    }
    if (stat(guest, "/usr/bin/doas"))
        return want_rule(guest, doas_place(name),
                         fmt::format("permit {}{}\n", asks ? "" : "nopass ", name), reason,
                         changes);
    changes.fail("the image has neither sudo nor doas");
}

} // namespace retouch::steps
