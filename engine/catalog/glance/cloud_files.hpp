#pragma once
// Cloud files: clouds.yaml and its companions, found where openstacksdk looks and read tolerantly:
// all scalars as text, "-" in keys as "_", merge keys expanded. What the keys mean is not known
// here.

#include "catalog/glance/clouds.hpp"
#include "retouch/json.hpp"

#include <filesystem>
#include <string>

namespace retouch::catalog {

/// Everything the files say together.
struct CloudFiles {
    std::filesystem::path clouds_file;  ///< empty: there is none
    Json clouds = Json::object();       ///< cloud -> settings, those of secure.yaml included
    Json profiles = Json::object();     ///< of clouds-public.yaml
    std::vector<std::string> looked_in; ///< directories, in order
};

/// Throws Error: bad_config when a file that was found is no such file or too large.
[[nodiscard]] CloudFiles read_cloud_files(const EnvironmentReader &environment,
                                          const std::filesystem::path &directory);

/// Puts `over` into `under`, objects key by key, `over` winning.
void merge_deep(Json &under, const Json &over);

/// A path with a leading "~" replaced by the home directory, absolute below `directory`.
[[nodiscard]] std::filesystem::path user_path(const std::string &text,
                                              const EnvironmentReader &environment,
                                              const std::filesystem::path &directory);

} // namespace retouch::catalog
