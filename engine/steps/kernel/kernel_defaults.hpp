#pragma once
// KernelDefaults: the words of the kernel command line that files of shell assignments hold, in the
// order in which a shell reads them, and changing them where they take effect.

#include "steps/kernel/shell_fragment.hpp"

#include <map>

namespace retouch::steps {

class KernelDefaults {
  public:
    /// `files`: those that are there are read, in this order; the first is made where it is
    /// missing. `always`: the variable whose words every entry has; `usual`: one whose words come
    /// behind them in all but those for a rescue, or empty. Throws Error.
    KernelDefaults(const GuestView &guest, const std::vector<std::string> &files,
                   std::string_view always, std::string_view usual);

    /// Why they cannot be told; empty when they can. Escaped.
    [[nodiscard]] std::string obstacle() const { return obstacle_; }

    /// Puts them into the assignments. Requires: no obstacle.
    void want(const WordWishes &wishes);

    /// Words of every entry.
    [[nodiscard]] KernelWords always() { return texts_of(always_); }

    void note(ImageChanges &changes) const;

  private:
    struct Place {
        ShellAssignment *assignment;
        std::size_t word;

        bool operator==(const Place &) const = default;
    };

    using Places = std::vector<Place>;

    std::map<std::string, Places> effective();
    [[nodiscard]] KernelWords texts_of(const std::string &name);
    [[nodiscard]] Places all_places();
    [[nodiscard]] ShellAssignment &last_of(const std::string &name);
    void remove(std::string_view word);
    void append(const std::string &word);

    std::vector<ShellFragment> files_;
    std::string always_;
    std::string usual_;
    std::string obstacle_;
};

} // namespace retouch::steps
