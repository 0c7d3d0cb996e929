#pragma once
// AccountTable: one of the files of accounts in a guest (/etc/passwd and its like), to be changed
// line by line. What is not touched stays byte for byte, garbage and NIS entries included.

#include "steps/support/image_changes.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch::steps {

using AccountFields = std::vector<std::string>;

class AccountTable {
  public:
    /// Throws Error.
    AccountTable(const GuestView &guest, std::string path);

    [[nodiscard]] bool is_there() const { return info_.has_value(); }

    /// Why it cannot be used: a link, or larger than such files are; else empty. Escaped.
    [[nodiscard]] const std::string &trouble() const { return trouble_; }

    /// The first line of that name, if it has at least `columns` fields.
    [[nodiscard]] std::optional<AccountFields> find(const std::string &name,
                                                    std::size_t columns) const;

    /// Lines with at least `columns` fields, NIS entries left out.
    [[nodiscard]] std::vector<AccountFields> rows(std::size_t columns) const;

    /// Replaces the first line of the name in the first field, or adds one, before the NIS entries.
    void put(const AccountFields &fields);

    /// All lines of that name.
    void remove(const std::string &name);

    /// Adds the file as it is now to `changes`, unless it is as it was.
    void note(ImageChanges &changes) const;

  private:
    std::string path_;
    std::string trouble_;
    std::optional<FileInfo> info_;
    std::string former_;
    std::vector<std::string> lines_;
};

/// "a,b" and the name, each once.
[[nodiscard]] std::string with_member(const std::string &members, const std::string &name);
[[nodiscard]] std::string without_member(const std::string &members, const std::string &name);
[[nodiscard]] bool has_member(const std::string &members, const std::string &name);

} // namespace retouch::steps
