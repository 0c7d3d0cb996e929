#pragma once
// YamlSource: the text of a YAML file with plain line ends and no byte order mark, and where each
// of its offsets stands. It knows characters and positions, not YAML.

#include "recipe/yaml/yaml_mask.hpp"

#include "retouch/diagnostics.hpp"
#include "retouch/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::recipe {

inline constexpr std::size_t k_max_yaml_bytes = std::size_t{1024} * 1024;

class YamlSource {
  public:
    /// Refuses what is no plain UTF-8 text: too large, invalid bytes, control characters, lone
    /// carriage returns, characters that hide how a line reads. Absent when refused.
    [[nodiscard]] static std::optional<YamlSource>
    make(std::string_view bytes, const std::string &file, Diagnostics &diagnostics);

    [[nodiscard]] const std::string &text() const { return text_; }

    /// Hides parts of the text; the lines of all others stay as they are.
    void put_masks(const std::vector<Mask> &masks);

    /// The place of a byte of text(); its end is allowed.
    [[nodiscard]] Mark mark(std::size_t offset);

    [[nodiscard]] Diagnostic error(std::size_t offset, std::string message, std::string hint = {});

    [[nodiscard]] RelatedPosition related(std::size_t offset, std::string message);

  private:
    YamlSource(std::string text, std::string file);

    [[nodiscard]] std::string line(int number) const;

    std::string text_;
    std::string file_;
    std::vector<std::size_t> line_starts_;
    // Where mark() last looked: offsets come mostly in order, and lines may be very long.
    std::size_t last_offset_ = 0;
    Mark last_mark_{1, 1};
};

} // namespace retouch::recipe
