#pragma once
// ImagesById: records found by their ids, for what follows images to those they were made from.

#include "retouch/image.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace retouch::plan {

/// The one of that id, looked for once; nullptr when there is none.
[[nodiscard]] inline const Image *find_id(const std::vector<Image> &images, std::string_view id) {
    const auto found = std::ranges::find(images, id, &Image::id);
    return found == images.end() ? nullptr : &*found;
}

class ImagesById {
  public:
    /// Borrows `images`, which must not change meanwhile.
    explicit ImagesById(const std::vector<Image> &images) {
        for (const Image &image : images)
            by_id_.try_emplace(image.id, &image);
    }

    /// nullptr when there is none.
    [[nodiscard]] const Image *find(std::string_view id) const {
        const auto found = by_id_.find(id);
        return found == by_id_.end() ? nullptr : found->second;
    }

  private:
    std::unordered_map<std::string_view, const Image *> by_id_;
};

} // namespace retouch::plan
