// Fields of a saved plan beside its steps, each by its rule: what is compared or sent has the form
// it was made with, what people read is bounded. A field that planning takes from a record may be
// whatever a record may hold.

#include "plan/saved_plan.hpp"

#include "base/fact_text.hpp"
#include "base/hex.hpp"
#include "base/name_rule.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "base/utc_time.hpp"
#include "base/uuid.hpp"
#include "catalog/record_rules.hpp"
#include "plan/properties.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace retouch::plan {

namespace {

constexpr std::size_t k_longest_word = 255;
constexpr std::size_t k_longest_path = 4096;
constexpr std::size_t k_longest_text = std::size_t{64} * 1024;
constexpr std::size_t k_most_paths = 2000;
/// What --expires allows, and a day for hosts whose clocks differ.
constexpr std::chrono::hours k_longest_life{24 * (3650 + 1)};

void require(bool good, const std::string &place, const std::string &expected) {
    if (!good)
        throw unacceptable(place, "expected " + expected);
}

void require_bounded(const std::string &text, std::size_t most, const std::string &place) {
    require(text.size() <= most, place, "at most " + base::format_bytes(most));
}

void require_bounded(const std::vector<std::string> &texts, std::size_t most,
                     const std::string &place) {
    require(texts.size() <= k_most_paths, place, fmt::format("at most {} entries", k_most_paths));
    for (std::size_t i = 0; i < texts.size(); ++i)
        require_bounded(texts[i], most, fmt::format("{}[{}]", place, i));
}

void require_time(const std::string &text, const std::string &place) {
    require(base::parse_utc(text).has_value(), place, "a time such as 2026-01-31T12:00:00.000000Z");
}

void require_time_or_none(const std::string &text, const std::string &place) {
    if (!text.empty())
        require_time(text, place);
}

void require_uuid(const std::string &text, const std::string &place) {
    require(base::is_uuid(text), place, "a UUID in lower case");
}

/// "ALGORITHM:HEX" or "image:UUID", as Image::digest() gives them.
bool is_image_digest(std::string_view digest) {
    struct Known {
        std::string_view algorithm;
        std::size_t digits;
    };

    constexpr std::array<Known, 5> k_known = {
        {{"md5", 32}, {"sha1", 40}, {"sha256", 64}, {"sha384", 96}, {"sha512", 128}}};
    constexpr std::size_t k_most_digits = 256;
    const auto colon = digest.find(':');
    if (colon == std::string_view::npos)
        return false;
    const std::string_view algorithm = digest.substr(0, colon);
    const std::string_view hex = digest.substr(colon + 1);
    if (algorithm == "image")
        return base::is_uuid(hex);
    const bool is_word =
        !algorithm.empty() && algorithm.size() <= k_longest_word &&
        algorithm.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == algorithm.npos;
    const auto *known = std::ranges::find(k_known, algorithm, &Known::algorithm);
    return is_word && base::is_lower_hex(hex) &&
           (known != k_known.end() ? hex.size() == known->digits : hex.size() <= k_most_digits);
}

void require_image(const ImageReference &image, const std::string &place) {
    require_uuid(image.id, place + ".id");
    require_bounded(image.name, k_longest_path, place + ".name");
    require(is_image_digest(image.digest), place + ".digest",
            "ALGORITHM:HEX with the digits of its algorithm");
    require_time_or_none(image.updated_at, place + ".updated_at");
    require_bounded(image.owner, k_longest_word, place + ".owner");
}

/// The rules every record has, told with the plan's place.
void require_record(const ImageChange &change, const std::string &place) {
    try {
        catalog::check_record(change);
    } catch (const Error &error) {
        throw unacceptable(place, error.what());
    }
}

/// A name that a record bears already may be any; one that is chosen follows the recipe's rule.
void require_name(const std::string &name, const std::string &borne, const std::string &place) {
    if (name == borne)
        return;
    if (const auto why = base::why_no_name(name))
        throw unacceptable(place, fmt::format("it {}, found '{}'", *why, base::escape(name)));
    require(base::count_fact_marks(name) == 0, place, "no name of a fact");
}

bool is_fact_of_result(const std::string &name) {
    return base::is_fact_name(name) && !name.starts_with(base::k_image_facts);
}

void require_drops(const std::vector<std::string> &globs, const std::string &place) {
    require_bounded(globs, k_longest_word, place);
    for (std::size_t i = 0; i < globs.size(); ++i)
        require(!globs[i].empty() && !globs[i].starts_with("retouch_"),
                fmt::format("{}[{}]", place, i),
                "a glob of names of properties that retouch does not write itself");
}

/// Of what is built a plan names what the image will tell; of what is there it has the values.
void require_facts(const Target &target, const std::string &place) {
    std::set<std::string> named;
    for (const auto &[name, value] : target.properties.set)
        named.merge(base::facts_named_in(value));
    std::set<std::string> listed(target.facts.begin(), target.facts.end());
    require(target.facts.size() == listed.size() && std::ranges::is_sorted(target.facts) &&
                std::ranges::all_of(target.facts, is_fact_of_result),
            place + ".facts", "names of facts of the finished image, sorted, each once");
    const bool looks_at_packages = listed.erase(base::k_package_list) == 1;
    if (!target.unless_packages.empty())
        require(looks_at_packages && target.action == Action::create && target.present &&
                    is_image_digest(target.unless_packages),
                place + ".unless_packages",
                "a digest, where 'facts' has " + std::string(base::k_package_list));
    if (target.action == Action::create)
        require(named == listed, place + ".properties.set", "the facts that 'facts' lists");
}

void require_properties(const Target &target, const std::string &place) {
    const PropertyChanges &changes = target.properties;
    require_drops(changes.drop, place + ".drop");
    ImageChange kept;
    kept.id = target.source.id;
    for (const auto &[name, value] : changes.keep) {
        require(!name.starts_with("retouch_"), place + ".keep",
                "no property that retouch writes itself");
        require(target.action != Action::create || !describes_other_bytes(name), place + ".keep",
                fmt::format("no property that belongs to the source alone, found '{}'",
                            base::escape(name)));
        kept.properties[name] = value;
    }
    require_record(kept, place + ".keep");
    for (const auto &[name, value] : changes.before)
        require(changes.set.contains(name), place + ".before", "only names that are set");
    for (const std::string &name : changes.remove)
        require(!changes.set.contains(name) && !changes.keep.contains(name), place + ".remove",
                "no name that is set or kept");
}

void require_superseded(const Superseded &former, const Target &target, const std::string &place) {
    require_image(former.image, place + ".image");
    require(std::ranges::find(target.observed, former.image) != target.observed.end(),
            place + ".image", "one of the images in 'observed'");
    require(former.image.name == target.publish.name, place + ".image.name",
            "the name that is published");
    if (former.policy != PreviousPolicy::rename)
        return require(former.new_name.empty(), place + ".new_name",
                       "nothing, as it is not renamed");
    ImageChange change;
    change.id = former.image.id;
    change.name = former.new_name;
    require_record(change, place + ".new_name");
    // What stands before the date is a name that is borne already, and may be any.
    const std::string borne = former.image.name + '-';
    require_name(former.new_name.starts_with(borne) ? former.new_name.substr(borne.size())
                                                    : former.new_name,
                 {}, place + ".new_name");
}

void require_publish(const Target &target, const std::string &place) {
    const PublishPlan &publish = target.publish;
    ImageChange change;
    change.id = target.source.id;
    change.name = publish.name;
    change.visibility = publish.visibility;
    change.min_disk_gib = publish.min_disk_gib;
    change.min_ram_mib = publish.min_ram_mib;
    change.tags = publish.tags;
    require_record(change, place);
    // Whether these names, and tags, are borne is asked of the catalog when the plan is applied.
    if (!target.present || publish.name != target.present->name)
        require_name(publish.name, target.source.name, place + ".name");
    require_bounded(publish.disk_format, k_longest_word, place + ".disk_format");
    require(target.action != Action::create || publish.disk_format == "raw" ||
                publish.disk_format == "qcow2",
            place + ".disk_format", "raw or qcow2");
    require_bounded(publish.container_format, k_longest_word, place + ".container_format");
    require_bounded(publish.owner, k_longest_word, place + ".owner");
    for (const ImageMember &member : publish.members) {
        require_bounded(member.project, k_longest_word, place + ".members");
        require(member.status == "pending" || member.status == "accepted" ||
                    member.status == "rejected",
                place + ".members", "only pending, accepted, rejected");
    }
    require_bounded(publish.way.reason, k_longest_text, place + ".way.reason");
    for (std::size_t i = 0; i < publish.superseded.size(); ++i)
        require_superseded(publish.superseded[i], target,
                           fmt::format("{}.superseded[{}]", place, i));
}

void require_globs(const std::vector<std::string> &globs, const std::string &place) {
    require_bounded(globs, k_longest_path, place);
    for (std::size_t i = 0; i < globs.size(); ++i)
        require(globs[i].starts_with('/') || globs[i].starts_with("**/"),
                fmt::format("{}[{}]", place, i), "a glob of absolute paths");
}

void require_kept(const KeptStage &kept, const Plan &plan, const std::string &place) {
    require_uuid(kept.id, place + ".id");
    require_bounded(kept.location, k_longest_path, place + ".location");
    require_time(kept.until, place + ".until");
    require(kept.until == plan.expires_at, place + ".until", "the time when the plan expires");
    require_bounded(kept.proof, k_longest_path, place + ".proof");
    require_bounded(kept.sealed.checksum_algorithm, k_longest_word, place + ".checksum_algorithm");
    require(kept.sealed.checksum_algorithm.empty() == kept.sealed.checksum.empty() &&
                (kept.sealed.checksum.empty() || base::is_lower_hex(kept.sealed.checksum)),
            place + ".checksum", "hexadecimal digits with an algorithm, or neither");
    require_bounded(kept.sealed.checksum, k_longest_word, place + ".checksum");
}

void require_rehearsal(const Rehearsal &rehearsal, const Plan &plan, const std::string &place) {
    require_time(rehearsal.at, place + ".at");
    require_bounded(rehearsal.error, k_longest_text, place + ".error");
    for (const auto &[name, value] : rehearsal.facts)
        require(value.size() <= k_longest_word && base::escape(value) == value &&
                    base::count_fact_marks(value) == 0,
                place + ".facts", "plain lines of at most 255 characters");
    require(rehearsal.passed == (rehearsal.error.empty() && rehearsal.violations.empty()),
            place + ".passed", "what 'error' and 'violations' say");
    if (!rehearsal.kept)
        return;
    require(rehearsal.passed, place + ".kept", "null, as the rehearsal did not pass");
    require_kept(*rehearsal.kept, plan, place + ".kept");
}

/// What only a look at the disk could tell is believed as far as it fits the rest: apply looks
/// again.
void require_disk(const DiskGrowth &growth, const std::string &place) {
    constexpr std::int64_t k_sector = 512;
    require(growth.wish.size_bytes.value_or(0) % k_sector == 0, place + ".size",
            "whole sectors of 512 bytes");
    require(growth.state != StepState::skipped, place + ".state", "change, unchanged or unknown");
    require(growth.before_bytes == 0 ||
                growth.after_bytes ==
                    std::max(growth.before_bytes, growth.wish.size_bytes.value_or(0)),
            place + ".after", "the larger one of 'size' and 'before'");
    require_bounded(growth.filesystem, k_longest_word, place + ".filesystem");
    require_bounded(growth.logical_volume, k_longest_path, place + ".logical_volume");
    const bool in_order = std::ranges::is_sorted(growth.grows) &&
                          std::ranges::adjacent_find(growth.grows) == growth.grows.end();
    require(in_order, place + ".grows", "each once, from the outside to the inside");
}

void require_output(const OutputWish &output, const Target &target, const std::string &place) {
    require(output.format.empty() || output.format == "raw" || output.format == "qcow2",
            place + ".format", "raw, qcow2 or nothing");
    require(output.compression == Compression::none || output.format == "qcow2",
            place + ".compress", "none, as the format is not qcow2");
    require(target.action != Action::create || output.format.empty() ||
                output.format == target.publish.disk_format,
            place + ".format", "that of 'publish'");
}

void require_recipe(const PlannedRecipe &recipe, const std::string &place) {
    require_bounded(recipe.path, k_longest_path, place + ".path");
    require(base::is_normal_absolute(recipe.directory) && recipe.directory.size() <= k_longest_path,
            place + ".directory", "an absolute path without '.' and '..'");
    require(base::is_sha256(recipe.sha256), place + ".sha256", "64 hexadecimal digits, lower case");
}

void require_target(const Target &target, const Plan &plan, const std::string &place) {
    require_recipe(target.recipe, place + ".recipe");
    require_bounded(target.reason, k_longest_text, place + ".reason");
    require_image(target.source, place + ".source");
    if (target.present)
        require_image(*target.present, place + ".present");
    require(target.action == Action::create || target.present, place + ".present",
            fmt::format("an image, for there is nothing to {}",
                        target.action == Action::update ? "update" : "leave as it is"));
    for (std::size_t i = 0; i < target.steps.size(); ++i) {
        const std::string step = fmt::format("{}.steps[{}]", place, i);
        require_bounded(target.steps[i].step.origin.file, k_longest_path, step + ".origin.file");
        require_bounded(target.steps[i].change.reason, k_longest_text, step + ".reason");
        for (const std::string &name : target.steps[i].step.systems.names)
            require(base::is_system_name(name), step + ".systems", "names of systems");
    }
    for (std::size_t i = 0; i < target.observed.size(); ++i)
        require_image(target.observed[i], fmt::format("{}.observed[{}]", place, i));
    require_facts(target, place);
    require_properties(target, place + ".properties");
    require_publish(target, place + ".publish");
    for (std::size_t i = 0; i < target.detach.size(); ++i)
        require_uuid(target.detach[i], fmt::format("{}.detach[{}]", place, i));
    if (target.disk)
        require_disk(*target.disk, place + ".disk");
    if (target.output)
        require_output(*target.output, target, place + ".output");
    require_bounded(target.notes, k_longest_text, place + ".notes");
    require_globs(target.volatile_paths, place + ".volatile");
    if (target.rehearsal)
        require_rehearsal(*target.rehearsal, plan, place + ".rehearsal");
}

void require_life(const Plan &plan) {
    require_time_or_none(plan.made_at, "made_at");
    require_time_or_none(plan.expires_at, "expires_at");
    if (const auto end = base::parse_utc(plan.expires_at))
        require(*end <= base::utc_time_now() + k_longest_life, "expires_at",
                "a time within the next ten years");
}

} // namespace

void require_sound_fields(const Plan &plan) {
    require_bounded(plan.tool, k_longest_word, "tool");
    require(!plan.targets.empty(), "targets", "at least one");
    require_bounded(plan.catalog, k_longest_word, "catalog");
    require_life(plan);
    for (std::size_t i = 0; i < plan.targets.size(); ++i)
        require_target(plan.targets[i], plan, fmt::format("targets[{}]", i));
}

} // namespace retouch::plan
