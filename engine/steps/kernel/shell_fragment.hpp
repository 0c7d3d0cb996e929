#pragma once
// ShellFragment: a file of shell assignments, such as /etc/default/grub, read without a shell. It
// knows plain assignments alone, and says where a file holds anything else.

#include "steps/kernel/word_wishes.hpp"
#include "steps/support/image_text.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::steps {

/// Of one of the variables that were asked for.
struct ShellAssignment {
    std::size_t line = 0; ///< from 0
    std::string before;   ///< its name: blanks, "export "
    std::string name;
    KernelWords words; ///< "\1NAME" stands for what the variable NAME holds
    std::string after; ///< its value: a comment
    bool changed = false;
};

/// What marks a word that is a variable.
inline constexpr char k_variable_mark = '\1';

class ShellFragment {
  public:
    /// Of the assignments only those to `names` are kept; others may be to anything.
    ShellFragment(ImageText file, std::span<const std::string_view> names);

    /// "line 3 of /etc/default/grub is no plain assignment", or empty. Escaped.
    [[nodiscard]] const std::string &obstacle() const { return obstacle_; }

    [[nodiscard]] std::vector<ShellAssignment> &assignments() { return assignments_; }

    /// At the end of the file.
    ShellAssignment &add(std::string_view name);

    /// With what was changed of the assignments.
    void note(ImageChanges &changes) const;

  private:
    void read_line(std::size_t number, std::span<const std::string_view> names);

    ImageText file_;
    std::vector<std::string> lines_;
    std::vector<ShellAssignment> assignments_;
    std::string obstacle_;
};

} // namespace retouch::steps
