#include "recipe/schema/schema_patterns.hpp"

#include <mutex>
#include <regex>
#include <unordered_map>

namespace retouch::recipe {

struct SchemaPatterns::Compiled {
    std::mutex mutex;
    std::unordered_map<std::string, std::regex> by_expression; ///< entries stay where they are
};

SchemaPatterns::SchemaPatterns() : compiled_(std::make_unique<Compiled>()) {}

SchemaPatterns::~SchemaPatterns() = default;

bool SchemaPatterns::match(const std::string &text, const std::string &expression) const {
    if (text.size() > k_longest_text)
        return false;
    const auto compiled = [&]() -> const std::regex & {
        const std::scoped_lock lock(compiled_->mutex);
        return compiled_->by_expression.try_emplace(expression, expression).first->second;
    };
    return std::regex_search(text, compiled());
}

} // namespace retouch::recipe
