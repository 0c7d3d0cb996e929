// Fuzzing keys of repositories: whatever the bytes are, they are no key, or are written in an armor
// from which the same keys are read again.

#include "steps/repositories/openpgp_key.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace retouch;
    const auto keys = steps::openpgp_keys(std::string(data, data + size));
    if (!keys)
        return 0;
    const auto again = steps::openpgp_keys(keys->armored);
    if (!again || again->fingerprints != keys->fingerprints || again->armored != keys->armored)
        std::abort();
    return 0;
}
