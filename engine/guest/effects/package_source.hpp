#pragma once
// PackageSource: where this guest's packages are written down, and reading them from there.

#include "guest/effects/packages.hpp"
#include "retouch/guest.hpp"

#include <string>
#include <vector>

namespace retouch::guest {

class PackageSource {
  public:
    /// Looks for the databases of dpkg, apk and rpm, in that order. Throws Error.
    explicit PackageSource(const GuestView &guest);

    /// Empty when there is no database. rpm's is asked through the guest's own rpm. Throws Error.
    [[nodiscard]] Packages read(const GuestView &guest) const;

    /// All that dpkg's or apk's database says, in its order; nothing of rpm's. Throws Error.
    [[nodiscard]] std::vector<PackageRecord> records(const GuestView &guest) const;

    /// The text of dpkg's or apk's database; empty when there is none. Throws Error.
    [[nodiscard]] std::string text(const GuestView &guest) const;

    /// Of the database, links resolved; empty when there is none.
    [[nodiscard]] const std::string &path() const { return path_; }

    /// True when the packages may be others after these changes.
    [[nodiscard]] bool is_touched_by(const std::vector<EntryChange> &changes) const;

  private:
    enum class Kind { none, dpkg, apk, rpm };

    Kind kind_ = Kind::none;
    std::string path_; ///< of the database, a file or a directory, links resolved
};

} // namespace retouch::guest
