#pragma once
// Lineage: which image a recipe builds from and which generation of it is there now. It holds the
// rule that a generation is never its own source (docs/architecture.md, "Sources and generations").

#include "retouch/image.hpp"
#include "retouch/plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch {

struct Lineage {
    ImageReference source;              ///< what to build from
    std::optional<Image> source_record; ///< absent when that image is gone
    std::optional<Image> present;       ///< the last generation under the published name
    std::string publish_name;
    std::vector<std::string> notes; ///< what a reviewer should know, escaped
};

/// `images` is the whole catalog, oldest first. `source` is a name or an id.
/// Throws Error: failed when the source is unknown or ambiguous, with the candidates.
[[nodiscard]] Lineage resolve_lineage(const std::vector<Image> &images,
                                      const std::string &recipe_name, const std::string &source,
                                      const std::optional<std::string> &publish_name);

/// The same for an image that is named by its id.
[[nodiscard]] Lineage lineage_of(const Image &named, const std::vector<Image> &images,
                                 const std::string &recipe_name,
                                 const std::optional<std::string> &publish_name);

/// True when `image`, or an image it was made from, is a generation of `recipe_name`.
[[nodiscard]] bool descends_from(const Image &image, const std::string &recipe_name,
                                 const std::vector<Image> &images);

/// Visible and usable under its name: active and not hidden.
[[nodiscard]] bool is_visible(const Image &image);

/// Which of two generations under one name is the later: the visible one whatever clocks say, else
/// the one created later, then the one changed later. True when they cannot be told apart.
[[nodiscard]] bool comes_after(const Image &image, const Image &other);

[[nodiscard]] ImageReference reference_to(const Image &image);

} // namespace retouch
