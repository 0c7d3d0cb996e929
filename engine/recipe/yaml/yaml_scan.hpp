#pragma once
// Scans over the YAML constructs that span lines: flow collections and block scalars. Each returns
// where the construct ends or what is wrong with it; nothing is composed.

#include <optional>
#include <string>
#include <string_view>

namespace retouch::recipe {

/// A mistake at an offset of the text, with a second place when there is one.
struct RefusedYaml {
    std::size_t offset = 0;
    std::string message;
    std::string hint;
    std::optional<std::size_t> related_offset;
    std::string related_message;
};

struct Scan {
    std::size_t end = 0;
    std::optional<RefusedYaml> finding;
};

/// The flow collection that starts at `offset`; `end` is behind its closing bracket. `depth` levels
/// are open around it.
[[nodiscard]] Scan scan_flow(std::string_view text, std::size_t offset, std::size_t depth);

/// The block scalar whose '|' or '>' stands at `offset`, inside a collection at column `parent`;
/// `end` is the start of the first line behind it.
[[nodiscard]] Scan scan_block_scalar(std::string_view text, std::size_t offset, std::size_t parent);

/// The quoted scalar that starts at `offset`.
[[nodiscard]] Scan scan_quoted(std::string_view text, std::size_t offset);

/// What is wrong with a plain scalar or key that starts with the character at `offset`, if
/// anything: anchors, aliases, tags, '? ' and characters YAML keeps for itself.
[[nodiscard]] std::optional<RefusedYaml> reserved_start(std::string_view text, std::size_t offset);

[[nodiscard]] RefusedYaml too_deep(std::size_t offset);

} // namespace retouch::recipe
