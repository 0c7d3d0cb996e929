#include "base/late_library.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <dlfcn.h>
#include <string>

namespace retouch::base {

namespace {

std::string last_reason() {
    const char *reason = dlerror();
    return escape(reason == nullptr ? "no reason is given" : reason);
}

} // namespace

void *LateLibrary::loaded() const {
    void *handle = handle_.load(std::memory_order_acquire);
    if (handle != nullptr)
        return handle;
    // Threads that meet here get the same handle. What it brings with it stays out of others' way:
    // libguestfs has another libcurl below it.
    handle = dlopen(file_, RTLD_LAZY | RTLD_LOCAL);
    if (handle == nullptr)
        throw Error(ErrorKind::unavailable,
                    fmt::format("the library {} cannot be loaded: {}", file_, last_reason()),
                    fmt::format("install the package {}", package_));
    handle_.store(handle, std::memory_order_release);
    return handle;
}

void *LateLibrary::find(const char *function) const {
    void *handle = loaded();
    void *found = dlsym(RTLD_DEFAULT, function);
    if (found == nullptr)
        found = dlsym(handle, function);
    if (found == nullptr)
        throw Error(ErrorKind::unavailable,
                    fmt::format("the library {} is too old: it has no {}", file_, function),
                    fmt::format("install a newer version of the package {}", package_));
    return found;
}

} // namespace retouch::base
