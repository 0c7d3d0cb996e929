#include "guest/effects/package_source.hpp"

#include "base/path.hpp"
#include "guest/resolve.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_largest_database = std::size_t{64} << 20;
constexpr std::size_t k_piece = std::size_t{48} * 1024; ///< less than is kept of any output
constexpr std::size_t k_most_pieces = 64;

/// rpm's answer may be longer than what is kept of an output, so it comes in pieces.
std::string ask_rpm(const GuestView &guest) {
    std::string answer;
    for (std::size_t piece = 0; piece < k_most_pieces; ++piece) {
        GuestCommand command;
        command.script = fmt::format("rpm -qa --qf '{}' | LC_ALL=C sort | tail -c +{} | head -c {}",
                                     k_rpm_format, answer.size() + 1, k_piece);
        const CommandResult result = guest.probe(command);
        answer += result.out.text;
        if (result.out.text.size() < k_piece)
            break;
    }
    return answer;
}

} // namespace

PackageSource::PackageSource(const GuestView &guest) {
    struct Place {
        Kind kind;
        const char *path;
        FileInfo::Type type;
    };

    using Type = FileInfo::Type;
    constexpr std::array places = {
        Place{Kind::dpkg, "/var/lib/dpkg/status", Type::regular},
        Place{Kind::apk, "/lib/apk/db/installed", Type::regular},
        Place{Kind::apk, "/usr/lib/apk/db/installed", Type::regular},
        Place{Kind::rpm, "/usr/lib/sysimage/rpm", Type::directory},
        Place{Kind::rpm, "/var/lib/rpm", Type::directory},
    };
    for (const Place &place : places) {
        const std::string path = resolve_in_guest(guest, place.path);
        const std::optional<FileInfo> info = guest.lstat(path);
        if (!info || info->type != place.type)
            continue;
        kind_ = place.kind;
        path_ = path;
        return;
    }
}

Packages PackageSource::read(const GuestView &guest) const {
    if (kind_ == Kind::none)
        return {};
    if (kind_ == Kind::rpm)
        return rpm_packages(ask_rpm(guest));
    return installed_packages(records(guest));
}

std::vector<PackageRecord> PackageSource::records(const GuestView &guest) const {
    return kind_ == Kind::dpkg ? dpkg_records(text(guest)) : apk_records(text(guest));
}

std::string PackageSource::text(const GuestView &guest) const {
    const bool is_file = kind_ == Kind::dpkg || kind_ == Kind::apk;
    if (!is_file || !guest.lstat(path_)) // a step may have removed it
        return {};
    return guest.read(path_, k_largest_database);
}

bool PackageSource::is_touched_by(const std::vector<EntryChange> &changes) const {
    return kind_ != Kind::none && std::ranges::any_of(changes, [this](const EntryChange &change) {
               return base::is_within(change.path, path_);
           });
}

} // namespace retouch::guest
