#include "base/path_glob.hpp"

#include <fnmatch.h>

#include <optional>

namespace retouch::base {

namespace {

/// The names of a path, one after the other, without a copy of it.
class Names {
  public:
    explicit Names(std::string_view path) : rest_(path) { skip(); }

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    [[nodiscard]] std::string_view name() const { return rest_.substr(0, rest_.find('/')); }

    void next() {
        rest_.remove_prefix(name().size());
        skip();
    }

  private:
    void skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of('/'), rest_.size())); }

    std::string_view rest_;
};

/// Where the last `**` stands, and up to where in the path it has stood for names.
struct Retry {
    Names pattern;
    Names path;
};

} // namespace

bool matches_name(std::string_view pattern, std::string_view name) {
    if (pattern.find_first_of("*?[\\") == std::string_view::npos)
        return pattern == name;
    return fnmatch(std::string(pattern).c_str(), std::string(name).c_str(), 0) == 0;
}

bool matches_path(const std::string &pattern, const std::string &path) {
    Names parts(pattern);
    Names names(path);
    std::optional<Retry> retry;
    while (!names.at_end()) {
        if (!parts.at_end() && parts.name() == "**") {
            parts.next();
            if (parts.at_end())
                return true;
            retry = {parts, names};
        } else if (!parts.at_end() && matches_name(parts.name(), names.name())) {
            parts.next();
            names.next();
        } else if (retry) {
            retry->path.next();
            parts = retry->pattern;
            names = retry->path;
        } else {
            return false;
        }
    }
    while (!parts.at_end() && parts.name() == "**")
        parts.next();
    return parts.at_end();
}

} // namespace retouch::base
