#include "base/variable_text.hpp"

#include "base/fact_text.hpp"
#include "base/secret_text.hpp"

#include <algorithm>

namespace retouch::base {

namespace {

bool is_small_letter(char c) {
    return c >= 'a' && c <= 'z';
}

constexpr std::string_view k_of_secrets = "secret.";

/// The one that starts `text`.
VariablePiece reference(std::string_view text) {
    const std::size_t end = text.find('}');
    if (end != text.npos && is_variable_name(text.substr(2, end - 2)))
        return {text.substr(0, end + 1), true, text.substr(2, end - 2)};
    const std::string_view inner = text.substr(2, end == text.npos ? 0 : end - 2);
    if (inner.starts_with(k_of_secrets) && is_variable_name(inner.substr(k_of_secrets.size())))
        return {text.substr(0, end + 1), true, inner.substr(k_of_secrets.size()), true};
    if (is_fact_name(inner))
        return {text.substr(0, end + 1), true, inner, false, true};
    const std::size_t line = std::min(text.find('\n'), text.size());
    return {text.substr(0, std::min(end == text.npos ? line : end + 1, line)), true, {}};
}

} // namespace

bool spells_more_secrets(std::string_view text, std::size_t secrets) {
    std::size_t count = 0;
    for (std::size_t at = text.find(k_secret_mark); at != text.npos;
         at = text.find(k_secret_mark, at + 1))
        ++count;
    return count > secrets;
}

bool is_variable_name(std::string_view text) {
    return !text.empty() && is_small_letter(text.front()) && std::ranges::all_of(text, [](char c) {
        return is_small_letter(c) || (c >= '0' && c <= '9') || c == '_';
    });
}

std::vector<VariablePiece> variable_pieces(std::string_view text) {
    std::vector<VariablePiece> pieces;
    std::size_t start = 0; // of the literal text that is not in a piece yet
    const auto end_literal = [&](std::size_t end) {
        if (end > start)
            pieces.push_back({text.substr(start, end - start)});
    };
    for (std::size_t at = text.find("${"); at != text.npos; at = text.find("${", at)) {
        if (at > start && text[at - 1] == '$') { // the first of both is left out
            end_literal(at - 1);
            start = at;
            at += 2;
            continue;
        }
        end_literal(at);
        pieces.push_back(reference(text.substr(at)));
        // What is no reference may hold one.
        start = at + (pieces.back().name.empty() ? 2 : pieces.back().text.size());
        at = start;
    }
    end_literal(text.size());
    return pieces;
}

} // namespace retouch::base
