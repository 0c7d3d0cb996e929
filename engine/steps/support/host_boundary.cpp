#include "steps/support/host_boundary.hpp"

#include <algorithm>
#include <system_error>

namespace retouch {

namespace {

namespace fs = std::filesystem;

/// Links followed as far as there is something; the rest as it is spelled.
fs::path end_of(const fs::path &path) {
    std::error_code failed;
    fs::path end = fs::weakly_canonical(path, failed);
    return failed ? path.lexically_normal() : end;
}

bool lies_in(const fs::path &directory, const fs::path &end) {
    const fs::path relative = end.lexically_relative(end_of(directory));
    return !relative.empty() && *relative.begin() != "..";
}

} // namespace

HostPlace host_place(const fs::path &path, const ReadContext &context) {
    const fs::path end = end_of(path);
    if (lies_in(context.root.empty() ? context.directory : context.root, end))
        return HostPlace::inside;
    if (!context.allowed)
        return HostPlace::outside;
    const std::vector<fs::path> allowed = context.allowed();
    const bool found = std::ranges::any_of(
        allowed, [&](const fs::path &directory) { return lies_in(directory, end); });
    return found ? HostPlace::allowed : HostPlace::outside;
}

} // namespace retouch
