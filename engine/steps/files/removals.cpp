#include "steps/files/removals.hpp"

#include "base/path.hpp"
#include "base/path_glob.hpp"
#include "base/text.hpp"
#include "steps/support/guest_glob.hpp"
#include "steps/support/image_changes.hpp"
#include "steps/support/outcome.hpp"
#include "steps/support/unchangeable_places.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_most_named = 4;

bool is_pattern(std::string_view text) {
    return text.find_first_of("*?[") != text.npos;
}

/// The directories of `pattern` that it spells out, and what comes behind them.
std::pair<std::string, std::string> split(const std::string &pattern) {
    const std::size_t special = std::min(pattern.find_first_of("*?["), pattern.size());
    const std::size_t slash = pattern.rfind('/', special);
    return {slash == 0 ? "/" : pattern.substr(0, slash), pattern.substr(slash + 1)};
}

/// `**` may stand anywhere in it, which a walk of what is below the fixed part finds.
std::vector<Found> matching(const std::string &pattern, const GuestView &guest) {
    const auto [directory, rest] = split(pattern);
    if (rest.find("**") == rest.npos)
        return glob(guest, pattern);
    std::vector<Found> found;
    for (const Found &top : glob(guest, directory))
        if (top.info.type == FileInfo::Type::directory)
            for (Found &each : everything_below(guest, top.path))
                if (base::matches_path(base::join(top.path, rest), each.path))
                    found.push_back(std::move(each));
    return found;
}

/// Sorted; nothing that goes with a directory above it.
std::vector<Found> what_goes(const Json &options, const GuestView &guest) {
    const auto path = options.at("remove").get<std::string>();
    if (!is_pattern(path)) {
        const auto info = guest.lstat(path);
        return info ? std::vector<Found>{{path, *info}} : std::vector<Found>();
    }
    const Json kept = options.value("keep", Json::array());
    std::vector<Found> goes;
    for (Found &each : matching(path, guest)) {
        if (std::ranges::find(kept, Json(each.path)) != kept.end())
            continue;
        if (goes.empty() || !base::is_within(each.path, goes.back().path))
            goes.push_back(std::move(each));
    }
    return goes;
}

std::string described(const Found &found) {
    switch (found.info.type) {
    case FileInfo::Type::directory:
        return "a directory with all it holds";
    case FileInfo::Type::regular:
        return fmt::format("a file of {}", base::format_bytes(found.info.size));
    case FileInfo::Type::symlink:
    case FileInfo::Type::other:
        break;
    }
    return "a link";
}

std::string described(const std::vector<Found> &goes) {
    std::string names;
    for (const Found &each : goes) {
        const auto number = static_cast<std::size_t>(&each - goes.data());
        if (number == k_most_named)
            return fmt::format("{} and {} more", names, goes.size() - number);
        base::add_part(names, base::escape(each.path));
    }
    return names;
}

} // namespace

bool read_removal(const Value &path, PathClaims &claims, const Reader &reader, Step &step) {
    const auto removed = guest_path(path, reader);
    if (!removed)
        return false;
    step.options["remove"] = *removed;
    step.identity["remove"] = *removed;
    step.summary = fmt::format("remove {}", base::escape(*removed));
    if (!is_pattern(*removed))
        return claims.claim(*removed, PathClaims::Use::removal, path.mark, reader);
    if (split(*removed).first != "/")
        return true;
    reader.error(path.mark,
                 fmt::format("the pattern '{}' reaches into every directory of the image",
                             base::escape(*removed)),
                 "spell out the first directory, such as /etc/*.bak");
    return false;
}

void keep_what_is_claimed(Step &step, const Mark &mark, const PathClaims &claims,
                          const Reader &reader) {
    const auto pattern = step.options.at("remove").get<std::string>();
    if (!is_pattern(pattern))
        return;
    Json kept = Json::array();
    for (const auto &[path, claim] : claims.all()) {
        if (base::matches_path(pattern, path))
            kept.push_back(path);
        for (std::string above = base::parent_path(path); above != "/";
             above = base::parent_path(above))
            if (base::matches_path(pattern, above) && !claims.all().contains(above) &&
                above != split(pattern).first)
                return reader.conflict(
                    mark,
                    fmt::format("the pattern '{}' takes {} away, with what another entry owns "
                                "below it",
                                base::escape(pattern), above),
                    claim.mark, fmt::format("{} is used here", path));
    }
    if (kept.empty())
        return;
    step.identity["keep"] = kept;
    step.options["keep"] = std::move(kept);
}

bool is_removal(const Json &options) {
    return options.contains("remove");
}

StepChange preview_removal(const Step &step, const GuestView &guest) {
    const std::vector<Found> goes = what_goes(step.options, guest);
    const bool named = !is_pattern(step.options.at("remove").get<std::string>());
    if (goes.empty())
        return {StepState::unchanged, named ? "not there" : "nothing to remove", {}};
    std::vector<std::string> paths;
    for (const Found &each : goes)
        paths.push_back(each.path);
    require_no_obstacle(unchangeable_obstacle(guest, paths), step);
    return {StepState::change, named ? described(goes.front()) : described(goes), {}};
}

StepResult execute_removal(const Step &step, Guest &guest) {
    const std::vector<Found> goes = what_goes(step.options, guest);
    for (const Found &each : goes)
        guest.remove(each.path);
    return finished(goes.empty() ? StepOutcome::unchanged : StepOutcome::changed);
}

std::vector<Foreseen> foresee_removal(const Step &step, const GuestView &guest) {
    std::vector<Foreseen> gone;
    for (const Found &each : what_goes(step.options, guest))
        gone.push_back(nothing_at(each.path));
    return gone;
}

} // namespace retouch::steps
