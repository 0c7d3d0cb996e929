#pragma once
// Found facts: what a finished image tells of itself, for the properties of its record. It only
// looks.

#include "retouch/guest.hpp"

#include <map>
#include <string>
#include <vector>

namespace retouch::apply {

/// Values of the facts called `names`, as base/fact_text.hpp has them, of `guest`. Throws Error:
/// failed when it does not tell one of them, or not as a line of text.
[[nodiscard]] std::map<std::string, std::string> found_facts(const GuestView &guest,
                                                             const std::vector<std::string> &names);

/// How the packages of `now` differ from those of `before`, for people: "packages that differ from
/// image ID: openssl 3.0.15 -> 3.0.17, ..."; escaped. Throws Error.
[[nodiscard]] std::string package_news(const GuestView &now, const GuestView &before,
                                       const std::string &id);

} // namespace retouch::apply
