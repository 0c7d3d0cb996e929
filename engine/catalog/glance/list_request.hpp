#pragma once
// How a list is asked of the image service so that it answers with what is wanted and not with all
// it has. What a service that filters otherwise sends too much, its reader leaves out. Source: the
// "Filters" of "List images" in the Image Service API reference, version 2.

#include "retouch/image_query.hpp"

#include <string>
#include <vector>

namespace retouch::catalog {

/// The filter of a query string by a name, whatever is in it: a service takes what stands before a
/// colon for an operator.
[[nodiscard]] std::string filter_by_name(const std::string &name);

/// The addresses of the first pages, below the service's own, of lists that together hold what
/// matches `query`: the service hides what is hidden from those that do not ask for just that, and
/// takes no address that is too long for it.
[[nodiscard]] std::vector<std::string> list_requests(const ImageQuery &query);

} // namespace retouch::catalog
