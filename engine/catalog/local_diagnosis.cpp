// Whether the database of a local catalog can be read. It is looked at, never made or migrated.

#include "catalog/diagnosis.hpp"

#include "base/text.hpp"
#include "catalog/local.hpp"
#include "model/checks.hpp"

#include <fmt/format.h>

namespace retouch {

std::vector<Finding> local_catalog_findings(const std::string &name,
                                            const std::filesystem::path &directory) {
    Checks checks(fmt::format("Catalog {}", name));
    checks.check("records", [&] {
        const std::size_t count = view_local_catalog(name, directory)->images().size();
        return all_well(fmt::format("{} image{}", count, count == 1 ? "" : "s"));
    });
    return checks.take();
}

} // namespace retouch
