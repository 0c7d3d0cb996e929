#include "render/property_words.hpp"

#include "base/fact_text.hpp"

#include <algorithm>

namespace retouch::render {

PropertyWords property_words(const Target &target, const std::string &value) {
    const auto named = base::facts_named_in(value);
    if (named.empty())
        return {value, ""};
    const auto facts =
        target.rehearsal ? target.rehearsal->facts : std::map<std::string, std::string>();
    const auto is_found = [&](const std::string &name) { return facts.contains(name); };
    if (!std::ranges::all_of(named, is_found))
        return {value, "known after apply"};
    return {base::fill_facts(value, [&](const std::string &name) { return facts.at(name); }),
            "as rehearsed"};
}

} // namespace retouch::render
