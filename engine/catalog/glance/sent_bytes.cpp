// Glance computes an MD5 of every upload, and beside it a digest its operator chose, by Python's
// names of them. What OpenSSL does not know under any name is not comparable.

#include "catalog/glance/sent_bytes.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "catalog/glance/answer.hpp"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <utility>
#include <vector>

namespace retouch::catalog {

namespace {

constexpr std::size_t k_piece = std::size_t{1024} * 1024;

struct Algorithm {
    std::string_view name;
    const char *openssl;
};

/// The strongest first.
constexpr std::array<Algorithm, 11> k_algorithms = {{{"sha512", "SHA512"},
                                                     {"sha3_512", "SHA3-512"},
                                                     {"blake2b", "BLAKE2b512"},
                                                     {"sha384", "SHA384"},
                                                     {"sha3_384", "SHA3-384"},
                                                     {"sha256", "SHA256"},
                                                     {"sha3_256", "SHA3-256"},
                                                     {"blake2s", "BLAKE2s256"},
                                                     {"sha224", "SHA224"},
                                                     {"sha1", "SHA1"},
                                                     {"md5", "MD5"}}};

/// Those worth computing of all that is uploaded: Glance's own choice, and the one it always has.
constexpr std::array k_usual = {"sha512", "md5"};

std::optional<base::Digest> digest_called(std::string_view name) {
    for (const Algorithm &known : k_algorithms)
        if (known.name == name)
            return base::Digest::named(known.openssl);
    return std::nullopt;
}

} // namespace

std::optional<Promise> promise_of(const Image &image) {
    for (const Algorithm &known : k_algorithms)
        if (const auto found = image.checksums.find(std::string(known.name));
            found != image.checksums.end() && digest_called(known.name))
            return Promise{found->first, found->second};
    return std::nullopt;
}

std::string why_not_comparable(const Image &image) {
    if (image.checksums.empty())
        return "the image service has no checksum of it";
    std::vector<std::string> names;
    for (const auto &[algorithm, hex] : image.checksums)
        names.push_back(algorithm);
    return fmt::format("the image service has no checksum of it that can be computed here (only: "
                       "{})",
                       shown_names(names));
}

std::string deviation(const Promise &promise, const std::string &hex) {
    return hex == promise.hex ? "" : fmt::format("another {}", promise.algorithm);
}

base::Digest digest_for(const Promise &promise) {
    auto digest = digest_called(promise.algorithm);
    assert(digest);
    return *std::move(digest);
}

std::string promised_digest(ByteReader &source, const Promise &promise) {
    base::Digest digest = digest_for(promise);
    std::string buffer(k_piece, '\0');
    std::uint64_t offset = 0;
    while (const std::size_t count = source.read(offset, buffer)) {
        base::check_interrupt();
        digest.update(std::string_view(buffer).substr(0, count));
        offset += count;
    }
    return digest.finish();
}

std::size_t DigestingReader::read(std::uint64_t offset, std::span<char> buffer) {
    const std::size_t count = inner_.read(offset, buffer);
    if (offset == 0) {
        digests_.clear();
        next_ = 0;
        for (const char *name : k_usual)
            if (auto digest = digest_called(name))
                digests_.emplace(name, *std::move(digest));
    }
    if (offset != next_)
        digests_.clear();
    next_ = offset + count;
    for (auto &[name, digest] : digests_)
        digest.update({buffer.data(), count});
    return count;
}

std::map<std::string, std::string> DigestingReader::finish() {
    std::map<std::string, std::string> found;
    if (next_ == size())
        for (auto &[name, digest] : digests_)
            found[name] = digest.finish();
    digests_.clear();
    return found;
}

} // namespace retouch::catalog
