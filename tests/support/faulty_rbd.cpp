// A preloaded library that makes one call of librbd or librados fail in a process called "retouch".
// RETOUCH_FAULT_AT: which call, counted from 1. RETOUCH_FAULT_MODE: "before" fails without doing
// it, "after" does it, unless it opens something, and says it failed. RETOUCH_FAULT_LOG: gets a
// line per call. A fake of faults, not of Ceph.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <string>

namespace {

constexpr long k_input_output_error = -5;

bool is_retouch() {
    static const bool answer = [] {
        char name[64] = {};
        if (FILE *file = std::fopen("/proc/self/comm", "r")) {
            static_cast<void>(std::fgets(name, sizeof name, file));
            std::fclose(file);
        }
        return std::strcmp(name, "retouch\n") == 0;
    }();
    return answer;
}

const char *setting(const char *name) {
    const char *value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// True when this call, the next one, is the one that fails.
bool is_the_one(const char *function) {
    static std::atomic<long> count = 0;
    const long number = ++count;
    if (FILE *log = std::fopen(setting("RETOUCH_FAULT_LOG"), "a")) {
        std::fprintf(log, "%s\n", function);
        std::fclose(log);
    }
    return number == std::strtol(setting("RETOUCH_FAULT_AT"), nullptr, 10);
}

using Function = long (*)(long, long, long, long, long, long, long, long);

/// A program that loads Ceph's libraries late, as qemu does, does not have them behind this one.
Function real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    for (const char *library : {"librbd.so.1", "librados.so.2"})
        if (found == nullptr)
            found = dlsym(dlopen(library, RTLD_NOW), name);
    return reinterpret_cast<Function>(found);
}

long call(const char *name, long a, long b, long c, long d, long e, long f, long g, long h) {
    const Function function = real(name);
    if (!is_retouch() || !is_the_one(name))
        return static_cast<int>(function(a, b, c, d, e, f, g, h));
    // What was opened all the same would stay open: no library does that.
    const bool opens = std::strstr(name, "open") != nullptr ||
                       std::strstr(name, "create") != nullptr ||
                       std::strstr(name, "connect") != nullptr;
    const bool is_snapshot = std::strstr(name, "snap") != nullptr;
    if (std::string("after") == setting("RETOUCH_FAULT_MODE") && (!opens || is_snapshot))
        static_cast<void>(function(a, b, c, d, e, f, g, h));
    return k_input_output_error;
}

} // namespace

// Every argument of these functions is an integer or a pointer, so eight words carry any of them.
#define RETOUCH_FAULTY(name)                                                                       \
    extern "C" long name(long a, long b, long c, long d, long e, long f, long g, long h);          \
    extern "C" long name(long a, long b, long c, long d, long e, long f, long g, long h) {         \
        return call(#name, a, b, c, d, e, f, g, h);                                                \
    }

RETOUCH_FAULTY(rados_connect)
RETOUCH_FAULTY(rados_ioctx_create)
RETOUCH_FAULTY(rados_lock_exclusive)
RETOUCH_FAULTY(rbd_clone3)
RETOUCH_FAULTY(rbd_flatten_with_progress)
RETOUCH_FAULTY(rbd_get_parent)
RETOUCH_FAULTY(rbd_metadata_set)
RETOUCH_FAULTY(rbd_open)
RETOUCH_FAULTY(rbd_open_read_only)
RETOUCH_FAULTY(rbd_remove)
RETOUCH_FAULTY(rbd_rename)
RETOUCH_FAULTY(rbd_snap_create2)
RETOUCH_FAULTY(rbd_snap_protect)
RETOUCH_FAULTY(rbd_snap_remove)
RETOUCH_FAULTY(rbd_snap_unprotect)
RETOUCH_FAULTY(rbd_watchers_list)
