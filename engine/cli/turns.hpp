#pragma once
// Turns: the recipes, plans or images of one call, one after the other. One that fails keeps no
// other from its turn; what all came to is the exit code.

#include "cli/context.hpp"
#include "plan/check.hpp"
#include "retouch/error.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace retouch::cli {

/// What a turn is about, for messages; untrusted.
struct Subject {
    std::string path; ///< of the file that was named; empty: it needs no mention in its errors
    std::string name;
    std::string id = {}; ///< of an image
};

[[nodiscard]] std::vector<Subject> subjects_of(const std::vector<plan::CheckedRecipe> &recipes);

/// For one thread.
class Turns {
  public:
    /// Told of every subject that has no result, before its error is said or thrown.
    using Failed = std::function<void(const Subject &, const Error &)>;

    /// It borrows the context.
    Turns(Context &context, std::vector<Subject> subjects, Failed failed)
        : context_(context), subjects_(std::move(subjects)), failed_(std::move(failed)) {}

    /// What has to be done before the first turn: an Error of it is one of every subject, and is
    /// thrown on.
    void prepare(const std::function<void()> &act);

    /// `act` gets the number of a subject, from 0, and returns its exit code. Its Error is said on
    /// standard error, and the next is begun; of the only subject, or when interrupted, it is
    /// thrown on. Nothing is begun after an interruption, which is thrown as an Error unless the
    /// exit code tells of it.
    void each(const std::function<int(std::size_t)> &act);

    [[nodiscard]] const Subject &subject(std::size_t number) const { return subjects_.at(number); }

    [[nodiscard]] std::size_t count() const { return subjects_.size(); }

    /// How many turns have ended, with a result or without, but for the one that was thrown from.
    [[nodiscard]] std::size_t ended() const { return codes_.size(); }

    /// The combined_exit_code() of all that have ended.
    [[nodiscard]] int exit_code() const;

  private:
    Context &context_;
    std::vector<Subject> subjects_;
    Failed failed_;
    std::vector<int> codes_;
};

} // namespace retouch::cli
