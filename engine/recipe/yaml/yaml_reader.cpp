// Strict YAML, for people who make mistakes. YAML as it is defined accepts nearly anything: a key
// that is indented by one blank too many becomes part of the text before it, "no" becomes false, a
// file that ends too early is whole. A recipe decides what is published, so what can be read in two
// ways is refused, with the line and what was probably meant.
//
// Three passes over one text; each may rely on what the one before refused:
//
//   characters    (yaml_source)    UTF-8, no control characters, bounded; positions
//   layout        (yaml_layout)    indentation, quoting, lists and blocks, as people see them
//   composition   (yaml_composer)  yaml-cpp builds the tree, with marks; no anchors, tags, merges
//
// All mistakes are told at once. So that one does not hide the rest, a value refused by its layout
// is masked (replaced by as many harmless characters, so that positions stay) and the composition
// goes on around it; what it then complains about on those lines is an echo, and is not told.

#include "recipe/yaml/yaml_reader.hpp"

#include "recipe/yaml/yaml_composer.hpp"
#include "recipe/yaml/yaml_layout.hpp"
#include "recipe/yaml/yaml_source.hpp"

#include <utility>

namespace retouch::recipe {

namespace {

MistakenLines lines_of(const Diagnostics &found, const std::vector<Mask> &masks,
                       YamlSource &source) {
    MistakenLines lines;
    lines.add(found);
    for (const Mask &mask : masks)
        for (int line = source.mark(mask.from).line; line <= source.mark(mask.to - 1).line; ++line)
            lines.add(line);
    return lines;
}

} // namespace

std::optional<YamlAroundMistakes> read_yaml_around_mistakes(std::string_view text,
                                                            const std::string &file,
                                                            Diagnostics &diagnostics) {
    std::optional<YamlSource> source = YamlSource::make(text, file, diagnostics);
    if (!source)
        return std::nullopt;
    Diagnostics found;
    const std::optional<std::vector<Mask>> masks = check_layout(*source, found);
    diagnostics.merge(found);
    if (!masks)
        return std::nullopt;
    MistakenLines mistaken = lines_of(found, *masks, *source);
    if (!masks->empty())
        source->put_masks(*masks);
    Diagnostics of_composer;
    std::optional<Value> value = compose_yaml(*source, of_composer);
    // What cannot be composed around a mask says nothing the mask's finding does not say better.
    if (value || found.empty())
        diagnostics.merge(mistaken.elsewhere(of_composer));
    if (!value)
        return std::nullopt;
    mistaken.add(of_composer);
    return YamlAroundMistakes{*std::move(value), std::move(mistaken)};
}

std::optional<Value> read_yaml(std::string_view text, const std::string &file,
                               Diagnostics &diagnostics) {
    Diagnostics found;
    std::optional<YamlAroundMistakes> read = read_yaml_around_mistakes(text, file, found);
    const bool wrong = found.has_errors();
    diagnostics.merge(std::move(found));
    return read && !wrong ? std::optional(std::move(read->value)) : std::nullopt;
}

} // namespace retouch::recipe
