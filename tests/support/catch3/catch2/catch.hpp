#pragma once
// Catch2 3 under the header and the names of Catch2 2, which is what the tests are written for.
// Only where that version is installed is this folder among those that are searched for headers.

#include <catch2/catch_all.hpp>

namespace Catch {

/// A class of that name, for those who inherit its constructors by it.
class TestEventListenerBase : public EventListenerBase {
  public:
    using EventListenerBase::EventListenerBase;
};

using Matchers::EndsWith;
using Matchers::Matches;
using Matchers::StartsWith;

inline auto Contains(const std::string &part) {
    return Matchers::ContainsSubstring(part);
}

} // namespace Catch
