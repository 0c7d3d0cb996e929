// Counting goes down the document: how often a value is judged that stands some levels below the
// one where a schema begins. Of alternatives that one value cannot all be, the most counts.

#include "recipe/policy/policy_work.hpp"

#include "recipe/policy/policy_links.hpp"
#include "recipe/policy/policy_place.hpp"

#include "base/interrupt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace retouch::recipe {

namespace {

constexpr std::size_t k_most = 100'000;

/// What lies deeper adds to what a schema may refer back to, harmlessly mostly.
constexpr std::size_t k_levels = 8;

class Work {
  public:
    /// How many schemas judge a value `level` below one that `schema` judges; at most one more than
    /// k_most.
    std::size_t visits(PolicySchema::Link schema, std::size_t level) {
        if (schema == nullptr || place_)
            return 0;
        if (const auto known = known_.at(level).find(schema); known != known_.at(level).end())
            return known->second;
        base::check_interrupt();
        std::size_t count = level == 0 ? 1 : below(*schema, level - 1);
        for (const PolicySchema::Link next : judging_the_same(*schema))
            count += visits(next, level);
        if (count > k_most && !place_)
            place_ = schema->place;
        return known_.at(level)[schema] = std::min(count, k_most + 1);
    }

    [[nodiscard]] const std::optional<std::string> &place() const { return place_; }

  private:
    std::size_t below(const PolicySchema &schema, std::size_t level) {
        std::size_t named = 0;
        for (const auto &[name, link] : schema.properties)
            named = std::max(named, visits(link, level));
        for (const auto &[pattern, link] : schema.pattern_properties)
            named += visits(link, level);
        named = std::max(named, visits(schema.other_properties, level));
        std::size_t entry =
            std::max(visits(schema.each_entry, level), visits(schema.further_entries, level));
        for (const PolicySchema::Link link : schema.first_entries)
            entry = std::max(entry, visits(link, level));
        return std::max(named + visits(schema.names, level),
                        entry + visits(schema.some_entry, level));
    }

    std::array<std::map<PolicySchema::Link, std::size_t>, k_levels> known_;
    std::optional<std::string> place_; ///< where it is too much
};

} // namespace

std::optional<std::string> multiplied_work(const PolicySchemas &schemas) {
    Work work;
    for (std::size_t level = 0; level < k_levels; ++level)
        for (const PolicySchema &schema : schemas)
            work.visits(&schema, level);
    if (!work.place())
        return std::nullopt;
    return fmt::format("{}: more than 100,000 schemas would judge one value; let fewer '$ref' lead "
                       "to what leads on",
                       shown_place(*work.place()));
}

} // namespace retouch::recipe
