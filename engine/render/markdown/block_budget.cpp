// Block budget: shortens the longest block until all fit. Sizes are kept in a heap: a thousand
// blocks are no matter.

#include "render/markdown/block_budget.hpp"

#include "render/markdown/markdown_cut.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <queue>

namespace retouch::render {

namespace {

constexpr std::size_t k_useful = 1000; ///< bytes of a block that is cut
constexpr std::size_t k_room_for_remark = 100;

/// The form chosen of each, and what they add up to.
struct Choice {
    std::vector<std::size_t> forms;
    std::size_t bytes = 0;
};

Choice choose(const std::vector<std::array<std::string, 3>> &blocks, std::size_t max_bytes) {
    Choice choice{std::vector<std::size_t>(blocks.size(), 0), 0};
    std::priority_queue<std::pair<std::size_t, std::size_t>> longest;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        longest.emplace(blocks[i].front().size(), i);
        choice.bytes += blocks[i].front().size();
    }
    while (choice.bytes > max_bytes && !longest.empty()) {
        const auto [size, index] = longest.top();
        longest.pop();
        std::size_t &form = choice.forms[index];
        if (form + 1 == blocks[index].size())
            continue;
        const std::size_t shorter = blocks[index][++form].size();
        choice.bytes -= size - std::min(size, shorter);
        longest.emplace(shorter, index);
    }
    return choice;
}

} // namespace

std::string fitting_blocks(const std::vector<std::array<std::string, 3>> &blocks,
                           std::size_t max_bytes) {
    if (blocks.empty())
        return {};
    const auto [forms, bytes] = choose(blocks, max_bytes);
    const bool cuts = bytes > max_bytes;
    const std::size_t room = max_bytes - std::min(max_bytes, k_room_for_remark);
    const std::size_t share = std::max(k_useful, room / blocks.size());
    std::string text;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        std::string block = blocks[i][forms[i]];
        if (cuts)
            block = cut_markdown(block, share);
        if (cuts && text.size() + block.size() > room)
            return text + fmt::format("\n> ... {} left out here; all of it: --format json\n",
                                      counted(blocks.size() - i, "more image"));
        text += block;
    }
    return text;
}

} // namespace retouch::render
