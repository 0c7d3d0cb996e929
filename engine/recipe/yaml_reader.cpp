// Strict YAML in three passes over one text: characters, layout, composition. Each pass may rely on
// what the one before refused, and runs only when it refused nothing.

#include "recipe/yaml_reader.hpp"

#include "recipe/yaml_composer.hpp"
#include "recipe/yaml_layout.hpp"
#include "recipe/yaml_source.hpp"

namespace retouch {

std::optional<Value> read_yaml(std::string_view text, const std::string &file,
                               Diagnostics &diagnostics) {
    std::optional<YamlSource> source = YamlSource::make(text, file, diagnostics);
    if (!source || !check_layout(*source, diagnostics))
        return std::nullopt;
    return compose_yaml(*source, diagnostics);
}

} // namespace retouch
