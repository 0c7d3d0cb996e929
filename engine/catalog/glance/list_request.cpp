#include "catalog/glance/list_request.hpp"

#include "base/text.hpp"
#include "catalog/http/http.hpp"

#include <fmt/format.h>

#include <utility>

namespace retouch::catalog {

namespace {

/// Servers commonly take 4,096 bytes of address and headers, of which a token may be a part.
constexpr std::size_t k_longest_filter = 1500;

/// Between quotes it would be taken for something else, and its escaping is never undone.
bool can_be_quoted(const std::string &name) {
    return name.find_first_of("\"\\") == name.npos;
}

std::string filter_by_names(const std::string &quoted) {
    return "&name=in:" + quoted;
}

/// One filter for each request that is needed.
std::vector<std::string> name_filters(const std::vector<std::string> &names) {
    if (names.empty())
        return {std::string()};
    std::vector<std::string> filters;
    std::string quoted;
    for (const std::string &name : names) {
        if (names.size() == 1 || !can_be_quoted(name)) {
            filters.push_back(filter_by_name(name));
            continue;
        }
        const std::string next = url_encode('"' + name + '"');
        if (!quoted.empty() && quoted.size() + next.size() > k_longest_filter)
            filters.push_back(filter_by_names(std::exchange(quoted, {})));
        base::add_part(quoted, next, ",");
    }
    if (!quoted.empty())
        filters.push_back(filter_by_names(quoted));
    return filters;
}

} // namespace

std::string filter_by_name(const std::string &name) {
    return "&name=eq:" + url_encode(name);
}

std::vector<std::string> list_requests(const ImageQuery &query) {
    std::string which =
        "&visibility=" + (query.visibility.empty() ? std::string("all") : query.visibility);
    if (!query.owner.empty())
        which += "&owner=" + url_encode(query.owner);
    for (const auto &[name, value] : query.properties)
        which += fmt::format("&{}={}", url_encode(name), url_encode(value));
    std::vector<std::string> requests;
    for (const std::string &names : name_filters(query.names))
        for (const bool hidden : {false, true})
            if (query.hidden.value_or(hidden) == hidden)
                requests.push_back(
                    fmt::format("/v2/images?limit=1000{}{}&os_hidden={}", which, names, hidden));
    return requests;
}

} // namespace retouch::catalog
