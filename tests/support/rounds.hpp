#pragma once

// How often a property is tried: where the program is slowed down by sanitizers, a share of that.

namespace retouch::test {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr unsigned k_share = 5;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr unsigned k_share = 5;
#else
inline constexpr unsigned k_share = 1;
#endif
#else
inline constexpr unsigned k_share = 1;
#endif

} // namespace retouch::test
