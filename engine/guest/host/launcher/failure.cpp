#include "guest/host/launcher/failure.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <unistd.h>

namespace retouch::guest {

void fail(std::string_view doing, std::string_view reason) {
    std::string text = "cannot " + std::string(doing) + ": ";
    text += reason.empty() ? std::strerror(errno) : reason;
    text += '\n';
    static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
    _exit(1);
}

} // namespace retouch::guest
