// Foreign variables. A doubt that is wrong often is read by nobody: what programs expand themselves
// ($host of nginx, {{ .Name }} of Go, %d of printf) is none, unless its name is declared.

#include "base/foreign_variables.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace retouch::base {

namespace {

constexpr std::size_t k_longest = 60;

bool in_name(char c) {
    return is_alphanumeric(c) || c == '_';
}

bool starts_name(char c) {
    return in_name(c) && !(c >= '0' && c <= '9');
}

/// The name `text` begins with; may be empty.
std::string_view leading_name(std::string_view text) {
    if (text.empty() || !starts_name(text.front()))
        return {};
    return text.substr(
        0, static_cast<std::size_t>(std::ranges::find_if_not(text, in_name) - text.begin()));
}

struct Notation {
    std::string_view open;
    std::string_view close;   ///< empty: the end of the name
    bool only_declared;       ///< ordinary files hold the same
    bool only_name;           ///< nothing but the name, without blanks
    std::size_t shortest = 1; ///< of a name that is not declared
};

/// "{{" stands before "{%" and "<%=" before "<%", as the first that fits counts.
constexpr std::array<Notation, 7> k_notations = {{{"{{", "}}", false, false},
                                                  {"{%", "%}", false, false},
                                                  {"<%=", "%>", false, false},
                                                  {"<%", "%>", false, false},
                                                  {"%", "%", false, true, 3},
                                                  {"@", "@", true, true},
                                                  {"$", "", true, true}}};

constexpr std::array<std::string_view, 7> k_words_of_go = {"end",  "else",     "if",   "range",
                                                           "with", "template", "block"};

bool is_declared(std::string_view name, const std::vector<std::string> &declared) {
    return std::ranges::find(declared, name) != declared.end();
}

/// What follows the name inside {{ }}: nothing, a filter or a part of it.
bool is_expression(std::string_view rest) {
    return rest.empty() || std::string_view("|.[").find(rest.front()) != std::string_view::npos;
}

bool names_variable(std::string_view inside, std::string_view name, const Notation &notation,
                    const std::vector<std::string> &declared) {
    if (notation.only_name && name.size() != inside.size())
        return false;
    if (notation.open == "{{" && (!is_expression(trim(trim(inside).substr(name.size()))) ||
                                  std::ranges::find(k_words_of_go, name) != k_words_of_go.end()))
        return false;
    return is_declared(name, declared) ||
           (!notation.only_declared && name.size() >= notation.shortest);
}

std::optional<ForeignVariable> matched(std::string_view text, const Notation &notation,
                                       const std::vector<std::string> &declared) {
    if (!text.starts_with(notation.open))
        return std::nullopt;
    const std::string_view behind = text.substr(notation.open.size());
    const std::size_t end =
        notation.close.empty()
            ? leading_name(behind).size()
            : behind.substr(0, k_longest + notation.close.size()).find(notation.close);
    if (end == 0 || end == std::string_view::npos ||
        behind.substr(0, end).find('\n') != std::string_view::npos)
        return std::nullopt;
    const std::string_view inside = behind.substr(0, end);
    const std::string_view name = leading_name(notation.only_name ? inside : trim(inside));
    const bool statement = notation.open == "{%" || notation.open == "<%";
    if (!statement && !names_variable(inside, name, notation, declared))
        return std::nullopt;
    const std::size_t length = notation.open.size() + end + notation.close.size();
    return ForeignVariable{std::string(text.substr(0, length)),
                           statement ? std::string() : std::string(name)};
}

std::optional<ForeignVariable> matched(std::string_view text,
                                       const std::vector<std::string> &declared) {
    for (const Notation &notation : k_notations)
        if (auto found = matched(text, notation, declared))
            return found;
    return std::nullopt;
}

} // namespace

std::vector<ForeignVariable> foreign_variables(std::string_view text,
                                               const std::vector<std::string> &declared) {
    std::vector<ForeignVariable> found;
    for (std::size_t at = text.find_first_of("{<%@$"); at != std::string_view::npos;
         at = text.find_first_of("{<%@$", at)) {
        auto one = matched(text.substr(at), declared);
        at += one ? one->spelling.size() : 1;
        if (one && std::ranges::find(found, *one) == found.end())
            found.push_back(*std::move(one));
    }
    return found;
}

} // namespace retouch::base
