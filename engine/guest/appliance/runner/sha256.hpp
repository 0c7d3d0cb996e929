#pragma once
// SHA-256 for the runner, which has no library for it. FIPS 180-4, nothing clever.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace retouch {

class Sha256 {
  public:
    void update(std::string_view bytes);

    /// Lower-case hex. Ends this digest.
    [[nodiscard]] std::string finish();

  private:
    void take_block(const unsigned char *block);

    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<unsigned char, 64> pending_{};
    std::uint64_t total_ = 0; ///< bytes
};

} // namespace retouch
