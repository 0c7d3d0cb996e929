#pragma once

// Core files: none for a process that knows secrets.

namespace retouch::base {

/// From now on this process, and all it starts, leave none when they die, neither in a file nor to
/// the program that collects them (core(5)). Cannot be taken back.
void forbid_core_files();

} // namespace retouch::base
