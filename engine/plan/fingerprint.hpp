#pragma once
// Fingerprint: SHA-256 over what determines an image's contents and nothing else: the source bytes'
// identity, the disk that is wanted, each step's identity and semantics version, keyed digests of
// the secrets, and which facts are written down of it. Names, positions and paths do not count.

#include "retouch/disk_growth.hpp"
#include "retouch/output_wish.hpp"
#include "retouch/secret.hpp"
#include "retouch/step.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch::plan {

/// "sha256:HEX". Requires: every step's kind exists.
[[nodiscard]] std::string
fingerprint(const std::string &source_digest, const std::vector<Step> &steps,
            const std::optional<DiskWish> &disk, const std::optional<OutputWish> &output,
            const std::vector<DeclaredSecret> &secrets, const std::vector<std::string> &facts);

} // namespace retouch::plan
