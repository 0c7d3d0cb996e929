// Plan file: looks at the beginning only, then reads the rest if it has to.
// A damaged plan must be refused as a plan, so this does not ask whether it parses.
// A recipe written in YAML's flow style also begins with "{", but has no format_version.

#include "cli/plan_file.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "plan/bundle.hpp"

#include <array>
#include <string_view>

namespace retouch::cli {

namespace {

constexpr std::size_t k_largest_plan = std::size_t{64} * 1024 * 1024;
constexpr std::size_t k_beginning = 4096;

std::string beginning(const std::filesystem::path &path) {
    try {
        const base::UniqueFd file = base::open_regular_file(path);
        std::array<char, k_beginning> bytes{};
        return {bytes.data(), base::read_some(file.get(), bytes, path)};
    } catch (const std::exception &) {
        return {};
    }
}

} // namespace

std::optional<std::string> plan_file_text(const std::filesystem::path &path) {
    if (plan::is_bundle(path))
        return plan::bundled_plan_text(path);
    const std::string head = beginning(path);
    if (!base::trim(head).starts_with('{') || head.find("\"format_version\"") == std::string::npos)
        return std::nullopt;
    return base::read_file(path, k_largest_plan);
}

} // namespace retouch::cli
