// What every source with documents would otherwise compile for itself.

#include "retouch/json.hpp"

template class nlohmann::basic_json<nlohmann::ordered_map>;
template class nlohmann::detail::serializer<retouch::Json>;
