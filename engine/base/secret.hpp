#pragma once
// Secret: a password or a token. It has no conversion to text, no formatter and no output operator,
// so that it cannot get into a message by accident; whoever needs its text must ask for it by name.

#include <string>
#include <utility>

namespace retouch::base {

class Secret {
  public:
    Secret() = default;

    explicit Secret(std::string text) : text_(std::move(text)) {}

    /// Only for the request that carries it.
    [[nodiscard]] const std::string &reveal() const { return text_; }

    [[nodiscard]] bool empty() const { return text_.empty(); }

    bool operator==(const Secret &) const = default;

  private:
    std::string text_;
};

} // namespace retouch::base
