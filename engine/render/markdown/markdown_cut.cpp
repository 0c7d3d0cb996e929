// Markdown cut: lines are read for what they open and close, so that both sides of the cut can be
// made whole. The end begins after an empty line outside of any fence: it is short of a heading,
// but never half a table.

#include "render/markdown/markdown_cut.hpp"

#include "base/text.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

#include <cassert>
#include <string_view>
#include <vector>

namespace retouch::render {

namespace {

constexpr std::size_t k_remark = 200; ///< bytes kept free for it
constexpr std::string_view k_open = "<details><summary>continued</summary>\n\n";
constexpr std::string_view k_close = "\n</details>\n";

/// What is open where a line begins.
struct Place {
    std::size_t offset = 0;
    std::size_t blocks = 0; ///< to open on a click
    std::string_view fence; ///< empty outside
    bool after_gap = false; ///< the line before is empty
};

std::string repeated(std::string_view text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i)
        result += text;
    return result;
}

/// The backticks of a line that opens a fence; code spans close on the line they begin.
std::string_view opened_fence(std::string_view line) {
    const std::size_t length = std::min(line.find_first_not_of('`'), line.size());
    const bool is_fence = length >= 3 && line.find('`', length) == std::string_view::npos;
    return is_fence ? line.substr(0, length) : std::string_view();
}

void pass(std::string_view line, Place &place) {
    place.after_gap = line.empty();
    if (!place.fence.empty()) {
        if (line == place.fence)
            place.fence = {};
        return;
    }
    place.fence = opened_fence(line);
    if (line.starts_with("<details>"))
        ++place.blocks;
    else if (line == "</details>" && place.blocks > 0)
        --place.blocks;
}

/// Where each line begins, and the end.
std::vector<Place> places(std::string_view text) {
    std::vector<Place> found;
    Place place;
    while (place.offset < text.size()) {
        found.push_back(place);
        const std::size_t end = std::min(text.find('\n', place.offset), text.size() - 1);
        pass(text.substr(place.offset, end - place.offset), place);
        place.offset = end + 1;
    }
    found.push_back(place);
    return found;
}

std::string closing(const Place &place) {
    const std::string fence =
        place.fence.empty() ? std::string() : fmt::format("{}\n", place.fence);
    return fence + repeated(k_close, place.blocks);
}

} // namespace

std::string cut_markdown(const std::string &text, std::size_t max_bytes) {
    assert(max_bytes >= 1000);
    if (text.size() <= max_bytes)
        return text;
    const std::size_t half = (max_bytes - k_remark) / 2;
    const std::vector<Place> lines = places(text);
    std::size_t head = 0;
    for (std::size_t i = 0; i < lines.size() && lines[i].offset <= half; ++i)
        if (lines[i].offset + closing(lines[i]).size() <= half)
            head = i;
    std::size_t tail = lines.size() - 1;
    for (std::size_t i = tail; i > head; --i) {
        const std::size_t size = text.size() - lines[i].offset + k_open.size() * lines[i].blocks;
        if (size > half)
            break;
        if (lines[i].fence.empty() && lines[i].after_gap)
            tail = i;
    }
    const std::size_t left_out = lines[tail].offset - lines[head].offset;
    return text.substr(0, lines[head].offset) + closing(lines[head]) +
           fmt::format("\n> ... {} ({}) left out here; all of it: --format json\n\n",
                       counted(tail - head, "line"), base::format_bytes(left_out)) +
           repeated(k_open, lines[tail].blocks) + text.substr(lines[tail].offset);
}

} // namespace retouch::render
