#pragma once
// Style: the few colours and weights of the text views, or none of them. It decides how words look,
// never which words there are: without colour every view says the same.

#include <string>
#include <string_view>

namespace retouch::render {

class Style {
  public:
    explicit Style(bool colour) : colour_(colour) {}

    [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", text); }

    [[nodiscard]] std::string dim(std::string_view text) const { return wrap("2", text); }

    [[nodiscard]] std::string red(std::string_view text) const { return wrap("31", text); }

    [[nodiscard]] std::string green(std::string_view text) const { return wrap("32", text); }

    [[nodiscard]] std::string yellow(std::string_view text) const { return wrap("33", text); }

    [[nodiscard]] std::string cyan(std::string_view text) const { return wrap("36", text); }

    [[nodiscard]] bool colour() const { return colour_; }

  private:
    [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const;

    bool colour_;
};

} // namespace retouch::render
