#pragma once
// Adding plain records to a local catalog, without bytes.

#include "catalog/local_catalog.hpp"

namespace retouch::test {

inline void create(Catalog &catalog, const Image &image) {
    dynamic_cast<catalog::LocalCatalog &>(catalog).create(image);
}

} // namespace retouch::test
