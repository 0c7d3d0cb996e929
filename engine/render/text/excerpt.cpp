// Excerpt: a line is split into cells, one for each code point as it will be printed, and a window
// of cells around the wanted one is kept.
// Widths count code points: characters that fill two columns move the caret by one.

#include "render/text/excerpt.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace retouch::render {

namespace {

constexpr std::size_t k_tab = 4;
constexpr std::string_view k_cut = "...";

struct Cell {
    std::string text;
    std::size_t width = 0;
};

/// Bytes of the code point that starts `text`; 1 for a byte that starts none.
std::size_t code_point_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    if (lead >= 0xf0)
        length = 4;
    else if (lead >= 0xe0)
        length = 3;
    else if (lead >= 0xc2)
        length = 2;
    const std::string_view candidate = text.substr(0, length);
    return candidate.size() == length && !base::invalid_utf8(candidate) ? length : 1;
}

std::vector<Cell> split_cells(std::string_view line) {
    std::vector<Cell> cells;
    std::size_t printed = 0;
    while (!line.empty()) {
        const std::size_t length = code_point_length(line);
        Cell cell;
        if (line.front() == '\t')
            cell.text = std::string(k_tab - printed % k_tab, ' ');
        else
            cell.text = base::escape(line.substr(0, length));
        cell.width = base::code_points(cell.text);
        printed += cell.width;
        cells.push_back(std::move(cell));
        line.remove_prefix(length);
    }
    return cells;
}

/// The cells [first, last) around `wanted` that fit into `width`, more of them before than behind.
std::pair<std::size_t, std::size_t> window(const std::vector<Cell> &cells, std::size_t wanted,
                                           std::size_t width) {
    std::size_t first = wanted;
    std::size_t last = wanted;
    std::size_t used = 0;
    const auto grow_left = [&](std::size_t limit) {
        while (first > 0 && used + cells[first - 1].width <= limit)
            used += cells[--first].width;
    };
    grow_left(width * 2 / 3);
    while (last < cells.size() && used + cells[last].width <= width)
        used += cells[last++].width;
    grow_left(width);
    return {first, last};
}

} // namespace

Excerpt make_excerpt(std::string_view line, int column, std::size_t width) {
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n'))
        line.remove_suffix(1);
    const std::vector<Cell> cells = split_cells(line);
    const std::size_t wanted =
        std::min(cells.size(), static_cast<std::size_t>(std::max(column - 1, 0)));

    std::size_t total = 0;
    for (const Cell &cell : cells)
        total += cell.width;
    std::size_t first = 0;
    std::size_t last = cells.size();
    if (total > width)
        std::tie(first, last) = window(cells, wanted, width - 2 * k_cut.size());

    Excerpt excerpt;
    if (first > 0) {
        excerpt.text = k_cut;
        excerpt.caret = k_cut.size();
    }
    for (std::size_t i = first; i < last; ++i) {
        if (i < wanted)
            excerpt.caret += cells[i].width;
        excerpt.text += cells[i].text;
    }
    if (last < cells.size())
        excerpt.text += k_cut;
    return excerpt;
}

} // namespace retouch::render
