#pragma once

// PolicyWords: what the values of a policy's keywords are made of: counts, numbers, lists, texts
// and patterns. Which keyword wants which is policy_reader's business.

#include "recipe/policy/policy_schema.hpp"

#include <string_view>

namespace retouch::recipe {

class PolicyWords {
  public:
    /// `mistakes` gets a line for each value that is not as it must be.
    explicit PolicyWords(std::vector<std::string> &mistakes);

    /// Notes what is wrong at a place of the policy; no more than twenty are kept.
    void mistake(const std::string &place, std::string_view what);

    [[nodiscard]] std::optional<std::size_t> count(const Json &json, const std::string &place);
    [[nodiscard]] std::optional<PolicyNumber> number(const Json &json, const std::string &place);

    /// The entries of a list, of which there must be one at least.
    [[nodiscard]] const Json &list(const Json &json, const std::string &place);

    [[nodiscard]] const Json &object(const Json &json, const std::string &place);

    /// Different texts.
    [[nodiscard]] std::vector<std::string> texts(const Json &json, const std::string &place);

    /// One that is neither too large nor one too many in its policy.
    [[nodiscard]] std::optional<PolicyPattern> pattern(const std::string &text,
                                                       const std::string &place);

  private:
    std::vector<std::string> &mistakes_;
    std::size_t patterns_ = 0;
    int patterns_size_ = 0;
};

} // namespace retouch::recipe
