// Fuzzing what the appliance says of changes: whatever the bytes are, they are read as changes or
// refused. What was read is packed and read again as the same, and sound changes become the
// model's.

#include "guest/effects/entry_changes.hpp"
#include "guest/tree/packing.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace retouch;
    const std::string bytes(data, data + size);
    std::optional<std::vector<guest::SeenChange>> changes = guest::unpack_changes(bytes);
    if (!changes)
        return 0;
    if (guest::pack(*changes) != bytes)
        std::abort();
    if (guest::is_sound(*changes) && guest::entry_changes(std::move(*changes)).size() > size)
        std::abort();
    return 0;
}
