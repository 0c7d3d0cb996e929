#include "plan/foreseen_guest.hpp"

#include "base/file.hpp"

#include <utility>

namespace retouch::plan {

ForeseenGuest::ForeseenGuest(const GuestView &guest, std::span<const PlannedStep> steps,
                             const std::set<std::string> &paths)
    : guest_(guest) {
    for (const std::string &path : paths)
        for (const PlannedStep &planned : steps) {
            const auto foresee = find_step_kind(planned.step.kind)->foresee;
            if (foresee == nullptr)
                continue;
            if (std::optional<Foreseen> seen = foresee(planned.step, path))
                foreseen_.insert_or_assign(path, *std::move(seen));
        }
}

const Foreseen *ForeseenGuest::find(const std::string &path) const {
    const auto found = foreseen_.find(path);
    return found == foreseen_.end() ? nullptr : &found->second;
}

std::optional<FileInfo> ForeseenGuest::lstat(const std::string &path) const {
    const Foreseen *seen = find(path);
    return seen == nullptr ? guest_.lstat(path) : seen->info;
}

std::string ForeseenGuest::read(const std::string &path, std::size_t max_bytes) const {
    const Foreseen *seen = find(path);
    if (seen == nullptr)
        return guest_.read(path, max_bytes);
    if (const auto *text = std::get_if<std::string>(&seen->source))
        return *text;
    return base::read_file(std::get<std::filesystem::path>(seen->source), max_bytes);
}

std::string ForeseenGuest::read_link(const std::string &path) const {
    const Foreseen *seen = find(path);
    return seen == nullptr ? guest_.read_link(path) : std::get<std::string>(seen->source);
}

std::string ForeseenGuest::sha256(const std::string &path) const {
    return guest_.sha256(path);
}

std::vector<DirectoryEntry> ForeseenGuest::list(const std::string &path) const {
    return guest_.list(path);
}

std::vector<std::string> ForeseenGuest::unchangeable(const std::vector<std::string> &paths) const {
    return guest_.unchangeable(paths);
}

std::optional<std::string> ForeseenGuest::label(const std::string &path) const {
    return guest_.label(path);
}

CommandResult ForeseenGuest::probe(const GuestCommand &command) const {
    return guest_.probe(command);
}

} // namespace retouch::plan
