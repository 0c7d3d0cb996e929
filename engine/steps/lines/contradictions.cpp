// The edits are tried on two texts: on nothing, and on all that they themselves bring. What does
// not stay as an edit left it, once those behind it are done, is undone by one of them.

#include "steps/lines/contradictions.hpp"

#include "steps/lines/line_edit.hpp"

#include <map>
#include <optional>
#include <string>

namespace retouch::steps {

namespace {

EditedText text_of(const std::string &bytes) {
    std::string obstacle;
    return {bytes, obstacle};
}

/// What it would be put before or behind is not in these texts.
Json without_anchor(Json options) {
    options.erase("before");
    options.erase("after");
    return options;
}

/// An edit of one file, and which step it is.
struct Numbered {
    std::size_t number;
    LineEdit edit;
};

using Edits = std::vector<Numbered>;

/// What becomes of a text; nullopt where the edit cannot be done, as to half a block.
std::optional<std::string> edited(const LineEdit &edit, const std::string &before) {
    EditedText text = text_of(before);
    if (!edit.apply(text).obstacle.empty())
        return std::nullopt;
    return text.bytes();
}

std::optional<std::size_t> undoing(const Edits &edits, std::size_t undone, std::string text) {
    text = edited(edits[undone].edit, text).value_or(text);
    for (std::size_t later = undone + 1; later < edits.size(); ++later) {
        text = edited(edits[later].edit, text).value_or(text);
        if (edited(edits[undone].edit, text) != text)
            return edits[later].number;
    }
    return std::nullopt;
}

void look(const Edits &edits, const std::string &sample,
          std::map<std::size_t, std::size_t> &found) {
    std::vector<std::string> before;
    std::string text = sample;
    for (const Numbered &each : edits) {
        before.push_back(text);
        text = edited(each.edit, text).value_or(text);
    }
    for (std::size_t at = 0; at < edits.size(); ++at)
        if (edited(edits[at].edit, before[at]) && edited(edits[at].edit, text) != text)
            if (const auto by = undoing(edits, at, before[at]))
                found.emplace(edits[at].number, *by);
}

} // namespace

std::vector<Contradiction> contradictions(const std::vector<Step> &steps) {
    std::map<std::string, Edits> files;
    std::map<std::string, std::string> brought;
    for (std::size_t number = 0; number < steps.size(); ++number) {
        const Json &options = steps[number].options;
        const auto file = options.at("file").get<std::string>();
        files[file].push_back({number, LineEdit(without_anchor(options))});
        for (const char *key : {"line", "with"})
            if (options.contains(key))
                brought[file] += options.at(key).get<std::string>() + "\n";
    }
    std::map<std::size_t, std::size_t> found;
    for (const auto &[file, edits] : files)
        if (edits.size() > 1)
            for (const std::string &sample : {std::string(), brought[file]})
                look(edits, sample, found);
    std::vector<Contradiction> result;
    result.reserve(found.size());
    for (const auto &[undone, by] : found)
        result.push_back({undone, by});
    return result;
}

} // namespace retouch::steps
