#pragma once
// BundleMembers: the members of a bundle's archive one after the other, and only what lies in the
// archive itself: a sparse member would be as large as it likes. The library passes over what it
// has no use for; here there is nothing but members, their padding and the end.

#include "base/file.hpp"
#include "plan/archive_handle.hpp"
#include "retouch/error.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace retouch::plan {

/// An Error: invalid about the bundle at `path`.
[[nodiscard]] Error damaged_bundle(const std::filesystem::path &path, const std::string &why);

/// The name of a member in messages.
[[nodiscard]] std::string shown_member(const std::string &name);

class BundleMembers {
  public:
    /// `path` must outlive this. Throws Error, as all that follows does: invalid for a damaged one.
    explicit BundleMembers(const std::filesystem::path &path);

    /// The name of the next member; nullopt at the end, and behind that is nothing.
    std::optional<std::string> next();

    /// More of this member; empty at its end. Valid until the next call.
    std::string_view read();

  private:
    [[nodiscard]] Error with_holes(const std::string &name) const;
    void require_plain_head(std::int64_t head, const std::string &name) const;
    void require_whole(const std::string &name) const;
    void require_padding(std::int64_t end) const;
    [[nodiscard]] std::int64_t padding() const;
    void require_end(std::int64_t at) const;
    void require_zeros(std::int64_t from, std::int64_t to) const;
    [[nodiscard]] std::int64_t file_size() const;

    const std::filesystem::path &path_;
    base::UniqueFd file_;
    ArchiveHandle handle_;
    std::string name_;      ///< of the member at hand; empty before the first
    std::int64_t size_ = 0; ///< what its head says
    std::int64_t done_ = 0; ///< bytes of it
};

} // namespace retouch::plan
