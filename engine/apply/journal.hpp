#pragma once
// Journal: an append-only file per run, in the catalog, that says what a run is about to do before
// it does it. A run that died is recognised by its unlocked journal; recovery reads it and undoes.

#include "base/lock_file.hpp"
#include "retouch/json.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::apply {

/// What a run writes before it does it, with what whoever undoes it must know.
namespace journal_entry {
inline constexpr std::string_view k_run = "run";
inline constexpr std::string_view k_stage = "stage"; ///< and its record; with "place" and "owner"
inline constexpr std::string_view k_publish = "publish";     ///< the bytes and the whole record
inline constexpr std::string_view k_hand_over = "hand-over"; ///< with what is put aside
inline constexpr std::string_view k_published = "published";
inline constexpr std::string_view k_converge = "converge"; ///< likewise
inline constexpr std::string_view k_converged = "converged";
} // namespace journal_entry

class Journal {
  public:
    /// Starts "STATE/active/TIME-RUN.jsonl", locked, with a first entry, and removes old ones; see
    /// remove_old_runs(). Throws Error.
    /// `project` is whose images it works on; see CatalogView::project().
    Journal(const std::filesystem::path &state_directory, const std::string &run,
            const std::string &project, const Json &about);

    /// Moves the journal to STATE/ unless leave_open() was called: whatever happened, the run has
    /// rolled back by then. Does not throw.
    ~Journal();
    Journal(const Journal &) = delete;
    Journal &operator=(const Journal &) = delete;

    /// Adds one line and makes it durable before returning. Throws Error.
    void add(std::string_view entry, const Json &details = Json::object());

    /// The last entry that was added.
    [[nodiscard]] const std::string &last() const { return last_; }

    /// Rolling back failed too: the next run's recovery shall find this journal and try again.
    void leave_open() noexcept { left_open_ = true; }

    /// Moves the journal to STATE/kept/: what its run made stays, and kept_runs() finds it.
    /// Throws Error.
    void keep();

  private:
    std::filesystem::path path_;
    std::filesystem::path final_path_;
    base::LockFile lock_;
    std::string last_;
    bool left_open_ = false; ///< or kept: the destructor does not file it
};

/// A journal whose run died: holding it keeps other recoveries away.
struct DeadRun {
    std::filesystem::path path;
    base::LockFile lock;
    std::vector<Json> entries; ///< a torn last line is left out
};

/// A text of an entry; empty when it is absent or no text: anybody may have written it.
[[nodiscard]] std::string entry_text(const Json &entry, const char *key);

/// Moves what lies among the journals of dead and kept runs and is none, as a link, a FIFO or a
/// directory, to STATE/strange/, so that it keeps nobody from working. Returns what was moved, for
/// people. Throws Error.
[[nodiscard]] std::vector<std::string>
set_aside_strange(const std::filesystem::path &state_directory);

/// All of them, oldest first. Cheap when there are none. What is not a journal is passed over.
/// Throws Error.
[[nodiscard]] std::vector<DeadRun> dead_runs(const std::filesystem::path &state_directory);

/// Likewise the journals in STATE/kept/.
[[nodiscard]] std::vector<DeadRun> kept_runs(const std::filesystem::path &state_directory);

/// Projects for which the run of that journal has made images; none when it is no journal, or is
/// not there. Throws Error.
[[nodiscard]] std::set<std::string> owners_in(const std::filesystem::path &journal);

/// Projects for which runs of this host have made images, as their journals say, ended or not.
/// Throws Error.
[[nodiscard]] std::set<std::string> noted_owners(const std::filesystem::path &state_directory);

/// Files a dead or kept run among the finished ones. Throws Error.
void close_dead_run(const DeadRun &run);

} // namespace retouch::apply
