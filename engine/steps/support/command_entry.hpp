#pragma once
// CommandEntry: the keys that every entry with a command shares (run, timeout, network, env,
// workdir, shell), read from a recipe into a step's options and turned into the command for the
// guest.

#include "retouch/guest.hpp"
#include "steps/support/reading.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

/// Puts the shared keys of `entry` into the step's options and identity; a string is its `run`
/// alone. The time limit is no part of the identity: it does not determine contents.
void read_command(const Value &entry, Step &step, const Reader &reader);

/// Seconds of the key `timeout`, or `usual` without one and after an error.
[[nodiscard]] std::int64_t timeout_of(const Value &entry, std::int64_t usual, const Reader &reader);

/// Writes the key `timeout` as a recipe has it. Where it is no time the default stands, which is
/// not what the options say.
void spell_timeout(Json &entry);

/// What a reviewer must know of a command beside its script: its guard, and whatever is not as
/// usual. Of variables only the names: values may be secret. See Step::remarks.
[[nodiscard]] std::vector<std::string> command_remarks(const Json &options);

/// The list of entries that gives these options: see StepKind::section.
[[nodiscard]] Json command_entries(const std::vector<Json> &options);

/// The command these options describe, running `script`.
[[nodiscard]] GuestCommand command_from(const Json &options, const std::string &script);

/// Why the command cannot be started in this guest ("the image has no /bin/bash"), or empty.
/// Throws Error.
[[nodiscard]] std::string start_obstacle(const GuestView &guest, const GuestCommand &command);

/// "10m", "1h30m", as recipes spell it.
[[nodiscard]] std::string spell_duration(std::chrono::seconds duration);

/// The first line that says something, escaped and cut to 72 characters.
[[nodiscard]] std::string first_line(const std::string &script);

/// Why a command that was run did not succeed: "exited with status 2", "timed out after 10m", with
/// the limits it met.
[[nodiscard]] std::string failure_of(const CommandResult &result, const GuestCommand &command);

/// Status, output and time of a command, for the report.
[[nodiscard]] StepResult report_of(const CommandResult &result);

} // namespace retouch::steps
