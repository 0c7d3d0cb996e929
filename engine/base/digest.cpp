// Digest: OpenSSL's EVP interface.
// A failure inside OpenSSL can only mean that memory ran out or the library is broken.
// Nothing here compares secrets.

#include "base/digest.hpp"

#include "base/file.hpp"
#include "base/hex.hpp"
#include "base/interrupt.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cassert>
#include <fcntl.h>

namespace retouch::base {

struct Digest::Context {
    EVP_MD_CTX *handle = EVP_MD_CTX_new();

    Context() = default;

    ~Context() { EVP_MD_CTX_free(handle); }

    Context(const Context &) = delete;
    Context &operator=(const Context &) = delete;
};

namespace {

void require(bool worked) {
    if (!worked)
        throw Error(ErrorKind::internal, "OpenSSL cannot compute a digest");
}

std::string hex_of(const unsigned char *bytes, unsigned size) {
    return to_hex({reinterpret_cast<const char *>(bytes), size});
}

} // namespace

Digest::Digest(Algorithm algorithm) : context_(std::make_unique<Context>()) {
    const EVP_MD *type = algorithm == Algorithm::sha256 ? EVP_sha256() : EVP_sha512();
    require(context_->handle != nullptr && EVP_DigestInit_ex(context_->handle, type, nullptr) == 1);
}

Digest::Digest(std::unique_ptr<Context> context) : context_(std::move(context)) {}

std::optional<Digest> Digest::named(const char *name) {
    auto context = std::make_unique<Context>();
    const EVP_MD *type = EVP_get_digestbyname(name);
    require(context->handle != nullptr);
    if (type == nullptr || EVP_DigestInit_ex(context->handle, type, nullptr) != 1)
        return std::nullopt;
    return Digest(std::move(context));
}

Digest::~Digest() = default;
Digest::Digest(Digest &&) noexcept = default;
Digest &Digest::operator=(Digest &&) noexcept = default;

void Digest::update(std::string_view bytes) {
    assert(context_ != nullptr);
    require(EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()) == 1);
}

std::string Digest::finish() {
    assert(context_ != nullptr);
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    require(EVP_DigestFinal_ex(context_->handle, bytes.data(), &size) == 1);
    context_.reset();
    return hex_of(bytes.data(), size);
}

std::string sha256_hex(std::string_view bytes) {
    Digest digest(Digest::Algorithm::sha256);
    digest.update(bytes);
    return digest.finish();
}

std::string hmac_sha256_hex(const std::string &key, std::string_view message) {
    unsigned size = 0;
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    const auto *text = reinterpret_cast<const unsigned char *>(message.data());
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), text, message.size(),
             bytes.data(), &size) == nullptr)
        throw Error(ErrorKind::failed, "cannot compute a keyed digest");
    return hex_of(bytes.data(), size);
}

std::string file_digest(const std::filesystem::path &path, Digest::Algorithm algorithm) {
    const UniqueFd file = open_regular_file(path);
    Digest digest(algorithm);
    std::string buffer(std::size_t{128} * 1024, '\0');
    while (const std::size_t got = read_some(file.get(), buffer, path)) {
        check_interrupt();
        digest.update(std::string_view(buffer).substr(0, got));
    }
    return digest.finish();
}

std::string sha256_file(const std::filesystem::path &path) {
    return file_digest(path, Digest::Algorithm::sha256);
}

} // namespace retouch::base
