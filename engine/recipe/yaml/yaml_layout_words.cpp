// Layout words.

#include "recipe/yaml/yaml_layout_words.hpp"

#include "recipe/yaml/yaml_tokens.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace retouch::recipe {

RefusedYaml finding_at(std::size_t offset, std::string message, std::string hint) {
    return {offset, std::move(message), std::move(hint), std::nullopt, {}};
}

namespace {

std::string_view plain_text(std::string_view text, std::size_t start) {
    return base::trim(text.substr(start, plain_end(text, start, false) - start));
}

} // namespace

std::string_view probable_key(std::string_view text, std::size_t start) {
    const std::string_view line = plain_text(text, start);
    return line.substr(0, line.find_first_of(" :"));
}

RefusedYaml key_without_colon(std::string_view text, std::size_t start) {
    constexpr std::size_t k_longest = 60;
    const std::string_view line = plain_text(text, start);
    if (line.size() > k_longest)
        return finding_at(start, "this key has no colon", "write \"key: value\"");
    const std::string key = base::escape(probable_key(text, start));
    const std::size_t gap = std::min(line.find_first_of(" :"), line.size());
    const std::string_view rest = gap < line.size() ? base::trim(line.substr(gap + 1)) : "";
    if (rest.empty())
        return finding_at(start, "this key has no colon",
                          fmt::format("write \"{}:\" and its value", key));
    return finding_at(start,
                      line[gap] == ':' ? "a colon needs a space after it" : "this key has no colon",
                      fmt::format("write \"{}: {}\"", key, base::escape(rest)));
}

RefusedYaml continued_text(std::size_t start) {
    return finding_at(start, "text cannot continue on another line without quotes",
                      "put all of it in quotes, or write it as a block: \">-\" after the key "
                      "and the text indented below; if this is a key, it needs a colon");
}

RefusedYaml no_entry(std::size_t start) {
    return finding_at(start, "expected a list entry here",
                      "start it with '- ', or indent it like the entry above");
}

RefusedYaml indented_too_deep(std::size_t start) {
    return finding_at(
        start, "this line is indented deeper than the one above, which already has its value",
        "indent it like the line above");
}

RefusedYaml indentation_fits_nothing(std::size_t start, const std::vector<std::size_t> &columns) {
    std::string list;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const char *between = i + 1 == columns.size() ? " or " : ", ";
        list += (i == 0 ? "" : between) + fmt::to_string(columns[i]);
    }
    return finding_at(start, "this indentation fits no line above",
                      fmt::format("indent it by {} spaces", list));
}

} // namespace retouch::recipe
