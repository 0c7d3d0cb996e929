// What comes from the program in a guest's machine, as any of the values it may be.

#include "guest/machine/conversation.hpp"

#include <cstddef>
#include <cstdint>

namespace {

template<typename... Results>
void read_as_each(const std::string &bytes) {
    const auto read = [&bytes]<typename Result>(Result * /*type*/) {
        try {
            static_cast<void>(retouch::guest::read_result<Result>(bytes));
        } catch (const retouch::Error &) {
            // Refused.
        }
    };
    (read(static_cast<Results *>(nullptr)), ...);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace retouch;
    const std::string bytes(reinterpret_cast<const char *>(data), size);
    read_as_each<Facts, std::optional<FileInfo>, std::string, std::vector<DirectoryEntry>,
                 std::vector<std::string>, std::optional<std::string>, CommandResult,
                 std::vector<EntryChange>, std::vector<UnlabelledEntry>, std::vector<FailedLabel>>(
        bytes);
    return 0;
}
