// A text is looked through as it is, without its escapes, and both squeezed. In messages pieces
// count too: what is split over two places of an answer is found by its halves.

#include "base/secret_filter.hpp"

#include "base/secret_forms.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <unordered_set>

namespace retouch::base {

namespace {

constexpr std::size_t k_shortest = 4;
constexpr std::size_t k_shortest_in_data = 12;
constexpr std::size_t k_shortest_piece = 6;
constexpr std::size_t k_longest_piece = 8;

/// True when `text` and `form` have a piece of this length in common.
bool share_a_piece(std::string_view text, std::string_view form, std::size_t length) {
    if (form.size() < length || text.size() < length)
        return false;
    if (form.size() == length)
        return text.find(form) != std::string_view::npos;
    std::unordered_set<std::string_view> pieces;
    for (std::size_t at = 0; at + length <= form.size(); ++at)
        pieces.insert(form.substr(at, length));
    for (std::size_t at = 0; at + length <= text.size(); ++at)
        if (pieces.contains(text.substr(at, length)))
            return true;
    return false;
}

std::size_t piece_of(std::size_t size) {
    return std::min(size, std::clamp(size / 3, k_shortest_piece, k_longest_piece));
}

} // namespace

void SecretFilter::add(const Secret &secret) {
    const std::string &text = secret.reveal();
    const auto same = [&](const Known &known) { return known.text == text; };
    if (text.size() >= k_shortest && std::ranges::none_of(known_, same))
        known_.push_back({text, secret_forms(text)});
}

std::optional<std::string> SecretFilter::message(std::string text) const {
    for (const Known &known : known_)
        replace_all(text, known.text, k_instead_of_secret);
    if (holds(text, k_shortest, true))
        return std::nullopt;
    return text;
}

bool SecretFilter::is_in(std::string_view text) const {
    return holds(text, k_shortest_in_data, false);
}

bool SecretFilter::holds(std::string_view text, std::size_t shortest_secret, bool pieces) const {
    const auto counts = [&](const Known &known) { return known.text.size() >= shortest_secret; };
    if (text.size() < k_shortest || std::ranges::none_of(known_, counts))
        return false;
    const std::string plain = unescaped(text);
    const std::array whole = {base::small_letters(text), base::small_letters(plain)};
    const std::array tight = {squeezed(text), squeezed(plain)};
    for (const Known &known : known_) {
        if (!counts(known))
            continue;
        const std::string small = base::small_letters(known.text);
        for (const std::string &view : whole)
            if (view.find(small) != std::string::npos)
                return true;
        for (const std::string &form : known.forms)
            for (const std::string &view : tight)
                if (form.size() >= k_shortest &&
                    share_a_piece(view, form, pieces ? piece_of(form.size()) : form.size()))
                    return true;
    }
    return false;
}

} // namespace retouch::base
