#pragma once
// Where process ids mean the same as here: not the host's name, which containers may share. Of a
// process noted elsewhere nothing can be known from here.

#include <string>

namespace retouch::base {

/// This boot of this host, in this process namespace: "BOOT-ID pid:[N]". Throws Error when /proc
/// does not tell.
[[nodiscard]] std::string process_space();

/// True when the process `pid` (in decimal), noted in `space`, lived here and has died. False for
/// anything that is no such note.
[[nodiscard]] bool was_here_and_died(const std::string &space, const std::string &pid);

} // namespace retouch::base
