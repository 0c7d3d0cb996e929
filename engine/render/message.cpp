#include "render/message.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <vector>

namespace retouch::render {

namespace {

constexpr std::size_t k_longest_line = 800;
constexpr std::size_t k_most_lines = 40;
constexpr std::string_view k_list = "  "; ///< what lists in messages are indented by already

} // namespace

std::string shortened_line(std::string_view line, std::size_t limit, bool keep_tabs) {
    // What is cut away anyway need not be escaped first: it may be megabytes.
    std::size_t left_out = 0;
    std::string text = line.size() <= 4 * limit ? base::escape(line, keep_tabs) : std::string();
    if (text.empty() && !line.empty()) {
        left_out = line.size() - 4 * limit;
        text = base::escape(line.substr(0, 2 * limit), keep_tabs) +
               base::escape(line.substr(line.size() - 2 * limit), keep_tabs);
    }
    if (text.size() <= limit)
        return text;
    const std::size_t head = base::character_start(text, limit * 3 / 4);
    std::size_t tail = text.size() - limit / 4;
    while (base::character_start(text, tail) != tail)
        ++tail;
    return fmt::format("{} [{} left out] {}", text.substr(0, head),
                       base::format_bytes(left_out + tail - head), text.substr(tail));
}

std::string message_text(std::string_view text, std::size_t indent, bool deeper_lists) {
    const std::vector<std::string> lines = base::split_lines(text);
    std::string shown;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0)
            shown += '\n' + std::string(indent, ' ');
        if (i == k_most_lines && lines.size() > k_most_lines + 1)
            return shown + fmt::format("and {} more lines", lines.size() - i);
        std::string_view line = lines[i];
        if (i > 0 && !deeper_lists && line.starts_with(k_list))
            line.remove_prefix(k_list.size());
        shown += shortened_line(line, k_longest_line);
    }
    return shown;
}

} // namespace retouch::render
