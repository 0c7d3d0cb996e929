// The host name. What resolves it, /etc/hosts or DNS, is another matter and left alone.

#include "base/text.hpp"
#include "steps/system/system_work.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr const char *k_file = "/etc/hostname";
constexpr const char *k_suse_file = "/etc/HOSTNAME";

/// The first line that is no comment, as systemd and OpenRC take it.
std::string name_in(const std::string &text) {
    for (const std::string &line : base::split_lines(text))
        if (const std::string_view name = base::trim(line); !name.empty() && name.front() != '#')
            return std::string(name);
    return {};
}

SystemWork without_name(const GuestView &guest) {
    SystemWork work;
    for (const char *path : {k_file, k_suse_file})
        if (guest.lstat(path)) {
            work.changes.push_back({path, std::nullopt, {}});
            work.reasons.push_back(fmt::format("{} goes", path));
        }
    return work;
}

} // namespace

SystemWork hostname_work(const std::string &name, const GuestView &guest) {
    if (system_family(guest.facts()) == SystemFamily::windows)
        return refused("a Windows machine gets its name from sysprep or cloudbase-init");
    if (name.empty())
        return without_name(guest);
    SystemWork work;
    const ImageText file = image_text(guest, k_file);
    const std::string former = name_in(file.text);
    if (former != name) {
        want_text(work, file, name + "\n");
        work.reasons.push_back(former.empty()
                                   ? std::string("there is none")
                                   : fmt::format("{} -> {}", base::clipped(former, 64), name));
    }
    // Where it is a link it leads to the other file.
    const auto other = guest.lstat(k_suse_file);
    if (!other || other->type != FileInfo::Type::regular)
        return work;
    const ImageText second = image_text(guest, k_suse_file);
    if (name_in(second.text) != name) {
        want_text(work, second, name + "\n");
        work.reasons.push_back(fmt::format("{} differs", k_suse_file));
    }
    return work;
}

} // namespace retouch::steps
