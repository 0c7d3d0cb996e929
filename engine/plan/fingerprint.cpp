#include "plan/fingerprint.hpp"

#include "base/digest.hpp"
#include "model/names.hpp"
#include "retouch/step_kind.hpp"

#include <cassert>

namespace retouch::plan {

namespace {

/// To be raised when the same wish starts to mean another disk.
constexpr int k_disk_semantics = 1;

} // namespace

std::string fingerprint(const std::string &source_digest, const std::vector<Step> &steps,
                        const std::optional<DiskWish> &disk,
                        const std::optional<OutputWish> &output,
                        const std::vector<DeclaredSecret> &secrets,
                        const std::vector<std::string> &facts) {
    // nlohmann::json sorts its keys: the order in which a step kind fills them does not count.
    nlohmann::json document = {{"fingerprint", 1}, {"source", source_digest}};
    if (disk)
        document["disk"] = {{"semantics", k_disk_semantics},
                            {"size", disk->size_bytes.value_or(0)},
                            {"grow", model::to_string(disk->grow)}};
    if (output)
        document["output"] = {{"format", output->format},
                              {"compress", model::to_string(output->compression)},
                              {"trim", output->trim}};
    for (const DeclaredSecret &secret : secrets)
        document["secrets"][secret.name] = secret.digest;
    if (!facts.empty())
        document["facts"] = facts;
    nlohmann::json &list = document["steps"] = nlohmann::json::array();
    for (const Step &step : steps) {
        const StepKind *kind = find_step_kind(step.kind);
        assert(kind != nullptr);
        list.push_back({{"kind", step.kind},
                        {"semantics", kind->semantics},
                        {"identity", nlohmann::json::parse(step.identity.dump())}});
        if (!step.systems.is_everywhere())
            list.back()[step.systems.all_but ? "not_on" : "only_on"] = step.systems.names;
    }
    return "sha256:" + base::sha256_hex(document.dump());
}

} // namespace retouch::plan
