#pragma once
// Digest: SHA-256 and SHA-512 over bytes in pieces, through OpenSSL EVP.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace retouch {

class Digest {
  public:
    enum class Algorithm { sha256, sha512 };

    explicit Digest(Algorithm algorithm);
    ~Digest();
    Digest(Digest &&) noexcept;
    Digest &operator=(Digest &&) noexcept;
    Digest(const Digest &) = delete;
    Digest &operator=(const Digest &) = delete;

    void update(std::string_view bytes);

    /// Lower-case hex. Ends this digest.
    [[nodiscard]] std::string finish();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// SHA-256 of a regular file on this host. Throws Error when it cannot be read.
[[nodiscard]] std::string sha256_file(const std::filesystem::path &path);

} // namespace retouch
