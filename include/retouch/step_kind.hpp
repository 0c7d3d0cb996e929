#pragma once
// StepKind: what a kind of step must say and do. One file per kind in engine/steps/ defines one;
// the list is generated from that folder, so adding a kind touches nothing that exists.
// Thread-safety: the kinds are constant and keep no state; the guest a function is given is its own
// while it runs.

#include "retouch/diagnostics.hpp"
#include "retouch/effect.hpp"
#include "retouch/error.hpp"
#include "retouch/guest.hpp"
#include "retouch/plan.hpp"
#include "retouch/recipe.hpp"
#include "retouch/step.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace retouch {

/// What a kind may use while it turns a section into steps.
struct ReadContext {
    std::vector<RecipeFile> files; ///< as Mark::file counts them; at least one
    std::filesystem::path root{};  ///< host files lie in it; empty: in the recipe's directory
    std::function<std::vector<std::filesystem::path>()> allowed{}; ///< where they may lie, too
    /// When the entries are those of a saved plan: the options of each. What the host holds is then
    /// taken from there, and no host file is looked at.
    const std::vector<Value> *saved = nullptr;

    /// The file that has `mark`. `from:` in it is relative to its directory.
    [[nodiscard]] const RecipeFile &file(const Mark &mark) const;
    /// An error at `mark`, with the source line filled in.
    [[nodiscard]] Diagnostic error(const Mark &mark, std::string message,
                                   std::string hint = {}) const;
};

/// Steps of one section and the host files they will inject.
struct ReadResult {
    std::vector<Step> steps;
    std::vector<InjectedFile> injected;
};

struct Needs {
    bool network = false;
    bool runnable = false; ///< executes code of the guest
};

/// Contents that are shown nowhere: at their path, and wherever a later step takes them.
struct HiddenContents {
    std::string path;   ///< in the image
    std::string sha256; ///< lower-case hex; empty when the path has no contents of its own

    bool operator==(const HiddenContents &) const = default;
};

/// What a step will have left at a path, as far as its options say it.
struct Foreseen {
    std::string path;                  ///< links of the image in the directories above are followed
    std::optional<FileInfo> info = {}; ///< nullopt: nothing, nor below it
    FileSource source = std::string(); ///< of a file its bytes, of a link its target
    bool same_bytes = false;           ///< of a file that is there; then `source` says nothing
    std::string sha256 = {};           ///< of a file of this host, which must still have it
};

/// All that a step will leave, in the order it does so; directories that come with a file need not
/// be named. nullopt: what it changes is not known before.
using Foresight = std::optional<std::vector<Foreseen>>;

/// Thrown by a preview: in the guest as it is, the step is bound to fail.
class StepObstacle final : public Error {
  public:
    /// `reason`: escaped.
    StepObstacle(const Step &step, std::string reason);

    [[nodiscard]] const std::string &reason() const noexcept { return reason_; }

  private:
    std::string reason_;
};

/// Throws StepObstacle unless `obstacle` is empty.
void require_no_obstacle(const std::string &obstacle, const Step &step);

/// Which files bear the labels of the image's SELinux policy in the end.
enum class LabelScope {
    changed, ///< what the steps made, where SELinux is switched on
    all,
    none
};

struct StepKind {
    std::string_view name; ///< the section's key
    int order = 0;         ///< sections run by this order
    int semantics = 1;     ///< raised when the same options start to mean other contents

    /// Turns a section into steps; mistakes beyond the schema go to `diagnostics`, all of them.
    /// Reads injected files to digest them, touches nothing else.
    ReadResult (*read)(const Section &section, const ReadContext &context,
                       Diagnostics &diagnostics) = nullptr;

    /// What would it change? Throws Error for guest trouble, StepObstacle when it is bound to fail.
    StepChange (*preview)(const Step &step, const GuestView &guest) = nullptr;

    /// Do it. A step that fails by its own terms (exit status, unmet check) returns
    /// StepOutcome::failed with a message; Error is for guest trouble and moved preconditions.
    StepResult (*execute)(const Step &step, Guest &guest) = nullptr;

    Needs (*needs)(const Step &step) = nullptr;

    /// The section of a recipe that gives steps with these options. They come from a plan and are
    /// untrusted: from wrong ones comes a section that the schema or read() refuses, or one that
    /// gives others. In a list, the entry of a step stands at the step's number.
    Json (*section)(const std::vector<Json> &options) = nullptr;

    /// Makes the step take host files from `directory`, where a bundle was unpacked, each by the
    /// name of its sha256, and from nowhere else. nullptr for kinds that read none.
    void (*relocate)(Step &step, const std::string &directory) = nullptr;
    /// What no diff may show. nullptr: nothing.
    std::vector<HiddenContents> (*hidden)(const Step &step) = nullptr;
    /// What would keep the step from changing the image again on a second run, for the recipe's
    /// author: one line, safe to print. `first` is what it changed the first time; `again`, what of
    /// the second time counts, and changes something. nullptr: nothing.
    std::string (*advice)(const Step &step, const Effect &first, const Effect &again) = nullptr;
    /// What it will leave where it changes something of `guest`. Throws Error for guest trouble,
    /// and gives an empty list where the step is bound to fail. nullptr: never known before.
    Foresight (*foresee)(const Step &step, const GuestView &guest) = nullptr;
    /// nullptr: the step says nothing of it, and LabelScope::changed it is.
    LabelScope (*labels)(const Step &step) = nullptr;
    bool only_looks = false;                        ///< execute() changes nothing in the image
    std::vector<std::string_view> secret_keys = {}; ///< of an entry, that may name secrets
};

/// All kinds, by order.
[[nodiscard]] std::span<const StepKind *const> step_kinds();

/// The kind called `name`, or nullptr.
[[nodiscard]] const StepKind *find_step_kind(std::string_view name);

} // namespace retouch
