#include "model/rehearsal_json.hpp"

#include "model/effect_json.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <limits>

namespace retouch {

namespace {

OutputTail read_output(ObjectReader reader) {
    OutputTail output;
    output.text = reader.text("text");
    output.total = static_cast<std::uint64_t>(reader.count("total"));
    reader.finish();
    return output;
}

Json kept_json(const KeptStage &kept) {
    const SealedImage &sealed = kept.sealed;
    Json object;
    object["id"] = kept.id;
    object["location"] = kept.location;
    object["until"] = kept.until;
    object["proof"] = kept.proof;
    object["size"] = sealed.size;
    object["virtual_size"] = sealed.virtual_size_bytes;
    object["checksum_algorithm"] = sealed.checksum_algorithm;
    object["checksum"] = sealed.checksum;
    object["bytes_written"] = kept.bytes_written;
    return object;
}

KeptStage read_kept(ObjectReader reader) {
    KeptStage kept;
    kept.id = reader.text("id");
    kept.location = reader.text("location");
    kept.until = reader.text("until");
    kept.proof = reader.text("proof");
    kept.sealed.size = reader.count("size");
    kept.sealed.virtual_size_bytes = reader.count("virtual_size");
    kept.sealed.checksum_algorithm = reader.text("checksum_algorithm");
    kept.sealed.checksum = reader.text("checksum");
    kept.bytes_written = static_cast<std::uint64_t>(reader.count("bytes_written"));
    reader.finish();
    return kept;
}

} // namespace

Json to_json(const RehearsedStep &rehearsed) {
    const StepResult &result = rehearsed.result;
    Json object;
    object["outcome"] = to_string(result.outcome);
    object["message"] = result.message;
    object["exit_status"] = result.exit_status ? Json(*result.exit_status) : Json();
    object["out"] = {{"text", result.out.text}, {"total", result.out.total}};
    object["err"] = {{"text", result.err.text}, {"total", result.err.total}};
    object["seconds"] = result.seconds;
    object["effect"] = to_json(rehearsed.effect);
    object["again"] = rehearsed.again ? to_json(*rehearsed.again) : Json();
    return object;
}

Json to_json(const Limits &limits) {
    Json object;
    object["may_change"] = limits.may_change ? Json(*limits.may_change) : Json();
    object["packages"] = limits.packages ? Json(*limits.packages) : Json();
    object["bytes_written"] = limits.bytes_written ? Json(*limits.bytes_written) : Json();
    object["no_new_setuid"] = limits.no_new_setuid;
    object["no_network"] = limits.no_network;
    return object;
}

Json to_json(const Rehearsal &rehearsal) {
    Json violations = Json::array();
    for (const Violation &violation : rehearsal.violations)
        violations.push_back({{"limit", to_string(violation.limit)},
                              {"step", violation.step},
                              {"what", violation.what}});
    return {{"at", rehearsal.at},
            {"guest", to_string(rehearsal.guest)},
            {"passed", rehearsal.passed},
            {"error", rehearsal.error},
            {"violations", std::move(violations)},
            {"kept", rehearsal.kept ? kept_json(*rehearsal.kept) : Json()}};
}

RehearsedStep read_rehearsed(ObjectReader reader) {
    RehearsedStep rehearsed;
    StepResult &result = rehearsed.result;
    result.outcome = reader.choice<StepOutcome>("outcome");
    result.message = reader.text("message");
    if (!reader.member("exit_status").is_null())
        result.exit_status = static_cast<int>(std::min<std::int64_t>(
            reader.count("exit_status"), std::numeric_limits<std::uint8_t>::max()));
    result.out = read_output(reader.reader("out"));
    result.err = read_output(reader.reader("err"));
    result.seconds = reader.seconds("seconds");
    rehearsed.effect = read_effect(reader.reader("effect"));
    if (!reader.member("again").is_null())
        rehearsed.again = read_effect(reader.reader("again"));
    reader.finish();
    return rehearsed;
}

Limits read_limits(ObjectReader reader) {
    Limits limits;
    if (!reader.member("may_change").is_null())
        limits.may_change = reader.texts("may_change");
    if (!reader.member("packages").is_null())
        limits.packages = reader.texts("packages");
    if (!reader.member("bytes_written").is_null())
        limits.bytes_written = reader.count("bytes_written");
    limits.no_new_setuid = reader.boolean("no_new_setuid");
    limits.no_network = reader.boolean("no_network");
    reader.finish();
    return limits;
}

Rehearsal read_rehearsal(ObjectReader reader) {
    Rehearsal rehearsal;
    rehearsal.at = reader.text("at");
    rehearsal.guest = reader.choice<GuestKind>("guest");
    rehearsal.passed = reader.boolean("passed");
    rehearsal.error = reader.text("error");
    for (ObjectReader &violation : reader.readers("violations")) {
        rehearsal.violations.push_back(
            {violation.choice<LimitKind>("limit"), violation.text("step"), violation.text("what")});
        violation.finish();
    }
    if (!reader.member("kept").is_null())
        rehearsal.kept = read_kept(reader.reader("kept"));
    reader.finish();
    return rehearsal;
}

} // namespace retouch
