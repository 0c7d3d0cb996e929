#include "steps/lines/line_entries.hpp"

#include "base/text.hpp"
#include "steps/lines/contradictions.hpp"
#include "steps/lines/line_edit.hpp"
#include "steps/support/command_entry.hpp"
#include "steps/support/covered_places.hpp"
#include "steps/support/line_pattern.hpp"
#include "steps/support/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace retouch::steps {

namespace {

using Keys = std::vector<std::string_view>;

/// What an entry does, by the key that says so, and the keys that go with it.
struct Form {
    std::string_view key;
    std::array<std::string_view, 6> others;
};

constexpr std::array<Form, 5> k_forms = {{
    {"line", {"file", "match", "before", "after", "all", "create"}},
    {"remove", {"file"}},
    {"block", {"file", "mark", "before", "after", "create"}},
    {"ini", {"file", "section", "all", "create"}},
    {"replace", {"file", "with"}},
}};

/// One entry being read.
class EntryReading {
  public:
    EntryReading(const Value &entry, const Reader &reader, Json &options)
        : entry_(entry), reader_(reader), options_(options) {}

    /// Returns what the step does, for its summary; empty after a mistake.
    std::string run() {
        const Form *form = find_form();
        if (form == nullptr || !read_file())
            return {};
        for (const Field &field : entry_.fields)
            if (field.key != form->key && !goes_with(*form, field.key))
                error(field.key_mark,
                      fmt::format("'{}' does not go with '{}'", field.key, form->key));
        std::string what = read_form(form->key);
        return is_sound_ ? what : std::string();
    }

  private:
    void error(const Mark &mark, std::string message, std::string hint = {}) {
        is_sound_ = false;
        reader_.error(mark, std::move(message), std::move(hint));
    }

    static bool goes_with(const Form &form, std::string_view key) {
        return std::ranges::find(form.others, key) != form.others.end();
    }

    const Form *find_form() {
        const Form *found = nullptr;
        for (const Form &form : k_forms) {
            const Value *value = entry_.find(form.key);
            if (value == nullptr)
                continue;
            if (found != nullptr) {
                error(value->mark, fmt::format("'{}' does not go with '{}'", form.key, found->key));
                return nullptr;
            }
            found = &form;
        }
        if (found == nullptr)
            error(entry_.mark,
                  "an entry of 'lines' needs 'line', 'remove', 'block', 'ini' or 'replace'");
        return found;
    }

    bool read_file() {
        const Value *file = entry_.find("file");
        if (file == nullptr) {
            error(entry_.mark, "an entry of 'lines' needs 'file'");
            return false;
        }
        const auto path = guest_path(*file, reader_);
        if (!path)
            return false;
        if (const std::string_view covering = covered_by(*path); !covering.empty()) {
            error(file->mark,
                  fmt::format("'{}' cannot be seen in a machine that boots the image: another "
                              "filesystem is mounted on {}",
                              base::escape(*path), covering),
                  instead_of_covered(covering));
            return false;
        }
        options_["file"] = *path;
        return true;
    }

    std::string read_form(std::string_view key) {
        if (key == "line")
            return read_line();
        if (key == "remove")
            return read_removal();
        if (key == "block")
            return read_block();
        if (key == "ini")
            return read_ini();
        return read_replacement();
    }

    /// The text under a key of which is known that it is there; `lines`: it may be several.
    std::string text(std::string_view key, bool lines = false) {
        const Value &value = *entry_.find(key);
        require_printable(value.mark, key, value.scalar, lines);
        return value.scalar;
    }

    void require_printable(const Mark &mark, std::string_view what, std::string_view text,
                           bool lines = false) {
        for (const char each : text) {
            const auto code = static_cast<unsigned char>(each);
            if (each == '\n' && !lines)
                return error(mark, fmt::format("'{}' holds a line break, and is one line", what),
                             "write an entry for each line, or a 'block'");
            if ((code < 0x20 && each != '\t' && each != '\n') || code == 0x7f)
                return error(mark, fmt::format("'{}' holds a control character: '{}'", what,
                                               base::escape(std::string_view(&each, 1))));
        }
    }

    std::optional<LinePattern> read_pattern(std::string_view key) {
        const Value &value = *entry_.find(key);
        options_[std::string(key)] = text(key);
        std::string mistake;
        LinePattern pattern(value.scalar, mistake);
        if (mistake.empty())
            return pattern;
        error(value.mark, LinePattern::unusable(value.scalar, mistake));
        return std::nullopt;
    }

    void read_anchors() {
        const Value *before = entry_.find("before");
        const Value *after = entry_.find("after");
        if (before != nullptr && after != nullptr) {
            is_sound_ = false;
            return reader_.conflict(after->mark, "a line has one place: 'after' or 'before'",
                                    before->mark, "the other one is here");
        }
        if (before != nullptr)
            read_pattern("before");
        if (after != nullptr)
            read_pattern("after");
    }

    void read_flag(const char *key) { options_[key] = entry_.flag_or(key, false); }

    std::string read_line() {
        options_["line"] = text("line");
        if (entry_.find("match") != nullptr)
            read_match();
        else if (const Value *all = entry_.find("all"))
            error(all->mark, "'all' needs 'match'");
        read_anchors();
        read_flag("create");
        return "line " + first_line(options_["line"].get<std::string>());
    }

    void read_match() {
        const auto pattern = read_pattern("match");
        const auto line = options_["line"].get<std::string>();
        read_flag("all");
        if (pattern && is_sound_ && !pattern->matches(line))
            error(entry_.find("match")->mark,
                  "'match' does not match 'line': what it made would not be found again",
                  "let it match the line before and after, such as ^#?PermitRootLogin");
    }

    std::string read_removal() {
        read_pattern("remove");
        return "remove lines " + first_line(options_["remove"].get<std::string>());
    }

    std::string read_block() {
        options_["block"] = text("block", true);
        options_["mark"] = "retouch";
        if (entry_.find("mark") != nullptr)
            options_["mark"] = text("mark");
        const auto mark = options_["mark"].get<std::string>();
        const auto [begin, end] = block_marks(mark);
        for (const std::string &line : base::split_lines(options_["block"].get<std::string>()))
            if (line == begin || line == end)
                error(entry_.find("block")->mark,
                      fmt::format("'{}' is a line of the block, and marks where it ends or begins",
                                  base::escape(line)));
        read_anchors();
        read_flag("create");
        return "block " + base::escape(mark);
    }

    std::string read_replacement() {
        const auto pattern = read_pattern("replace");
        const Value *with = entry_.find("with");
        if (with == nullptr) {
            error(entry_.mark, "'replace' needs 'with'");
            return {};
        }
        options_["with"] = text("with");
        std::size_t count = 0;
        if (pattern && pattern->matches(""))
            error(entry_.find("replace")->mark, "'replace' matches an empty text, which is "
                                                "everywhere");
        else if (pattern && is_sound_ &&
                 replace_all(*pattern, with->scalar, with->scalar, count) != with->scalar)
            error(entry_.find("replace")->mark,
                  "'replace' matches in 'with': each run would change the file again");
        return "replace " + first_line(options_["replace"].get<std::string>());
    }

    void require_setting(const Field &field) {
        const std::string &key = field.key;
        require_printable(field.key_mark, "a key of ini", key);
        if (key.empty() || base::trim(key) != key || key.find('=') != key.npos ||
            key.find_first_of("[#;") == 0)
            error(field.key_mark,
                  fmt::format("'{}' is not a key of an ini file", base::escape(key)),
                  "it has no '=', no blanks at its ends, and begins with none of [ # ;");
        if (field.value.kind == Value::Kind::null)
            return;
        const std::string &value = field.value.scalar;
        require_printable(field.value.mark, key, value);
        if (base::trim(value) != value)
            error(field.value.mark, "a value of an ini file has no blanks at its ends");
    }

    std::string read_ini() {
        const Value &ini = *entry_.find("ini");
        options_["ini"] = Json::object();
        std::string names;
        for (const Field &field : ini.fields) {
            require_setting(field);
            options_["ini"][field.key] =
                field.value.kind == Value::Kind::null ? Json() : Json(field.value.scalar);
            base::add_part(names, field.key);
        }
        options_["section"] = "";
        if (const Value *section = entry_.find("section")) {
            options_["section"] = text("section");
            if (base::trim(section->scalar) != section->scalar ||
                section->scalar.find_first_of("[]") != std::string::npos)
                error(section->mark, "the name of a section has no brackets and no blanks at its "
                                     "ends");
        }
        read_flag("all");
        read_flag("create");
        const auto section = options_["section"].get<std::string>();
        return "set " + (section.empty() ? "" : "[" + base::escape(section) + "] ") +
               first_line(names);
    }

    const Value &entry_;
    const Reader &reader_;
    Json &options_;
    bool is_sound_ = true;
};

} // namespace

ReadResult read_lines(const Section &section, const ReadContext &context,
                      Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    ReadResult result;
    std::vector<Mark> marks;
    for (std::size_t number = 0; number < section.value.items.size(); ++number) {
        const Value &entry = section.value.items[number];
        Step step = new_step(section, number, entry, context);
        const std::string what = EntryReading(entry, reader, step.options).run();
        if (what.empty())
            continue;
        const auto file = step.options["file"].get<std::string>();
        step.identity = step.options;
        step.summary = fmt::format("edit {}: {}", base::escape(file), what);
        step.places = {file};
        result.steps.push_back(std::move(step));
        marks.push_back(entry.mark);
    }
    for (const Contradiction &found : contradictions(result.steps))
        reader.conflict(marks[found.undoing], "this edit undoes what another one did to the file",
                        marks[found.undone], "which is here");
    return result;
}

} // namespace retouch::steps
