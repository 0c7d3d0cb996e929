#pragma once
// Fact values: what recipes name of images in properties and names, with its values put in as far
// as records tell them. What only the finished image tells is apply's to look for.

#include "plan/properties.hpp"
#include "retouch/image.hpp"
#include "retouch/recipe.hpp"

#include <map>
#include <string>
#include <vector>

namespace retouch::plan {

/// What is to be known of the finished image, sorted, each once: what the recipe's properties name,
/// and by what it is told whether an image is published.
[[nodiscard]] std::vector<std::string> facts_of_result(const Recipe &recipe);

/// `text` with what it names of the record `source` put in. `place`: of the text in the recipe, for
/// the message. Throws Error: failed when the record has no such property.
[[nodiscard]] std::string with_source_facts(const std::string &text, const Image &source,
                                            const std::string &place);

/// What a run wrote down of the image it made; empty when that is nothing, or not what it writes.
[[nodiscard]] std::map<std::string, std::string> recorded_facts(const Image &image);

/// The digest of all packages of `image`, as its run wrote it down; empty when it did not.
[[nodiscard]] std::string packages_of(const Image &image);

/// `wanted` of an image that is to be made from `source`. Throws as with_source_facts().
[[nodiscard]] WantedProperties wanted_of_new(WantedProperties wanted, const Image &source);

/// `wanted` of the image `present`, made from `source`, or from what is gone: nullptr. What nobody
/// knows any more is wanted as it is. Throws as with_source_facts().
[[nodiscard]] WantedProperties wanted_of_present(WantedProperties wanted, const Image *source,
                                                 const Image &present);

} // namespace retouch::plan
