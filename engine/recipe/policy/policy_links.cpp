#include "recipe/policy/policy_links.hpp"

#include "recipe/policy/policy_place.hpp"

#include <fmt/format.h>

namespace retouch::recipe {

namespace {

/// How many schemas may judge one value through one another; a document may be 64 levels deep.
constexpr int k_longest_chain = 32;

/// Walks the schemas that judge the same value, each once.
class Chains {
  public:
    /// How many schemas follow one another from here, or a mistake.
    int length(const PolicySchema &schema, int depth) {
        if (const auto known = lengths_.find(&schema); known != lengths_.end()) {
            if (known->second == 0)
                refuse(schema, "refers back to itself without end");
            return check(schema, depth, known->second);
        }
        if (depth > k_longest_chain)
            return check(schema, depth, 0);
        lengths_[&schema] = 0;
        int longest = 0;
        for (const PolicySchema *next : judging_the_same(schema))
            if (!mistake_)
                longest = std::max(longest, length(*next, depth + 1));
        return lengths_[&schema] = longest + 1;
    }

    [[nodiscard]] const std::optional<std::string> &mistake() const { return mistake_; }

  private:
    int check(const PolicySchema &schema, int depth, int rest) {
        if (depth + rest > k_longest_chain)
            refuse(schema, fmt::format("more than {} schemas refer to one another in a row",
                                       k_longest_chain));
        return rest;
    }

    void refuse(const PolicySchema &schema, const std::string &why) {
        if (!mistake_)
            mistake_ = fmt::format("{}: {}", shown_place(schema.place), why);
    }

    std::map<const PolicySchema *, int> lengths_; ///< 0 while it is being walked
    std::optional<std::string> mistake_;
};

} // namespace

std::vector<PolicySchema::Link> judging_the_same(const PolicySchema &schema) {
    std::vector<PolicySchema::Link> links = {schema.reference, schema.none, schema.condition,
                                             schema.then, schema.otherwise};
    for (const auto *list : {&schema.all, &schema.any, &schema.one})
        links.insert(links.end(), list->begin(), list->end());
    for (const auto &[name, dependency] : schema.dependencies)
        links.push_back(dependency.schema);
    std::erase(links, nullptr);
    return links;
}

std::optional<std::string> endless_links(const PolicySchemas &schemas) {
    Chains chains;
    for (const PolicySchema &schema : schemas) {
        chains.length(schema, 1);
        if (chains.mistake())
            break;
    }
    return chains.mistake();
}

} // namespace retouch::recipe
