// A file that anybody has open for writing cannot be executed, and a child that another thread has
// just forked may still have it: the kernel gives a lease for reading only when nobody has.

#include "guest/host/sealed_program.hpp"

#include "base/shortage.hpp"
#include "base/waiting.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace retouch::guest {

base::UniqueFd sealed_program(std::string_view bytes, mode_t mode) {
    constexpr int tries = 200;
    constexpr int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    base::UniqueFd writer(memfd_create("retouch-program", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!writer)
        throw base::system_error("create", "a memory file", errno);
    base::write_all(writer.get(), bytes, "a memory file");
    if (fcntl(writer.get(), F_ADD_SEALS, seals) != 0 || fchmod(writer.get(), mode) != 0)
        throw base::system_error("close", "a memory file", errno);
    base::UniqueFd reader =
        base::open_file(fmt::format("/proc/self/fd/{}", writer.get()), O_RDONLY);
    writer.reset();
    for (int left = tries; left > 0 && fcntl(reader.get(), F_SETLEASE, F_RDLCK) != 0; --left)
        base::pause_for(std::chrono::milliseconds(10));
    fcntl(reader.get(), F_SETLEASE, F_UNLCK);
    return reader;
}

base::UniqueFd another(const base::UniqueFd &file) {
    base::UniqueFd made(fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
    if (!made)
        throw base::shortage_error("open a file in memory", errno);
    return made;
}

} // namespace retouch::guest
