#pragma once
// Digest: SHA-2, and what else OpenSSL knows, over bytes in pieces, through OpenSSL EVP.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace retouch::base {

class Digest {
  public:
    enum class Algorithm { sha256, sha512 };

    explicit Digest(Algorithm algorithm);

    /// By OpenSSL's name of it: "SHA384", "MD5"; nullopt when it cannot be computed here.
    [[nodiscard]] static std::optional<Digest> named(const char *name);

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

    explicit Digest(std::unique_ptr<Context> context);

    std::unique_ptr<Context> context_;
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// HMAC-SHA256 (RFC 2104) of `message`, lower-case hex. Throws Error.
[[nodiscard]] std::string hmac_sha256_hex(const std::string &key, std::string_view message);

/// Of a regular file on this host, lower-case hex. Interruptible. Throws Error when it cannot be
/// read.
[[nodiscard]] std::string file_digest(const std::filesystem::path &path,
                                      Digest::Algorithm algorithm);

/// SHA-256 of a regular file on this host. Throws Error when it cannot be read.
[[nodiscard]] std::string sha256_file(const std::filesystem::path &path);

} // namespace retouch::base
