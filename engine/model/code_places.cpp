// Code places: paths held against the lists. A glob is matched in full only where its words occur:
// effects have many paths, and the lists many globs.

#include "model/code_places.hpp"

#include "base/path_glob.hpp"
#include "model/code_place_lists.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace retouch::model {

namespace {

constexpr std::string_view k_any_depth = "**";

/// The longest words between wildcards, which every path that matches holds.
std::string words_of(std::string_view glob) {
    std::string_view longest;
    while (!glob.empty()) {
        std::string_view words = glob.substr(0, glob.find_first_of("*?["));
        glob.remove_prefix(std::min(words.size() + 1, glob.size()));
        while (words.starts_with('/'))
            words.remove_prefix(1);
        while (words.ends_with('/'))
            words.remove_suffix(1);
        if (words.size() > longest.size())
            longest = words;
    }
    return std::string(longest);
}

class Place {
  public:
    explicit Place(std::string glob) : glob_(std::move(glob)), words_(words_of(glob_)) {}

    [[nodiscard]] bool matches(const std::string &path) const {
        return path.find(words_) != std::string::npos && base::matches_path(glob_, path);
    }

  private:
    std::string glob_;
    std::string words_;
};

std::vector<std::string> globs_of_code() {
    std::vector<std::string> globs(code_globs().begin(), code_globs().end());
    for (const std::string_view glob : code_globs_of_etc())
        globs.push_back("**/etc/" + std::string(glob));
    return globs;
}

std::vector<Place> places_of(const std::vector<std::string> &globs) {
    std::vector<Place> places;
    for (const std::string &glob : globs)
        places.emplace_back(glob);
    return places;
}

std::vector<Place> places_of(std::span<const std::string_view> globs) {
    return places_of(std::vector<std::string>(globs.begin(), globs.end()));
}

/// The directories above places, but for those that would be any directory.
std::vector<Place> above(const std::vector<std::string> &globs) {
    std::vector<std::string> found;
    for (std::string glob : globs)
        for (auto slash = glob.rfind('/'); slash != std::string::npos && slash > 0;
             slash = glob.rfind('/')) {
            glob.resize(slash);
            if (glob != k_any_depth)
                found.push_back(glob);
        }
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return places_of(found);
}

bool is_in(const std::vector<Place> &places, const std::string &path) {
    return std::ranges::any_of(places, [&](const Place &place) { return place.matches(path); });
}

bool has_code_name(std::string_view name) {
    return std::ranges::any_of(code_endings(),
                               [&](auto ending) { return name.ends_with(ending); }) ||
           std::ranges::any_of(code_middles(),
                               [&](auto part) { return name.find(part) != name.npos; }) ||
           std::ranges::find(code_names(), name) != code_names().end();
}

} // namespace

bool is_code_place(const std::string &path) {
    static const std::vector<Place> k_places = places_of(globs_of_code());
    return has_code_name(std::string_view(path).substr(path.rfind('/') + 1)) ||
           is_in(k_places, path);
}

bool leads_to_code_place(const std::string &path) {
    static const std::vector<Place> k_data = places_of(data_globs());
    static const std::vector<Place> k_above = above(globs_of_code());
    return !is_in(k_data, path) || is_in(k_above, path);
}

bool is_made_anew(const std::string &path) {
    static const std::vector<Place> k_made_anew = places_of(made_anew_globs());
    return is_in(k_made_anew, path);
}

} // namespace retouch::model
