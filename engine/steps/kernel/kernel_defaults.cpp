#include "steps/kernel/kernel_defaults.hpp"

#include "base/text.hpp"
#include "steps/support/guest_paths.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::steps {

KernelDefaults::KernelDefaults(const GuestView &guest, const std::vector<std::string> &files,
                               std::string_view always, std::string_view usual)
    : always_(always), usual_(usual) {
    const std::array<std::string_view, 2> names = {always, usual};
    for (const std::string &path : files)
        if (path == files.front() || stat(guest, path))
            files_.emplace_back(image_text(guest, path), names);
    for (const ShellFragment &file : files_)
        if (obstacle_.empty())
            obstacle_ = file.obstacle();
    if (obstacle_.empty())
        effective();
}

std::map<std::string, KernelDefaults::Places> KernelDefaults::effective() {
    std::map<std::string, Places> variables;
    for (ShellFragment &file : files_)
        for (ShellAssignment &assignment : file.assignments()) {
            Places places;
            for (std::size_t at = 0; at < assignment.words.size(); ++at) {
                const std::string &word = assignment.words[at];
                if (!word.starts_with(k_variable_mark)) {
                    places.push_back({&assignment, at});
                    continue;
                }
                const std::string name = word.substr(1);
                if (name != always_ && name != usual_)
                    obstacle_ = fmt::format("{} takes words from the variable {}, and what that "
                                            "holds is not known here",
                                            assignment.name, base::escape(name));
                const Places &held = variables[name];
                places.insert(places.end(), held.begin(), held.end());
            }
            variables[assignment.name] = std::move(places);
        }
    return variables;
}

KernelWords KernelDefaults::texts_of(const std::string &name) {
    auto variables = effective();
    KernelWords words;
    for (const Place &place : variables[name])
        words.push_back(place.assignment->words[place.word]);
    return words;
}

/// Each once, whichever variables it is in.
KernelDefaults::Places KernelDefaults::all_places() {
    auto variables = effective();
    Places places = variables[always_];
    for (const Place &place : variables[usual_])
        if (std::ranges::find(places, place) == places.end())
            places.push_back(place);
    return places;
}

ShellAssignment &KernelDefaults::last_of(const std::string &name) {
    for (auto file = files_.rbegin(); file != files_.rend(); ++file)
        for (auto each = file->assignments().rbegin(); each != file->assignments().rend(); ++each)
            if (each->name == name)
                return *each;
    return files_.front().add(name);
}

void KernelDefaults::remove(std::string_view word) {
    for (const Place &place : all_places())
        if (place.assignment->words[place.word] == word) {
            place.assignment->words[place.word].clear();
            place.assignment->changed = true;
        }
    for (ShellFragment &file : files_)
        for (ShellAssignment &assignment : file.assignments())
            std::erase(assignment.words, std::string());
}

/// A parameter given twice is what the later word says, and the usual words come last.
void KernelDefaults::append(const std::string &word) {
    const Places places = all_places();
    const auto is_it = [&](const Place &place) {
        return place.assignment->words[place.word] == word;
    };
    if (std::ranges::count_if(places, is_it) == 1)
        return;
    remove(word);
    const KernelWords usual = texts_of(usual_);
    const bool has_other = word.find('=') != std::string::npos &&
                           std::ranges::any_of(usual, [&](const std::string &each) {
                               return parameter_in(each) == parameter_in(word);
                           });
    ShellAssignment &assignment = last_of(has_other ? usual_ : always_);
    assignment.words.push_back(word);
    assignment.changed = true;
}

void KernelDefaults::want(const WordWishes &wishes) {
    for (const std::string &word : wishes.remove)
        remove(word);
    for (const std::string &word : wishes.append)
        append(word);
}

void KernelDefaults::note(ImageChanges &changes) const {
    for (const ShellFragment &file : files_)
        file.note(changes);
}

} // namespace retouch::steps
