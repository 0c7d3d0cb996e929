#pragma once
// EnvironmentBlock: the variable kernelopts in grubenv, a file of exactly 1024 bytes that GRUB
// reads, and writes in its place.

#include "steps/kernel/word_wishes.hpp"
#include "steps/support/image_text.hpp"

#include <string>

namespace retouch::steps {

class EnvironmentBlock {
  public:
    /// Throws Error.
    explicit EnvironmentBlock(const GuestView &guest);

    /// Why it cannot be told or changed, or empty. Escaped.
    [[nodiscard]] const std::string &obstacle() const { return obstacle_; }

    [[nodiscard]] const KernelWords &words() const { return words_; }

    void want(const KernelWords &words, ImageChanges &changes);

  private:
    ImageText file_;
    std::vector<std::string> lines_; ///< without what fills the block
    std::size_t line_ = 0;
    KernelWords words_;
    std::string obstacle_;
};

/// The file's text without what fills it, for a diff.
[[nodiscard]] std::string without_filling(const std::string &block);

} // namespace retouch::steps
