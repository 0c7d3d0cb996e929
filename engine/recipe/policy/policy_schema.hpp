#pragma once

// PolicySchema: a draft-07 JSON Schema, read and linked, so that judging it cannot fail. Reading is
// policy_reader's business, judging policy_judge's.

#include "base/pattern.hpp"
#include "retouch/json.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace retouch::recipe {

struct PolicyPattern {
    std::string written;
    base::Pattern compiled;
};

struct PolicyCounts {
    std::optional<std::size_t> least;
    std::optional<std::size_t> most;
};

/// Every number that JSON holds here (64-bit integers, doubles) is one exactly.
using PolicyNumber = long double;

struct PolicySchema {
    using Link = const PolicySchema *;

    /// What the presence of a member demands.
    struct Dependency {
        std::vector<std::string> members;
        Link schema = nullptr;
    };

    std::string place;    ///< in the policy: "#/properties/targets"
    bool nothing = false; ///< the schema `false`
    Link reference = nullptr;

    std::vector<std::string> types; ///< any, when empty
    std::optional<Json> constant;
    std::vector<Json> allowed; ///< any, when empty

    std::optional<PolicyNumber> least;
    std::optional<PolicyNumber> most;
    std::optional<PolicyNumber> above;
    std::optional<PolicyNumber> below;
    std::optional<PolicyNumber> multiple_of; ///< whole

    PolicyCounts characters;
    std::optional<PolicyPattern> pattern;

    PolicyCounts entries;
    bool unique = false;
    Link each_entry = nullptr;
    std::vector<Link> first_entries;
    Link further_entries = nullptr;
    Link some_entry = nullptr;

    PolicyCounts members;
    std::vector<std::string> required;
    std::map<std::string, Link> properties;
    std::vector<std::pair<PolicyPattern, Link>> pattern_properties;
    Link other_properties = nullptr;
    Link names = nullptr;
    std::map<std::string, Dependency> dependencies;

    std::vector<Link> all;
    std::vector<Link> any;
    std::vector<Link> one;
    Link none = nullptr;
    Link condition = nullptr;
    Link then = nullptr;
    Link otherwise = nullptr;
};

/// A policy's schemas by their place; the first is the policy itself.
using PolicySchemas = std::deque<PolicySchema>;

} // namespace retouch::recipe
