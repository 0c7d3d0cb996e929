#include "steps/lines/ini_edit.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

bool is_comment(std::string_view line) {
    const std::string_view text = base::trim(line);
    return text.empty() || text.front() == '#' || text.front() == ';';
}

std::optional<std::string_view> header_in(std::string_view line) {
    const std::string_view text = base::trim(line);
    if (!text.starts_with('[') || !text.ends_with(']'))
        return std::nullopt;
    return base::trim(text.substr(1, text.size() - 2));
}

struct Setting {
    std::string_view key;
    std::string_view value;
    std::string_view before_value; ///< the line up to the value
};

std::optional<Setting> setting_in(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (is_comment(line) || header_in(line) || equals == line.npos)
        return std::nullopt;
    std::size_t value = equals + 1;
    while (value < line.size() && (line[value] == ' ' || line[value] == '\t'))
        ++value;
    return Setting{base::trim(line.substr(0, equals)), base::trim(line.substr(value)),
                   line.substr(0, value)};
}

/// Lines of a section, its header not counted.
struct Extent {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::size_t section_end(const EditedText &text, std::size_t from) {
    while (from < text.size() && !header_in(text.line(from)))
        ++from;
    return from;
}

/// A section that stands several times counts as the last of them.
std::optional<Extent> find_section(const EditedText &text, const std::string &section) {
    if (section.empty())
        return Extent{0, section_end(text, 0)};
    std::optional<Extent> found;
    for (std::size_t number = 0; number < text.size(); ++number)
        if (header_in(text.line(number)) == section)
            found = Extent{number + 1, section_end(text, number + 1)};
    return found;
}

/// As the first setting of the file has it.
std::string_view usual_sign(const EditedText &text) {
    for (std::size_t number = 0; number < text.size(); ++number)
        if (const auto setting = setting_in(text.line(number)))
            return setting->before_value.ends_with("= ") ? " = " : "=";
    return "=";
}

bool has_settings_alone(const EditedText &text) {
    bool has_settings = false;
    for (std::size_t number = 0; number < text.size(); ++number) {
        if (header_in(text.line(number)))
            return false;
        has_settings = has_settings || setting_in(text.line(number));
    }
    return has_settings;
}

/// Behind the last line of the section that says something.
std::size_t place_of_new(const EditedText &text, const Extent &extent) {
    std::size_t at = extent.end;
    while (at > extent.begin && base::trim(text.line(at - 1)).empty())
        --at;
    return at;
}

class IniEdit {
  public:
    IniEdit(EditedText &text, Extent extent, bool all) : text_(text), extent_(extent), all_(all) {}

    /// Returns an obstacle or nothing.
    std::string set(const std::string &key, const Json &value) {
        const std::vector<std::size_t> found = lines_of(key);
        if (found.size() > 1 && !all_ && !value.is_null())
            return too_many(found, fmt::format("set '{}'", base::escape(key)));
        if (value.is_null())
            remove(key, found);
        else if (found.empty())
            add(key, value.get<std::string>());
        else
            change(key, value.get<std::string>(), found);
        return {};
    }

    [[nodiscard]] const std::string &words() const { return words_; }

  private:
    [[nodiscard]] std::vector<std::size_t> lines_of(const std::string &key) const {
        std::vector<std::size_t> found;
        for (std::size_t number = extent_.begin; number < extent_.end; ++number)
            if (const auto setting = setting_in(text_.line(number)); setting && setting->key == key)
                found.push_back(number);
        return found;
    }

    void tell(const std::string &key, std::string_view what) {
        base::add_part(words_, fmt::format("{} {}", base::escape(key), what));
    }

    void remove(const std::string &key, const std::vector<std::size_t> &found) {
        for (auto each = found.rbegin(); each != found.rend(); ++each)
            text_.remove(*each, 1);
        extent_.end -= found.size();
        if (!found.empty())
            tell(key, "removed");
    }

    void add(const std::string &key, const std::string &value) {
        text_.insert(place_of_new(text_, extent_), key + std::string(usual_sign(text_)) + value);
        ++extent_.end;
        tell(key, "added");
    }

    void change(const std::string &key, const std::string &value,
                const std::vector<std::size_t> &found) {
        bool changes = false;
        for (const std::size_t number : found) {
            const Setting setting = setting_in(text_.line(number)).value();
            if (setting.value == value)
                continue;
            text_.set(number, std::string(setting.before_value) + value);
            changes = true;
        }
        if (changes)
            tell(key, "changed");
    }

    EditedText &text_;
    Extent extent_;
    bool all_;
    std::string words_;
};

} // namespace

EditOutcome set_ini(const Json &keys, const std::string &section, bool all, EditedText &text) {
    std::optional<Extent> extent = find_section(text, section);
    bool needs_section = false;
    for (const auto &each : keys.items())
        needs_section = needs_section || !each.value().is_null();
    if (!extent && !needs_section)
        return {};
    if (!extent) {
        if (has_settings_alone(text))
            return {fmt::format("it has settings and no sections, so no section '{}'; section: "
                                "\"\" stands for all of it",
                                base::escape(section)),
                    {}};
        if (text.size() > 0 && !base::trim(text.line(text.size() - 1)).empty())
            text.insert(text.size(), "");
        text.insert(text.size(), "[" + section + "]");
        extent = Extent{text.size(), text.size()};
    }
    IniEdit edit(text, *extent, all);
    for (const auto &each : keys.items())
        if (std::string obstacle = edit.set(each.key(), each.value()); !obstacle.empty())
            return {std::move(obstacle), {}};
    return {{}, edit.words()};
}

} // namespace retouch::steps
