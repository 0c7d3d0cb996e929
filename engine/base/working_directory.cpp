#include "base/working_directory.hpp"

#include "retouch/error.hpp"

#include <system_error>

namespace retouch::base {

std::filesystem::path absolute_path(const std::filesystem::path &path) {
    std::error_code gone;
    std::filesystem::path absolute = std::filesystem::absolute(path, gone);
    if (gone)
        throw Error(ErrorKind::bad_config, "the working directory is not there any more",
                    "go to a directory that is there, or name everything by absolute paths");
    return absolute;
}

} // namespace retouch::base
