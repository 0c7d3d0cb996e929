#include "base/private_directory.hpp"

#include "base/file.hpp"

#include <system_error>

namespace retouch::base {

void make_private_directory(const std::filesystem::path &path) {
    std::error_code failed;
    std::filesystem::create_directories(path, failed);
    if (!failed)
        std::filesystem::permissions(path, std::filesystem::perms::owner_all, failed);
    if (failed)
        throw system_error("create", path, failed.value());
}

} // namespace retouch::base
