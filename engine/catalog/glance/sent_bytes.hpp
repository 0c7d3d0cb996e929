#pragma once
// Sent bytes: whether the bytes of an image, on their way from or to the image service, are those
// its record has a checksum of. It computes and compares; what follows is the caller's business.

#include "base/digest.hpp"
#include "retouch/image.hpp"
#include "retouch/store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace retouch::catalog {

/// The strongest checksum of a record that can be computed here.
struct Promise {
    std::string algorithm; ///< as Glance calls it: "sha512", "md5"
    std::string hex;
};

/// nullopt when the record has no checksum, or none that can be computed.
[[nodiscard]] std::optional<Promise> promise_of(const Image &image);

/// "the image service has no checksum of it that can be computed here (only: md4)".
[[nodiscard]] std::string why_not_comparable(const Image &image);

/// "another sha512 (X instead of Y)"; empty when `hex` is what was promised.
[[nodiscard]] std::string deviation(const Promise &promise, const std::string &hex);

/// Requires: the algorithm is one promise_of() names.
[[nodiscard]] base::Digest digest_for(const Promise &promise);

/// The digest `promise` speaks of, over all of `source`. Interruptible.
[[nodiscard]] std::string promised_digest(ByteReader &source, const Promise &promise);

/// Passes bytes on, in order, and computes meanwhile what Glance usually computes of them.
class DigestingReader : public ByteReader {
  public:
    explicit DigestingReader(ByteReader &inner) : inner_(inner) {}

    [[nodiscard]] std::uint64_t size() const override { return inner_.size(); }

    /// Reading at 0 begins anew.
    std::size_t read(std::uint64_t offset, std::span<char> buffer) override;

    /// By algorithm; empty unless everything was read in order. Ends the digests.
    [[nodiscard]] std::map<std::string, std::string> finish();

  private:
    ByteReader &inner_;
    std::map<std::string, base::Digest> digests_;
    std::uint64_t next_ = 0;
};

} // namespace retouch::catalog
