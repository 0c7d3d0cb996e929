// Output lines: the tail of a tail, for people.
// A line may be cut twice: by the bound under which it was kept and by the number of lines wanted.
// The note names lines when all of the output is at hand, and bytes when it is not.

#include "render/output_lines.hpp"

#include "base/text.hpp"
#include "render/message.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

namespace retouch::render {

namespace {

constexpr std::size_t k_longest_output_line = 2000;

/// What a terminal would show of a line that was redrawn with carriage returns: its last state.
std::string_view last_state(std::string_view line) {
    while (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
    const auto redraw = line.rfind('\r');
    return redraw == std::string_view::npos ? line : line.substr(redraw + 1);
}

} // namespace

std::vector<std::string> output_lines(const OutputTail &output, std::size_t limit) {
    const std::vector<std::string> all = base::split_lines(output.text);
    // A remark in place of a single line would save nothing.
    const std::size_t first = all.size() > limit + 1 ? all.size() - limit : 0;
    std::vector<std::string> lines;
    if (output.truncated())
        lines.push_back(
            fmt::format("... the end of {} of output", base::format_bytes(output.total)));
    else if (first > 0)
        lines.push_back(fmt::format("... {} before", counted(first, "line")));
    for (std::size_t i = first; i < all.size(); ++i)
        lines.push_back(shortened_line(last_state(all[i]), k_longest_output_line, true));
    return lines;
}

} // namespace retouch::render
