#pragma once
// ImageQuery: which records are asked for. The catalog answers it where the records are, so that
// what a command costs does not grow with the images nobody asked about.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include "retouch/image.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace retouch {

/// All that it says holds of what it is answered with; a value that is empty says nothing.
struct ImageQuery {
    std::string owner = {};                             ///< id of a project
    std::vector<std::string> names = {};                ///< one of these
    std::string visibility = {};                        ///< as in Image
    std::optional<bool> hidden = {};                    ///< without it both kinds
    std::map<std::string, std::string> properties = {}; ///< with these values

    [[nodiscard]] bool matches(const Image &image) const;

    bool operator==(const ImageQuery &) const = default;
};

} // namespace retouch
