#pragma once
// SHA-256 for the runner, by libnettle: what the program itself uses for it is no library to link
// statically into a small program.

#include <array>
#include <cstdint>
#include <nettle/sha2.h>
#include <string>
#include <string_view>

namespace retouch::guest {

class Sha256 {
  public:
    Sha256() { nettle_sha256_init(&context_); }

    void update(std::string_view bytes) {
        nettle_sha256_update(&context_, bytes.size(),
                             reinterpret_cast<const std::uint8_t *>(bytes.data()));
    }

    /// Lower-case hex. Ends this digest.
    [[nodiscard]] std::string finish() {
        std::array<std::uint8_t, SHA256_DIGEST_SIZE> bytes{};
        nettle_sha256_digest(&context_, bytes.size(), bytes.data());
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (const std::uint8_t byte : bytes) {
            text += digits[byte >> 4U];
            text += digits[byte & 15U];
        }
        return text;
    }

  private:
    sha256_ctx context_{};
};

} // namespace retouch::guest
