#pragma once
// Looking at the guest's whole tree from inside the appliance. What was seen last is kept in a
// tmpfs of the appliance, out of reach of the guest's commands. Part of the runner.

#include "guest/tree/tree.hpp"

#include <string>

namespace retouch::guest {

[[nodiscard]] TreeTools runner_tree_tools();

/// What to print of it: "failed CODE", then "path HEX".
[[nodiscard]] std::string look_report(const LookFailure &failure);

/// Remembers the tree; `named_file` holds the packed paths whose bytes to keep. Returns what to
/// print: "done", or why not.
[[nodiscard]] std::string mark_tree(const char *named_file);

/// `named_file` holds packed paths of the guest. Returns what to print: "unchangeable MARKS", a 1
/// for each that is_unchangeable(), else a 0. Leaves the appliance's root for the guest's.
[[nodiscard]] std::string unchangeable_entries(const char *named_file);

/// Notes what changed since, and returns what to print: as piece_of_changes() from the beginning.
[[nodiscard]] std::string tree_changes();

/// Notes what was made since the appliance started and has no label, as packed words: a type and a
/// path, again and again. Returns what to print, as above.
[[nodiscard]] std::string unlabelled_entries();

/// Notes every entry, as packed words: its type with the label behind it, and its path.
[[nodiscard]] std::string all_labels();

/// Gives labels; `labels_file` holds packed words: path, label and former label, again and again.
/// What did not work is noted as packed words: an errno and a path. Returns what to print, as
/// above.
[[nodiscard]] std::string label_entries(const char *labels_file);

/// "size N", then "piece HEX": some of the N packed bytes, from `offset` on.
[[nodiscard]] std::string piece_of_changes(const char *offset);

} // namespace retouch::guest
