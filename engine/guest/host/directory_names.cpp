// readdir over a descriptor of its own, because fdopendir takes the one it is given.

#include "guest/host/directory_names.hpp"

#include "guest/refusals.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace retouch::guest {

std::vector<std::string> directory_names(int directory, const char *what, const std::string &path) {
    const int own = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own < 0)
        throw refusal::file_operation(what, path, errno);
    const std::unique_ptr<DIR, int (*)(DIR *)> stream(fdopendir(own), &closedir);
    if (!stream) {
        const int code = errno;
        close(own);
        throw refusal::file_operation(what, path, code);
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent *entry = readdir(stream.get()))
        if (const std::string name = entry->d_name; name != "." && name != "..")
            names.push_back(name);
    if (errno != 0)
        throw refusal::file_operation(what, path, errno);
    return names;
}

} // namespace retouch::guest
