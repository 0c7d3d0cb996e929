#include "steps/kernel/word_wishes.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace retouch::steps {

bool WordWishes::removes(std::string_view word) const {
    return std::ranges::find(remove, word) != remove.end();
}

KernelWords kernel_words(std::string_view line) {
    KernelWords words;
    std::string word;
    bool is_quoted = false;
    for (const char letter : line) {
        is_quoted = is_quoted != (letter == '"');
        const bool is_blank = letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
        if (!is_blank || is_quoted)
            word += letter;
        else if (!word.empty())
            words.push_back(std::exchange(word, {}));
    }
    if (!word.empty())
        words.push_back(word);
    return words;
}

std::size_t count_of(const KernelWords &words, std::string_view word) {
    return static_cast<std::size_t>(std::ranges::count(words, word));
}

std::string_view parameter_in(std::string_view word) {
    return word.substr(0, word.find('='));
}

KernelWords with_wishes(KernelWords words, const WordWishes &wishes) {
    std::erase_if(words, [&](const std::string &word) { return wishes.removes(word); });
    for (const std::string &word : wishes.append) {
        if (count_of(words, word) == 1)
            continue;
        std::erase(words, word);
        words.push_back(word);
    }
    return words;
}

std::string line_with_wishes(const std::string &line, const WordWishes &wishes) {
    const KernelWords words = kernel_words(line);
    const KernelWords wanted = with_wishes(words, wishes);
    return wanted == words ? line : base::joined(wanted, " ");
}

} // namespace retouch::steps
