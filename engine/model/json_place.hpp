#pragma once
// JSON place: how messages name a member of a document: "targets[0].steps".

#include <string>
#include <string_view>

namespace retouch::model {

/// The place of the member `key` of the object at `object`, which is empty for the document itself.
/// Keys are the document's, so they are escaped and bounded.
[[nodiscard]] std::string place_of(std::string_view object, std::string_view key);

} // namespace retouch::model
