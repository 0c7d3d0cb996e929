#pragma once
// Lineage: which image a recipe builds from and which generation of it is there now. It holds the
// rule that a generation is never its own source (docs/architecture.md, "Sources and generations").
// Whose images it may look at is counted_images.hpp's.

#include "plan/images_by_id.hpp"
#include "retouch/image.hpp"
#include "retouch/plan.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace retouch::plan {

/// A chain of images made from each other that is longer is damaged or circular; nobody stacks
/// recipes that deep.
inline constexpr int k_longest_chain = 64;

/// Who made a generation: the properties of an image say which recipe, and anybody may copy them;
/// they count on an image of the project it publishes for.
struct Maker {
    std::string owner; ///< of what it publishes; empty where there are no projects
    std::string recipe;
    /// Ids of images of that project that bear the properties and were not published by a run.
    std::set<std::string> refuted = {};

    [[nodiscard]] bool made(const Image &image) const {
        return image.owner == owner && image.property(lineage::k_recipe) == recipe &&
               !refuted.contains(image.id);
    }
};

/// Where the source comes from.
struct SourceChoice {
    std::string image; ///< name or id
    /// Whose it is, when the recipe says so.
    std::optional<std::string> owner = std::nullopt;
    /// Where a name is looked for first; empty where there are no projects.
    std::vector<std::string> own = {};
    /// Whose public images a name may mean when there is none of our own.
    std::vector<std::string> trusted = {};
    /// What else the catalog shows, asked for when there is nothing a name may mean.
    std::function<std::vector<Image>()> elsewhere = {};
    /// Of several of that name the one that was made last; else they are an error.
    bool newest = false;
};

struct Lineage {
    Maker maker;
    ImageReference source;              ///< what to build from
    std::optional<Image> source_record; ///< absent when that image is gone
    std::optional<Image> present;       ///< the last generation under the published name
    std::string publish_name;
    std::vector<std::string> notes; ///< what a reviewer should know, escaped
};

/// `images` are those that count, oldest first. A source by name is an image of ours, else a public
/// one of a project that is trusted or that the current generation was built from.
/// Throws Error: failed when the source is unknown or ambiguous, with the candidates; refused when
/// it would come from another project than before and the recipe does not say so.
[[nodiscard]] Lineage resolve_lineage(const std::vector<Image> &images, const Maker &maker,
                                      const SourceChoice &source,
                                      const std::optional<std::string> &publish_name);

/// The same for an image that is named by its id.
[[nodiscard]] Lineage lineage_of(const Image &named, const std::vector<Image> &images,
                                 const Maker &maker,
                                 const std::optional<std::string> &publish_name);

/// The generation under `name` that comes last, hidden or not; nullptr when there is none.
[[nodiscard]] const Image *last_generation_of(const std::vector<Image> &images, const Maker &maker,
                                              const std::string &name);

/// The project the source of `generation` belongs to, as far as records tell.
[[nodiscard]] std::string source_owner_of(const Image &generation,
                                          const std::vector<Image> &images);

/// True when `image`, or an image of the same project it was made from, is one `maker` made.
[[nodiscard]] bool descends_from(const Image &image, const Maker &maker, const ImagesById &images);

/// Visible and usable under its name: active and not hidden.
[[nodiscard]] bool is_visible(const Image &image);

/// Which of two generations under one name is the later: the visible one whatever clocks say, else
/// the one created later, then the one changed later. True when they cannot be told apart.
[[nodiscard]] bool comes_after(const Image &image, const Image &other);

[[nodiscard]] ImageReference reference_to(const Image &image);

/// True for a source that is no image of the catalog yet.
[[nodiscard]] inline bool is_awaited(const ImageReference &source) {
    return source.id.empty();
}

} // namespace retouch::plan
