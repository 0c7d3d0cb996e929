#include "steps/files/host_boundary.hpp"

#include "base/host_tree.hpp"

#include <algorithm>

namespace retouch::steps {

namespace fs = std::filesystem;

HostPlace host_place(const fs::path &path, const ReadContext &context) {
    if (base::lies_in_work_tree(context.root.empty() ? context.directory : context.root, path))
        return HostPlace::inside;
    if (!context.allowed)
        return HostPlace::outside;
    const std::vector<fs::path> allowed = context.allowed();
    const bool found = std::ranges::any_of(
        allowed, [&](const fs::path &directory) { return base::lies_in(directory, path); });
    return found ? HostPlace::allowed : HostPlace::outside;
}

} // namespace retouch::steps
