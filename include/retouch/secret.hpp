#pragma once
// DeclaredSecret: a secret of a recipe by its name, with where its value comes from. The value
// itself is in no model.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <string>
#include <vector>

namespace retouch {

enum class SecretOrigin {
    env,     ///< a variable of retouch's environment
    file,    ///< of this host
    command, ///< what a program prints
};

struct DeclaredSecret {
    std::string name; ///< a-z, 0-9 and _, a letter first
    SecretOrigin from = SecretOrigin::env;
    /// The name of the variable; the absolute path; or the program with its arguments.
    std::vector<std::string> words;
    /// "hmac-sha256:HEX" of its value, under a key that this host keeps; empty until it was got.
    std::string digest = {};

    bool operator==(const DeclaredSecret &) const = default;
};

} // namespace retouch
