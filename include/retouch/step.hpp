#pragma once
// Step: one unit of work planned from one recipe entry, as complete data: apply needs nothing else.
// StepChange is what planning foresees of it, StepResult what really happened.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include "retouch/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch {

/// The recipe line an entry came from; `file` as the user named it.
struct Origin {
    std::string file;
    int line = 0;

    bool operator==(const Origin &) const = default;
};

/// On which systems a step runs. They are called as os-release has them in ID; Windows is windows.
struct StepSystems {
    std::vector<std::string> names = {}; ///< sorted, each once
    bool all_but = true;                 ///< on all but these

    bool operator==(const StepSystems &) const = default;

    [[nodiscard]] bool is_everywhere() const { return all_but && names.empty(); }

    [[nodiscard]] bool include(const std::string &system) const;

    /// For people: "only on debian, ubuntu".
    [[nodiscard]] std::string words() const;
};

struct Step {
    std::string id;   ///< unique within the plan: "KIND[INDEX]", the index counting from 0
    std::string kind; ///< the step kind's name
    Origin origin;
    std::string summary; ///< one short sentence in the imperative: "write /etc/motd"
    Json options;        ///< everything the kind needs, resolved; object
    /// The part of `options` that determines contents: no positions, no host paths, digests instead
    /// of file names. Hashed into the fingerprint.
    Json identity;
    StepSystems systems = {};

    // What others than its kind must know of it. Raw. Made with the step, from its options, which
    // nobody else reads; not in its JSON form, which has those.

    /// What a reviewer must know beside the summary: "unless: rpm -q x", "network, timeout 30m".
    std::vector<std::string> remarks = {};
    /// Code that it runs in the image, whole; empty: none.
    std::string script = {};
    /// Paths in the image where the recipe itself says what is there.
    std::vector<std::string> places = {};
    /// Runs when all that fills the image has run, before it is cleaned.
    bool late = false;
    /// Its options name secrets: what it changes is shown nowhere.
    bool holds_secrets = false;

    bool operator==(const Step &) const = default;
};

/// What planning foresees.
enum class StepState {
    change,    ///< will change the image
    unchanged, ///< the image already is as wanted
    skipped,   ///< a guard says there is nothing to do
    unknown,   ///< will run; the effect cannot be known before
};

struct StepChange {
    StepState state = StepState::unknown;
    std::string reason; ///< for people only, no code branches on it; may be empty
    std::string diff;   ///< unified diff of an injected text file; may be empty

    bool operator==(const StepChange &) const = default;
};

/// What happened.
enum class StepOutcome { changed, unchanged, skipped, ran, passed, failed, not_reached };

/// The end of a stream of output, and how much there was in all.
struct OutputTail {
    std::string text;        ///< at most the bound given when the command was run
    std::uint64_t total = 0; ///< bytes written by the command

    bool operator==(const OutputTail &) const = default;

    [[nodiscard]] bool truncated() const { return total > text.size(); }
};

struct StepResult {
    StepOutcome outcome = StepOutcome::not_reached;
    std::string message;            ///< why it failed or was skipped; may be empty
    std::optional<int> exit_status; ///< of the command, when one was run
    OutputTail out;
    OutputTail err;
    double seconds = 0; ///< of wall time

    bool operator==(const StepResult &) const = default;
};

} // namespace retouch
