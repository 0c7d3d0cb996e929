// Depth first over descriptors, so that no rename in between can lead outside.

#include "guest/host/remove_tree.hpp"

#include "base/file.hpp"
#include "base/path.hpp"
#include "guest/host/directory_names.hpp"
#include "guest/refusals.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch {

namespace {

/// One descriptor is open per level.
constexpr int k_deepest = 800;

bool is_directory(int parent, const std::string &name, const std::string &path) {
    struct stat status {};

    if (fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        throw refusal::file_operation("remove", path, errno);
    return S_ISDIR(status.st_mode);
}

/// False when a mount point below made it stay.
bool remove_entry(int parent, const std::string &name, const std::string &path, int depth) {
    if (!is_directory(parent, name, path)) {
        if (unlinkat(parent, name.c_str(), 0) != 0)
            throw refusal::file_operation("remove", path, errno);
        return true;
    }
    if (depth == k_deepest)
        throw refusal::file_operation("remove", path, ENAMETOOLONG);
    const UniqueFd directory(
        openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory)
        throw refusal::file_operation("remove", path, errno);
    bool emptied = true;
    for (const std::string &inside : directory_names(directory.get(), "remove", path))
        emptied = remove_entry(directory.get(), inside, join(path, inside), depth + 1) && emptied;
    if (!emptied)
        return false;
    if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0)
        return true;
    if (errno == EBUSY)
        return false;
    throw refusal::file_operation("remove", path, errno);
}

} // namespace

void remove_tree(int parent, const std::string &name, const std::string &path) {
    remove_entry(parent, name, path, 0);
}

} // namespace retouch
