// Fuzzing saved plans: whatever the bytes are, with or without the digest they should have, they
// are refused as invalid, in a bounded text, or are a plan that is written and read again as the
// same. Fingerprints are made right as well, so that the steps behind them are reached.

#include "plan/saved_plan.hpp"
#include "base/text.hpp"
#include "model/plan_digest.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace retouch;

void require(bool good) {
    if (!good)
        std::abort();
}

/// What was wrong; empty when nothing was.
std::string read(const std::string &text) {
    constexpr std::size_t k_longest = 2000;
    try {
        const Plan plan = plan::read_plan(text);
        require(plan::read_plan(to_json(plan).dump()) == plan);
        return {};
    } catch (const Error &error) {
        const std::string what = error.what();
        require(error.kind() == ErrorKind::invalid);
        require(!what.empty() && what.size() < k_longest && base::escape(what) == what);
        return what;
    }
}

/// The text between the quotes of "...fingerprint: expected "sha256:..."".
std::string wanted_fingerprint(const std::string &refusal) {
    constexpr std::string_view k_before = ".fingerprint: expected \"";
    const auto begin = refusal.find(k_before);
    if (begin == std::string::npos)
        return {};
    const std::string rest = refusal.substr(begin + k_before.size());
    return rest.substr(0, rest.find('"'));
}

std::string resealed(Json &document) {
    document.erase(model::k_plan_digest_key);
    document[model::k_plan_digest_key] = model::plan_digest(document);
    return document.dump();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string text(data, data + size);
    static_cast<void>(read(text));
    Json document = Json::parse(text, nullptr, false);
    if (!document.is_object() || !document.contains(model::k_plan_digest_key))
        return 0;
    const std::string fingerprint = wanted_fingerprint(read(resealed(document)));
    const Json::json_pointer place("/targets/0/fingerprint");
    if (!fingerprint.empty() && document.contains(place)) {
        document[place] = fingerprint;
        static_cast<void>(read(resealed(document)));
    }
    return 0;
}
