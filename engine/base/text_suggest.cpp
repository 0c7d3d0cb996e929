// Suggestions: the nearest known word to a misspelt one.
// Distance is Damerau-Levenshtein in its restricted form: insert, delete, replace, swap neighbours.
// Long words are never compared, so an untrusted one costs nothing.

#include "base/text.hpp"

#include <algorithm>

namespace retouch::base {

namespace {

constexpr std::size_t k_longest_word = 200;

std::size_t distance(std::string_view a, std::string_view b) {
    // Three rows of the usual table: the swap looks two rows back.
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(before, above);
        std::swap(above, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row[b.size()];
}

} // namespace

std::optional<std::string> did_you_mean(std::string_view word,
                                        std::span<const std::string> candidates) {
    if (word.size() > k_longest_word)
        return std::nullopt;
    const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
    const std::string *best = nullptr;
    std::size_t best_distance = limit + 1;
    for (const std::string &candidate : candidates) {
        if (candidate.size() > word.size() + limit || word.size() > candidate.size() + limit)
            continue;
        const std::size_t found = distance(word, candidate);
        if (found < best_distance) {
            best = &candidate;
            best_distance = found;
        }
    }
    return best == nullptr ? std::nullopt : std::optional(*best);
}

} // namespace retouch::base
