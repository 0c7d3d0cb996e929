#pragma once

// The PID namespace around a sandbox. Bubblewrap asks the kernel late to be killed with its parent:
// killed while it starts, it leaves a sandbox behind that nobody ends. Here its first process is
// the first of a namespace, so that whatever it has begun ends with it.

namespace retouch::guest {

/// Goes on as the first process of a new PID namespace, with a /proc of its own, which is killed
/// when the caller dies; the caller itself waits for it and ends as it does. Requires: the right to
/// make one, one thread.
void enter_process_namespace();

} // namespace retouch::guest
