#pragma once
// Source refusals: why a name means no image to build from, told with the images that bear it and
// with what to write instead. The rules themselves are lineage.cpp's.

#include "plan/lineage.hpp"

#include <string>
#include <vector>

namespace retouch::plan {

[[noreturn]] void fail_ambiguous(const std::string &name,
                                 const std::vector<const Image *> &candidates);

/// `properties`: those asked for, escaped.
[[noreturn]] void fail_several_selected(const std::string &properties,
                                        const std::vector<const Image *> &candidates);

/// Nothing that counts is called so. What else the catalog shows is looked at for what to write
/// instead; images of other projects are told, and never taken because of their name alone.
[[noreturn]] void fail_unknown(const SourceChoice &source, const Maker &maker,
                               const std::vector<Image> &counted);

/// `found` would be the source, after one of the project `before`.
[[noreturn]] void refuse_new_owner(const std::string &name, const Image &found,
                                   const std::string &before);

/// What is to be known of an image in Maker::refuted; a sentence, without a full stop.
[[nodiscard]] std::string why_refuted(const std::string &id);

} // namespace retouch::plan
