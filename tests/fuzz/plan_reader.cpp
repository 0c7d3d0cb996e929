// Fuzzing the plan reader: whatever the bytes are, it reads a plan or refuses them as invalid.
// What it read must be written and read again as the same plan.
// The digest stands at the end of all checks, so the bytes are tried with a right one, too.

#include "model/plan_digest.hpp"
#include "retouch/error.hpp"
#include "retouch/plan.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace retouch;

void read(const std::string &text) {
    try {
        const Plan plan = plan_from_json(text);
        if (!(plan_from_json(to_json(plan).dump()) == plan))
            std::abort();
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::invalid)
            std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string text(data, data + size);
    read(text);
    Json document = Json::parse(text, nullptr, false);
    if (document.is_object() && document.contains(model::k_plan_digest_key)) {
        document.erase(model::k_plan_digest_key);
        document[model::k_plan_digest_key] = model::plan_digest(document);
        read(document.dump());
    }
    return 0;
}
