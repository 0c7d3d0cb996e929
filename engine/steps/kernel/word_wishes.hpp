#pragma once
// WordWishes: what a recipe wants of a kernel command line, and such lines as words. Lines come
// from the image and are untrusted.

#include <string>
#include <string_view>
#include <vector>

namespace retouch::steps {

using KernelWords = std::vector<std::string>;

struct WordWishes {
    KernelWords append; ///< there once
    KernelWords remove;

    [[nodiscard]] bool removes(std::string_view word) const;
};

/// Parted by blanks; a word may hold some between double quotes, which stay.
[[nodiscard]] KernelWords kernel_words(std::string_view line);

[[nodiscard]] std::size_t count_of(const KernelWords &words, std::string_view word);

/// "console" of "console=tty1".
[[nodiscard]] std::string_view parameter_in(std::string_view word);

/// The words as they are wanted; `words` where they are so already.
[[nodiscard]] KernelWords with_wishes(KernelWords words, const WordWishes &wishes);

/// The line with its words as they are wanted; to the byte the same where they are so already.
[[nodiscard]] std::string line_with_wishes(const std::string &line, const WordWishes &wishes);

} // namespace retouch::steps
