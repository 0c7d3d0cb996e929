// Numbers are eight bytes, texts a number and so many bytes, lists a number and so many items.

#include "guest/machine/wire.hpp"

#include <array>
#include <cstring>

namespace retouch::guest {

void refuse_wire() {
    throw Error(ErrorKind::failed, "the machine answered with bytes that mean nothing",
                "run again; if it happens again, the image may have taken the machine over");
}

void WireWriter::number(std::uint64_t value) {
    std::array<char, sizeof value> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    bytes_.append(bytes.data(), bytes.size());
}

void WireWriter::text(std::string_view bytes) {
    number(bytes.size());
    bytes_ += bytes;
}

std::uint64_t WireReader::number(std::uint64_t most) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes(sizeof value).data(), sizeof value);
    if (value > most)
        refuse_wire();
    return value;
}

std::string_view WireReader::bytes(std::uint64_t size) {
    if (size > rest_.size())
        refuse_wire();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
}

void WireReader::finish() const {
    if (!rest_.empty())
        refuse_wire();
}

} // namespace retouch::guest
