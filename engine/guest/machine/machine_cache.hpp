#pragma once
// MachineCache: machines that were booted once, stopped before they saw any disk, and saved, in the
// cache directory of the user. A saved machine is code that will run: it is used only when nobody
// else could have written it, and everything it was made from is as it was.

#include "guest/machine/machine_kind.hpp"

#include <filesystem>
#include <optional>

namespace retouch::guest {

/// Where the parts of a saved machine are.
struct SavedMachine {
    std::filesystem::path directory;

    [[nodiscard]] std::filesystem::path initrd() const { return directory / "initrd"; }

    [[nodiscard]] std::filesystem::path memory() const { return directory / "memory"; }

    [[nodiscard]] std::filesystem::path devices() const { return directory / "devices"; }
};

class MachineCache {
  public:
    /// XDG_CACHE_HOME, else ~/.cache, and below it retouch/machine, which is made, mode 0700.
    /// Throws Error when there is none, or others can write there.
    MachineCache();

    [[nodiscard]] const std::filesystem::path &directory() const { return directory_; }

    /// The one of this kind; nullopt when there is none that can be used.
    [[nodiscard]] std::optional<SavedMachine> find(const MachineKind &kind) const;

    /// Makes one of this kind in seconds, or waits for who makes it. `directory`: for temporary
    /// files. Throws Error; nothing stays then.
    [[nodiscard]] SavedMachine make(const MachineKind &kind,
                                    const std::filesystem::path &directory) const;

    /// Removes one that turned out not to work. Never throws.
    static void remove(const SavedMachine &saved) noexcept;

  private:
    void keep_the_newest() const noexcept;

    std::filesystem::path directory_;
};

} // namespace retouch::guest
