#pragma once
// ImageText: a text of the image that a step may change a part of, with the file it is in.

#include "steps/support/image_changes.hpp"

#include <optional>
#include <string>

namespace retouch::steps {

struct ImageText {
    std::string path; ///< links followed
    std::optional<FileInfo> was;
    std::string text; ///< empty when there is no file
};

/// Throws Error: also when it is no regular file, or larger than a configuration is (1 MiB).
[[nodiscard]] ImageText image_text(const GuestView &guest, const std::string &path);

/// Adds the change to `changes` unless the text is as it was. A new file is of root, with mode
/// 0644.
void want_text(ImageChanges &changes, const ImageText &file, std::string text);

/// The diff of a text that is to change, safe to print; where not everybody may read it, what is
/// not shown. Empty for anything else, such as a link, which is told in words. Throws Error.
[[nodiscard]] std::string text_diff(const Foreseen &change, const GuestView &guest);

} // namespace retouch::steps
