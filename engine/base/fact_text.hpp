#pragma once
// Fact text: how a text names what is known of an image only when it has been looked at:
// ${image.PROPERTY}, ${guest.WORD}, ${package.NAME}. What is known is for others.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::base {

// Groups of facts: what stands before the dot.

/// Of the record of the source: name, id, or a property.
inline constexpr std::string_view k_image_facts = "image.";
/// Of the system in the finished image.
inline constexpr std::string_view k_guest_facts = "guest.";
/// Versions of packages in the finished image.
inline constexpr std::string_view k_package_facts = "package.";

/// A digest of all packages and their versions. Recipes cannot name it.
inline constexpr const char *k_package_list = "guest.packages";

/// True for what may stand between "${" and "}": a group and a name of up to 255 letters, digits
/// and ".", "_", "+", ":", "-".
[[nodiscard]] bool is_fact_name(std::string_view text);

/// Those that `text` names, each once.
[[nodiscard]] std::set<std::string> facts_named_in(std::string_view text);

/// `text` with what `meaning` gives in place of each fact; nullopt: it stays as it is.
[[nodiscard]] std::string
fill_facts(std::string_view text,
           const std::function<std::optional<std::string>(const std::string &name)> &meaning);

/// How often `text` spells the beginning of a fact's name: what is put in for a fact must not, or
/// it would be taken for one.
[[nodiscard]] std::size_t count_fact_marks(std::string_view text);

} // namespace retouch::base
