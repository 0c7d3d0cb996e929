// Judging: one function for each group of keywords. Aloud, every failure becomes a line; quietly,
// as within "not" and "anyOf", only the answer counts and the first failure is enough.

#include "recipe/policy/policy_judge.hpp"

#include "recipe/policy/policy_place.hpp"
#include "recipe/policy/policy_values.hpp"
#include "recipe/schema/schema_place.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <unordered_set>

namespace retouch::recipe {

namespace {

constexpr std::size_t k_most_objections = 50;
constexpr std::size_t k_most_shown = 10; ///< alternatives in one message
constexpr std::size_t k_longest_text = std::size_t{16} * 1024 * 1024;

// What counts as one of the work of judging, which is a schema for a value.
constexpr std::size_t k_characters = 8;  ///< of a text that are looked through for one
constexpr std::size_t k_key = 2;         ///< characters of a key for one
constexpr std::size_t k_found_names = 4; ///< members passed by in search of a name for one
constexpr std::size_t k_search = 4;      ///< for one pattern, and for so much more as follows
constexpr std::size_t k_searched = 1000; ///< characters times size of the pattern for one
constexpr int k_deepest = 2000;          ///< schemas and values within one another

class Judge {
  public:
    Judge(const std::string &subject, std::size_t most_work)
        : subject_(subject), most_work_(most_work) {}

    bool judge(const PolicySchema &schema, const Json &value, const JudgedPlace &place) {
        const Within within(*this, place);
        if (schema.nothing)
            return refuse(place, "is not allowed");
        if (schema.reference != nullptr)
            return judge(*schema.reference, value, place);
        if (!type(schema, value, place))
            return false;
        constexpr std::array k_groups = {&Judge::values,  &Judge::number,       &Judge::text,
                                         &Judge::list,    &Judge::object,       &Judge::together,
                                         &Judge::choices, &Judge::conditionally};
        bool holds = true;
        for (const auto group : k_groups)
            if (holds || aloud())
                holds = (this->*group)(schema, value, place) && holds;
        return holds;
    }

    std::vector<std::string> take() { return std::move(findings_); }

  private:
    /// Counts and bounds the work, and how deep it is nested.
    class Within {
      public:
        Within(Judge &judge, const JudgedPlace &place) : judge_(judge) {
            base::check_interrupt();
            judge_.spend(1, place);
            if (judge_.depth_ == k_deepest)
                throw judge_.cannot_judge(place, "is nested too deep to be judged",
                                          "let no schema of the policy refer back to itself");
            ++judge_.depth_;
        }

        ~Within() { --judge_.depth_; }

        Within(const Within &) = delete;
        Within &operator=(const Within &) = delete;

      private:
        Judge &judge_;
    };

    [[nodiscard]] Error cannot_judge(const JudgedPlace &place, std::string_view why,
                                     const std::string &hint) const {
        return {ErrorKind::refused,
                fmt::format("{} cannot judge the plan: {}: {}", subject_, shown_place(place), why),
                hint};
    }

    void spend(std::size_t work, const JudgedPlace &place) {
        work_ += work;
        if (work_ > most_work_)
            throw cannot_judge(place, "takes too long to be judged",
                               "let fewer or simpler schemas and patterns of the policy judge each "
                               "value");
    }

    [[nodiscard]] bool aloud() const { return !quiet_ && findings_.size() < k_most_objections; }

    bool refuse(const JudgedPlace &place, std::string_view what) {
        if (aloud())
            findings_.push_back(fmt::format("{}: {}", shown_place(place), what));
        return false;
    }

    bool fits(const PolicySchema &schema, const Json &value, const JudgedPlace &place) {
        const bool before = std::exchange(quiet_, true);
        const bool result = judge(schema, value, place);
        quiet_ = before;
        return result;
    }

    bool counted(const PolicyCounts &counts, std::size_t found, std::string_view what,
                 const JudgedPlace &place) {
        if (counts.least && found < *counts.least)
            return refuse(
                place, fmt::format("must have at least {} {}, has {}", *counts.least, what, found));
        if (counts.most && found > *counts.most)
            return refuse(
                place, fmt::format("must have at most {} {}, has {}", *counts.most, what, found));
        return true;
    }

    bool found_in(const PolicyPattern &pattern, const std::string &text, const JudgedPlace &place) {
        if (text.size() > k_longest_text)
            throw cannot_judge(place,
                               fmt::format("is a text of {}, longer than the {} that a pattern is "
                                           "held against",
                                           base::format_bytes(text.size()),
                                           base::format_bytes(k_longest_text)),
                               "bound it by 'maxLength' instead, or leave it out");
        const auto size = static_cast<std::size_t>(pattern.compiled.size());
        spend(k_search + text.size() / k_characters + text.size() * size / k_searched, place);
        return pattern.compiled.found_in(text);
    }

    bool type(const PolicySchema &schema, const Json &value, const JudgedPlace &place) {
        const auto is = [&](const std::string &name) { return is_of_type(value, name); };
        if (schema.types.empty() || std::ranges::any_of(schema.types, is))
            return true;
        return refuse(place, fmt::format("must be of the type {}, is {}",
                                         fmt::join(schema.types, " or "), shown_value(value)));
    }

    /// Structured values are compared by their keys, that of `value` made once.
    bool is_one_of(const Json &value, std::span<const Json> allowed, const JudgedPlace &place) {
        spend(allowed.size(), place);
        if (!value.is_structured())
            return std::ranges::any_of(allowed,
                                       [&](const Json &one) { return same_value(value, one); });
        std::optional<std::string> key;
        return std::ranges::any_of(allowed, [&](const Json &one) {
            if (one.type() != value.type() || one.size() != value.size())
                return false;
            if (!key)
                key = key_of(value, place);
            return key_of(one, place) == *key;
        });
    }

    std::string key_of(const Json &value, const JudgedPlace &place) {
        std::string key = value_key(value);
        spend(key.size() / k_key, place);
        return key;
    }

    bool values(const PolicySchema &schema, const Json &value, const JudgedPlace &place) {
        if (schema.constant && !is_one_of(value, {&*schema.constant, 1}, place))
            return refuse(place, fmt::format("must be {}, is {}", shown_value(*schema.constant),
                                             shown_value(value)));
        if (schema.allowed.empty() || is_one_of(value, schema.allowed, place))
            return true;
        std::vector<std::string> shown;
        for (const Json &one : schema.allowed)
            if (shown.size() < k_most_shown)
                shown.push_back(shown_value(one));
        if (shown.size() < schema.allowed.size())
            shown.emplace_back("...");
        return refuse(place, fmt::format("must be one of {}; is {}", fmt::join(shown, ", "),
                                         shown_value(value)));
    }

    bool number(const PolicySchema &schema, const Json &value, const JudgedPlace &place) {
        if (!value.is_number())
            return true;
        const PolicyNumber number = policy_number(value);
        const auto must = [&](std::string_view be, PolicyNumber bound) {
            return refuse(place, fmt::format("must be {} {}, is {}", be, bound, value.dump()));
        };
        if (schema.least && number < *schema.least)
            return must("at least", *schema.least);
        if (schema.most && number > *schema.most)
            return must("at most", *schema.most);
        if (schema.above && number <= *schema.above)
            return must("more than", *schema.above);
        if (schema.below && number >= *schema.below)
            return must("less than", *schema.below);
        if (schema.multiple_of && std::fmod(number, *schema.multiple_of) != 0)
            return must("a multiple of", *schema.multiple_of);
        return true;
    }

    bool text(const PolicySchema &schema, const Json &value, const JudgedPlace &place) {
        if (!value.is_string())
            return true;
        const auto &text = value.get_ref<const std::string &>();
        if (schema.characters.least || schema.characters.most) {
            spend(text.size() / k_characters, place);
            if (!counted(schema.characters, base::code_points(text), "characters", place))
                return false;
        }
        if (schema.pattern && !found_in(*schema.pattern, text, place))
            return refuse(place, fmt::format("must match '{}'", shorten(schema.pattern->written)));
        return true;
    }

    bool list(const PolicySchema &schema, const Json &value, const JudgedPlace &place) {
        if (!value.is_array())
            return true;
        bool holds = counted(schema.entries, value.size(), "entries", place);
        std::unordered_set<std::string> seen;
        bool some = schema.some_entry == nullptr;
        for (std::size_t index = 0; index < value.size() && (holds || aloud()); ++index) {
            const JudgedPlace at{&place, nullptr, index};
            const PolicySchema *entry = index < schema.first_entries.size()
                                            ? schema.first_entries[index]
                                        : schema.first_entries.empty() ? schema.each_entry
                                                                       : schema.further_entries;
            if (entry != nullptr)
                holds = judge(*entry, value[index], at) && holds;
            if (schema.unique && !seen.insert(key_of(value[index], at)).second)
                holds = refuse(at, "is listed twice");
            some = some || fits(*schema.some_entry, value[index], at);
        }
        if (!some && (holds || aloud()))
            holds = refuse(place, fmt::format("has no entry as {} wants one",
                                              shown_place(schema.some_entry->place)));
        return holds;
    }

    bool object(const PolicySchema &schema, const Json &value, const JudgedPlace &place) {
        if (!value.is_object())
            return true;
        bool holds = counted(schema.members, value.size(), "members", place);
        spend((schema.required.size() + schema.dependencies.size()) * names_passed(value), place);
        for (const std::string &name : schema.required)
            if (!value.contains(name))
                holds = refuse(place, fmt::format("lacks '{}'", shorten(name)));
        for (const auto &[name, dependency] : schema.dependencies)
            if (value.contains(name))
                holds = depends(name, dependency, value, place) && holds;
        for (const auto &[name, member] : value.items())
            if (holds || aloud())
                holds = this->member(schema, name, member, place) && holds;
        return holds;
    }

    static std::size_t names_passed(const Json &object) {
        return 1 + object.size() / k_found_names;
    }

    bool depends(const std::string &name, const PolicySchema::Dependency &dependency,
                 const Json &value, const JudgedPlace &place) {
        bool holds = true;
        spend(dependency.members.size() * names_passed(value), place);
        for (const std::string &other : dependency.members)
            if (!value.contains(other))
                holds = refuse(
                    place, fmt::format("has '{}' and lacks '{}'", shorten(name), shorten(other)));
        return (dependency.schema == nullptr || judge(*dependency.schema, value, place)) && holds;
    }

    bool member(const PolicySchema &schema, const std::string &name, const Json &value,
                const JudgedPlace &place) {
        const JudgedPlace at{&place, &name};
        bool holds = true;
        bool known = false;
        if (const auto property = schema.properties.find(name);
            property != schema.properties.end()) {
            known = true;
            holds = judge(*property->second, value, at);
        }
        for (const auto &[pattern, link] : schema.pattern_properties)
            if (found_in(pattern, name, at)) {
                known = true;
                holds = judge(*link, value, at) && holds;
            }
        if (!known && schema.other_properties != nullptr)
            holds = judge(*schema.other_properties, value, at) && holds;
        if (schema.names != nullptr && !fits(*schema.names, Json(name), at))
            holds = refuse(at, fmt::format("has a name that {} does not allow",
                                           shown_place(schema.names->place)));
        return holds;
    }

    bool together(const PolicySchema &schema, const Json &value, const JudgedPlace &place) {
        bool holds = true;
        for (const PolicySchema *part : schema.all)
            if (holds || aloud())
                holds = judge(*part, value, place) && holds;
        if (schema.none != nullptr && fits(*schema.none, value, place))
            holds = refuse(place, fmt::format("is as {} forbids", shown_place(schema.none->place)));
        return holds;
    }

    bool choices(const PolicySchema &schema, const Json &value, const JudgedPlace &place) {
        const auto fits_it = [&](const PolicySchema *one) { return fits(*one, value, place); };
        if (!schema.any.empty() && std::ranges::none_of(schema.any, fits_it))
            return refuse(place, fmt::format("fits none of the alternatives of {}/anyOf",
                                             shown_place(schema.place)));
        if (schema.one.empty())
            return true;
        const auto fitting = std::ranges::count_if(schema.one, fits_it);
        return fitting == 1 ||
               refuse(place, fmt::format("fits {} of the alternatives of {}/oneOf, not one",
                                         fitting, shown_place(schema.place)));
    }

    bool conditionally(const PolicySchema &schema, const Json &value, const JudgedPlace &place) {
        if (schema.condition == nullptr)
            return true;
        const PolicySchema *branch =
            fits(*schema.condition, value, place) ? schema.then : schema.otherwise;
        return branch == nullptr || judge(*branch, value, place);
    }

    const std::string &subject_;
    std::size_t most_work_;
    std::vector<std::string> findings_;
    bool quiet_ = false;
    std::size_t work_ = 0;
    int depth_ = 0;
};

} // namespace

std::vector<std::string> judge_policy(const PolicySchema &policy, const Json &document,
                                      const std::string &subject, std::size_t most_work) {
    Judge judge(subject, most_work);
    judge.judge(policy, document, {});
    return judge.take();
}

} // namespace retouch::recipe
