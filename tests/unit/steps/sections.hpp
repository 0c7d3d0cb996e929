#pragma once
// Sections for tests of step kinds: YAML text read by the strict reader and handed to a kind's
// read(). The schema is not involved; tests write what it lets through.

#include "recipe/yaml/yaml_reader.hpp"
#include "retouch/step_kind.hpp"

#include "base/text.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <stdexcept>
#include <string>

namespace retouch::test {

struct ReadSection {
    ReadResult result;
    std::string mistakes; ///< one line each: "LINE:COLUMN: message; hint; LINE:COLUMN note"
};

inline std::string in_lines(const Diagnostics &diagnostics) {
    std::string text;
    for (const Diagnostic &each : diagnostics.sorted()) {
        text += fmt::format("{}:{}: {}", each.position.line, each.position.column, each.message);
        if (!each.hint.empty())
            text += "; " + each.hint;
        for (const RelatedPosition &other : each.related)
            text += fmt::format("; {}:{} {}", other.position.line, other.position.column,
                                other.message);
        text += "\n";
    }
    return text;
}

inline ReadSection read_section(std::string_view kind, const std::string &yaml,
                                const std::filesystem::path &directory = "/nowhere") {
    Diagnostics diagnostics;
    const auto value = recipe::read_yaml(yaml, "r.yaml", diagnostics);
    if (!value)
        throw std::runtime_error(in_lines(diagnostics));
    const Section section{std::string(kind), *value};
    const ReadContext context{{{"r.yaml", directory, base::split_lines(yaml)}}};
    ReadSection read;
    read.result = find_step_kind(kind)->read(section, context, diagnostics);
    read.mistakes = in_lines(diagnostics);
    return read;
}

/// The only step of a section without mistakes.
inline Step read_step(std::string_view kind, const std::string &yaml,
                      const std::filesystem::path &directory = "/nowhere") {
    ReadSection read = read_section(kind, yaml, directory);
    if (!read.mistakes.empty() || read.result.steps.size() != 1)
        throw std::runtime_error("one good step was expected: " + read.mistakes);
    return read.result.steps.front();
}

} // namespace retouch::test
