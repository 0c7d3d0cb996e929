// Fuzzing lists of checksums: whatever a server says, it is nothing, or a checksum of its form.

#include "catalog/fetch/checksum_list.hpp"
#include "retouch/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    try {
        const retouch::catalog::Checksum found = retouch::catalog::checksum_in(text, "disk.img");
        if (found.hex.size() != (found.algorithm == "sha256" ? 64U : 128U) ||
            found.hex.find_first_not_of("0123456789abcdef") != std::string::npos)
            std::abort();
    } catch (const retouch::Error &) {
        return 0;
    }
    return 0;
}
