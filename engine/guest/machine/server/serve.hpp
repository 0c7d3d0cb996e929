#pragma once

// Serving one guest to the host: questions are answered one after the other, each by the guest of
// this machine.

namespace retouch::guest {

class Channel;

/// Says that it is ready, and returns when the guest was finished. Throws Error when the line ends.
void serve(Channel &line);

} // namespace retouch::guest
