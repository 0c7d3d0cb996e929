#pragma once
// Plan: everything apply needs, as complete data. It is made by the planner from a recipe and a
// look at the world, can be saved, read back and reviewed, and is the only thing apply obeys.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include "retouch/disk_growth.hpp"
#include "retouch/effect.hpp"
#include "retouch/facts.hpp"
#include "retouch/guest_kind.hpp"
#include "retouch/image.hpp"
#include "retouch/limits.hpp"
#include "retouch/output_wish.hpp"
#include "retouch/publish.hpp"
#include "retouch/recipe.hpp"
#include "retouch/sealed.hpp"
#include "retouch/secret.hpp"
#include "retouch/step.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace retouch {

inline constexpr const char *k_plan_format_version = "2.0";

enum class Action {
    create, ///< build and publish a new image
    update, ///< the current generation's bytes are right; properties or publish fields converge
    none,   ///< nothing to do
    held,   ///< somebody took back what the recipe describes: left until the recipe changes
};

/// Whether apply writes anything for it.
[[nodiscard]] constexpr bool is_work(Action action) {
    return action == Action::create || action == Action::update;
}

/// What a rehearsal saw a step do.
struct RehearsedStep {
    StepResult result;
    Effect effect;
    /// What it changed when all steps ran once more on the result; nullopt when they did not.
    std::optional<Effect> again = std::nullopt;
    /// What would keep it from changing something again, for the recipe's author: one line, safe to
    /// print. Made from the rest, not in its JSON form; empty where it changed nothing again.
    std::string advice = {};

    bool operator==(const RehearsedStep &) const = default;
};

struct PlannedStep {
    Step step;
    StepChange change;
    std::optional<RehearsedStep> rehearsed = std::nullopt;

    bool operator==(const PlannedStep &) const = default;
};

/// Which image, and how we recognise that it is still the same.
struct ImageReference {
    std::string id;
    std::string name;
    std::string digest;     ///< Image::digest()
    std::string updated_at; ///< of the record when the plan was made; empty when not looked at
    std::string owner = {}; ///< its project; empty where there are none

    bool operator==(const ImageReference &) const = default;
};

/// What the recipe asks for by a name that the source does not bear (any more).
struct AskedSource {
    std::string name;
    std::string owner = {}; ///< project it must belong to; empty: the recipe does not say

    bool operator==(const AskedSource &) const = default;
};

/// Property changes relative to the record they are applied to: for `create` the source's carried
/// over, for `update` the current generation's.
struct PropertyChanges {
    std::map<std::string, std::string> set;
    std::map<std::string, std::string> before; ///< former values of the names in `set`, if any
    std::vector<std::string> remove;
    std::map<std::string, std::string> keep;
    std::vector<std::string> drop = {}; ///< globs of names that do not come over; sorted
    /// For people: why a name in `remove` goes that the recipe did not remove by its name.
    std::map<std::string, std::string> reasons = {};

    bool operator==(const PropertyChanges &) const = default;
};

/// An image that loses the name at hand-over.
struct Superseded {
    ImageReference image;
    PreviousPolicy policy = PreviousPolicy::hide;
    std::string new_name; ///< for PreviousPolicy::rename

    bool operator==(const Superseded &) const = default;
};

/// How the result will be published, resolved: no field is left to a default.
struct PublishPlan {
    std::string name;
    std::string visibility;
    std::string disk_format;
    std::string container_format;
    std::string owner; ///< project it should belong to; empty where there are none
    std::vector<std::string> tags;
    std::int64_t min_disk_gib = 0;
    std::int64_t min_ram_mib = 0;
    bool is_protected = false;
    PublishWay way;                                ///< for Action::create; else as it is by default
    LineagePolicy lineage = LineagePolicy::detach; ///< likewise
    std::vector<ImageMember> members;              ///< projects it will be shared with
    std::vector<Superseded> superseded;
    /// For Action::update: the fields of the present record that differ and will be set.
    std::vector<PublishField> changed_fields;

    bool operator==(const PublishPlan &) const = default;
};

/// A file on this host whose bytes go into the image; apply checks the digest again.
struct InjectedFile {
    std::string path; ///< absolute
    std::string sha256;
    std::int64_t size = 0; ///< bytes

    bool operator==(const InjectedFile &) const = default;
};

/// The run of a target's steps on a stage that was thrown away, or kept to be published.
struct Rehearsal {
    std::string at; ///< RFC 3339, UTC
    GuestKind guest = GuestKind::appliance;
    bool passed = false;
    std::string error;                      ///< why it did not pass; empty when it did
    std::vector<Violation> violations = {}; ///< limits the steps went beyond
    /// The very bytes apply publishes, without running a step again.
    std::optional<KeptStage> kept = std::nullopt;
    /// What Target::facts turned out to be, by name.
    std::map<std::string, std::string> facts = {};

    bool operator==(const Rehearsal &) const = default;
};

struct PlannedRecipe {
    std::string path;      ///< as the user named it
    std::string directory; ///< absolute
    std::string sha256;
    std::string name;

    bool operator==(const PlannedRecipe &) const = default;
};

struct Target {
    /// Bytes a rehearsal kept for apply; nullptr when the steps will run.
    [[nodiscard]] const KeptStage *kept() const {
        return rehearsal && rehearsal->kept ? &*rehearsal->kept : nullptr;
    }

    PlannedRecipe recipe;
    Action action = Action::none;
    std::string reason; ///< for people: why this action
    ImageReference source;
    /// Set where a name was asked for that is not the source's.
    std::optional<AskedSource> asked_source = std::nullopt;
    std::optional<ImageReference> present; ///< the generation of this recipe that is there now
    std::string fingerprint;               ///< "sha256:HEX"
    std::optional<DiskGrowth> disk = std::nullopt;   ///< before all steps; absent: as it is
    std::optional<OutputWish> output = std::nullopt; ///< after all steps; absent: as it is
    std::vector<DeclaredSecret> secrets = {};        ///< that the steps name, by name
    std::vector<PlannedStep> steps;
    /// What its properties name of the finished image ("package.kubelet"), sorted; texts in
    /// `properties.set` have it as ${package.kubelet} until the image is built.
    std::vector<std::string> facts = {};
    /// Of Action::create: "sha256:HEX" of the packages of `present`; with the same ones nothing is
    /// published. Empty: it is, whatever it has.
    std::string unless_packages = {};
    PropertyChanges properties;
    PublishPlan publish;
    std::vector<InjectedFile> injected; ///< precondition: these bytes
    /// Precondition: every image that bears the source's or the published name, or is the source,
    /// as it was when the plan was made; ordered by id.
    std::vector<ImageReference> observed;
    /// Earlier images of this recipe that still share data with their source and are to be freed.
    std::vector<std::string> detach;
    std::vector<std::string> notes; ///< what a reviewer should know; escaped
    /// What of the image the steps see, root first; empty where the image was not opened.
    std::vector<MountPoint> mounts = {};
    Limits limits;
    /// Globs of guest paths that may come out differently each time; no surprise, within all
    /// limits.
    std::vector<std::string> volatile_paths;
    std::optional<Rehearsal> rehearsal = std::nullopt;

    bool operator==(const Target &) const = default;
};

struct Plan {
    std::string tool;            ///< "retouch VERSION"
    std::string catalog;         ///< its name in retouch.yaml
    std::vector<Target> targets; ///< one at least; of one recipe side by side
    std::string made_at;         ///< RFC 3339, UTC; empty when it was not saved
    std::string expires_at;      ///< the same; apply refuses it from then on

    bool operator==(const Plan &) const = default;

    /// True when apply would change anything.
    [[nodiscard]] bool has_changes() const;

    /// Of its targets, each once, in their order.
    [[nodiscard]] std::vector<const PlannedRecipe *> recipes() const;
};

/// The documented JSON form (docs/plan.md), complete, with a digest over all the rest.
[[nodiscard]] Json to_json(const Plan &plan);

/// Reads what to_json wrote. `text` is untrusted and at most 64 MiB.
/// Throws Error: invalid when it is no plan, of another major format version, or edited by hand.
[[nodiscard]] Plan plan_from_json(const std::string &text);

} // namespace retouch
