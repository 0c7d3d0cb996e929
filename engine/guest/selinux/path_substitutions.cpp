#include "guest/selinux/path_substitutions.hpp"

#include "guest/selinux/policy_words.hpp"

namespace retouch::guest {

namespace {

constexpr std::size_t k_most_lines = 1000;

} // namespace

PathSubstitutions::PathSubstitutions(std::string_view text) {
    for (const std::vector<std::string_view> &words : policy_lines(text))
        if (words.size() >= 2 && lines_.size() < k_most_lines)
            lines_.push_back({std::string(words[0]), std::string(words[1])});
}

std::string PathSubstitutions::applied_to(std::string path) const {
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
        const auto &[prefix, instead] = *line;
        if (!path.starts_with(prefix))
            continue;
        std::string_view rest = std::string_view(path).substr(prefix.size());
        if (!rest.empty() && rest.front() != '/')
            continue;
        if (instead == "/" && !rest.empty())
            rest.remove_prefix(1);
        return instead + std::string(rest);
    }
    return path;
}

} // namespace retouch::guest
