#include "model/code_change.hpp"

#include "model/attributes.hpp"
#include "model/code_places.hpp"

namespace retouch::model {

namespace {

constexpr std::uint32_t k_runs = 06111;
constexpr std::uint32_t k_others_write = 0022;

bool is_written_by_root_only(const EntryState &directory) {
    return directory.info.uid == 0 && (directory.info.mode & k_others_write) == 0 &&
           !attribute_value(directory.attributes, "system.posix_acl_access") &&
           !attribute_value(directory.attributes, "system.posix_acl_default");
}

bool is_code(const std::string &path, const std::optional<EntryState> &state) {
    if (!state)
        return false;
    switch (state->info.type) {
    case FileInfo::Type::regular:
        return (state->info.mode & k_runs) != 0 || capabilities_of(state->attributes) ||
               is_code_place(path);
    case FileInfo::Type::directory:
        return !is_written_by_root_only(*state) &&
               (is_code_place(path) || leads_to_code_place(path));
    case FileInfo::Type::symlink:
    case FileInfo::Type::other:
        return true;
    }
    return true;
}

} // namespace

bool concerns_code(const EntryChange &change) {
    return is_code(change.path, change.before) || is_code(change.path, change.after);
}

} // namespace retouch::model
