// Fuzzing a policy's texts: whatever they hold, each path gets a label that can be stored, or none,
// and no rule is passed over for a prefix that its expression does not need.

#include "guest/selinux/file_contexts.hpp"
#include "base/text.hpp"
#include "guest/selinux/literal_prefix.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace {

/// The bytes up to the next NUL, which are taken off.
std::string take_part(std::string_view &rest) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    std::string part(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace retouch;
    const std::string bytes(data, data + size);
    std::string_view rest = bytes;
    const std::string path = "/" + take_part(rest);
    const std::string expression = take_part(rest);
    guest::PolicyTexts texts;
    for (std::string *text :
         {&texts.contexts, &texts.homes, &texts.local, &texts.subs, &texts.dist})
        *text = take_part(rest);
    guest::FileContexts contexts(texts);
    for (const char type : std::array{'-', 'd', 'l'}) {
        const std::optional<std::string> label = contexts.label_for(path, type);
        if (label && (label->empty() || base::escape(*label) != *label))
            std::abort();
        if (label && contexts.wants_none())
            std::abort();
    }
    std::string mistake;
    const auto pattern =
        base::Pattern::compile("(?s)^" + expression + "$", mistake, {.of_bytes = true});
    const guest::LiteralPrefix prefix = guest::literal_prefix(expression);
    const bool starts = path.starts_with(prefix.text);
    if (pattern && pattern->found_in(path) && (!starts || (prefix.is_all && path != prefix.text)))
        std::abort();
    return 0;
}
