#include "base/fact_text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::base {

namespace {

constexpr std::array k_groups = {k_image_facts, k_guest_facts, k_package_facts};
constexpr std::string_view k_opening = "${";

bool may_be_in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._+:-").find(c) != std::string_view::npos;
}

} // namespace

bool is_fact_name(std::string_view text) {
    constexpr std::size_t k_longest = 255;
    const auto *const group = std::ranges::find_if(
        k_groups, [&](std::string_view each) { return text.starts_with(each); });
    if (group == k_groups.end())
        return false;
    const std::string_view name = text.substr(group->size());
    return !name.empty() && name.size() <= k_longest && std::ranges::all_of(name, may_be_in_name);
}

std::string
fill_facts(std::string_view text,
           const std::function<std::optional<std::string>(const std::string &name)> &meaning) {
    std::string out;
    for (;;) {
        const std::size_t at = text.find(k_opening);
        const std::size_t end = at == text.npos ? text.npos : text.find('}', at);
        if (end == text.npos)
            return out.append(text);
        const std::size_t inner = at + k_opening.size();
        const std::string_view name = text.substr(inner, end - inner);
        const auto found =
            is_fact_name(name) ? meaning(std::string(name)) : std::optional<std::string>();
        out.append(text.substr(0, at));
        // What is no fact may hold one.
        const std::size_t next = found ? end + 1 : inner;
        out.append(found ? std::string_view(*found) : text.substr(at, inner - at));
        text.remove_prefix(next);
    }
}

std::set<std::string> facts_named_in(std::string_view text) {
    std::set<std::string> names;
    static_cast<void>(fill_facts(text, [&](const std::string &name) {
        names.insert(name);
        return std::optional<std::string>();
    }));
    return names;
}

std::size_t count_fact_marks(std::string_view text) {
    std::size_t count = 0;
    for (const std::string_view group : k_groups) {
        const std::string mark = fmt::format("{}{}", k_opening, group);
        for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1))
            ++count;
    }
    return count;
}

} // namespace retouch::base
