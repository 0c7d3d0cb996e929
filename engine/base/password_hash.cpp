#include "base/password_hash.hpp"

#include "base/late_library.hpp"
#include "retouch/error.hpp"

#include <crypt.h>

#include <memory>

namespace retouch::base {

namespace {

constinit const LateLibrary k_libcrypt("libcrypt.so.1", "libcrypt1");
RETOUCH_LATE_FUNCTION(k_libcrypt, crypt_rn);

/// Empty when it cannot be made, as of a `setting` that is none.
std::string hashed(const std::string &password, const std::string &setting) {
    const auto room = std::make_unique<crypt_data>();
    const char *made = crypt_rn(password.c_str(), setting.c_str(), room.get(), sizeof(crypt_data));
    return made == nullptr ? std::string() : std::string(made);
}

} // namespace

std::string password_hash(const Secret &password, const std::string &salt) {
    std::string hash = hashed(password.reveal(), "$6$" + salt + "$");
    if (hash.empty())
        throw Error(ErrorKind::failed, "cannot make a hash of a password");
    return hash;
}

bool is_hash_of(const std::string &hash, const Secret &password) {
    // Of a short one that is none, such as "x" or "!", DES would make something.
    return hash.starts_with('$') && hashed(password.reveal(), hash) == hash;
}

} // namespace retouch::base
