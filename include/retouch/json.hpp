#pragma once
// The one JSON type of the model. Keys keep the order in which they were written, so that documents
// we print are stable and read well.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <nlohmann/json.hpp>

namespace retouch {

using Json = nlohmann::ordered_json;

} // namespace retouch

// Compiled once, in model/json.cpp, and not again in each source that reads or writes a document.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;
extern template class nlohmann::detail::serializer<retouch::Json>;
