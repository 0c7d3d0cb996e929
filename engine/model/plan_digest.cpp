// PlanDigest: the compact form, hashed.
// Spacing and the order of reading do not matter to it; the order of keys does.
// Strings that are no UTF-8 cannot occur in a document that was read or is about to be written.

#include "model/plan_digest.hpp"

#include "base/digest.hpp"

namespace retouch::model {

std::string plan_digest(Json document) {
    document.erase(k_plan_digest_key);
    return "sha256:" + base::sha256_hex(document.dump());
}

} // namespace retouch::model
