#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

// Read by LeakSanitizer: a thread of Ceph's that looked for its monitors in the DNS leaves the C
// library's resolver state behind.
extern "C" const char *__lsan_default_suppressions();

extern "C" const char *__lsan_default_suppressions() {
    return "leak:__res_context_send\n";
}
