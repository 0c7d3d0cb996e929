// Composer: a stack of unfinished collections fed by yaml-cpp's parser.
// Offsets come from yaml-cpp's marks, whose `pos` counts bytes of the text it was given.

#include "recipe/yaml/yaml_composer.hpp"

#include "recipe/yaml/yaml_layout.hpp"
#include "recipe/yaml/yaml_scalar.hpp"
#include "recipe/yaml/yaml_tokens.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>
#include <utility>
#include <vector>

namespace retouch::recipe {

namespace {

/// Leaves yaml-cpp's parser; the finding is already reported.
struct Stop {};

struct Open {
    Value value;
    std::optional<Field> field;                        ///< a key whose value is being read
    std::unordered_map<std::string, std::size_t> keys; ///< offset of each
    bool flow = false;                                 ///< in [ ] or { }
    bool ignore_field = false;                         ///< the key was refused
};

class Composer : public YAML::EventHandler {
  public:
    Composer(YamlSource &source, Diagnostics &diagnostics)
        : source_(source), diagnostics_(diagnostics) {}

    std::optional<Value> take() { return std::exchange(root_, {}); }

    void refuse(std::size_t offset, std::string message, std::string hint = {}) {
        diagnostics_.add(source_.error(offset, std::move(message), std::move(hint)));
    }

    void OnDocumentStart(const YAML::Mark &) override {}

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override {
        expect_plain_core("?", anchor, mark);
        const std::size_t at = offset(mark);
        const bool spelled = is_null_at(at);
        if (wants_key())
            return key(at, spelled ? spelling_at(at) : std::string(), false);
        Value value;
        value.mark = !spelled && !open_.empty() && open_.back().field ? open_.back().field->key_mark
                                                                      : source_.mark(at);
        if (spelled)
            value.scalar = spelling_at(at);
        count(at);
        add(std::move(value));
    }

    void OnAlias(const YAML::Mark &mark, YAML::anchor_t) override { not_core(offset(mark)); }

    void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                  const std::string &text) override {
        expect_plain_core(tag, anchor, mark);
        const std::size_t at = offset(mark);
        check_scalar(at, text);
        const bool is_quoted = tag == "!";
        if (wants_key())
            return key(at, text, is_quoted);
        count(at);
        Value value;
        value.mark = source_.mark(at);
        value.kind = is_quoted ? Value::Kind::string : plain_kind(text);
        value.scalar = text;
        value.quoted = is_quoted;
        add(std::move(value));
    }

    void OnSequenceStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override {
        expect_plain_core(tag, anchor, mark);
        start(Value::Kind::sequence, style, offset(mark));
    }

    void OnSequenceEnd() override { finish(); }

    void OnMapStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override {
        expect_plain_core(tag, anchor, mark);
        start(Value::Kind::mapping, style, offset(mark));
    }

    void OnMapEnd() override { finish(); }

  private:
    [[nodiscard]] std::size_t offset(const YAML::Mark &mark) const {
        return std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), source_.text().size());
    }

    [[nodiscard]] std::string spelling_at(std::size_t at) const {
        const std::string &text = source_.text();
        return text.substr(at, text[at] == '~' ? 1 : 4);
    }

    /// An absent value carries the place of whatever follows it, which may be a key called null.
    [[nodiscard]] bool is_null_at(std::size_t at) const {
        const std::string_view text = source_.text();
        if (at_line_end(text, at))
            return false;
        const std::string spelling = spelling_at(at);
        if (plain_kind(spelling) != Value::Kind::null)
            return false;
        const std::size_t end = at + spelling.size();
        if (only_comment_left(text, end) || wants_key())
            return true;
        const std::size_t next = skip_blanks(text, end);
        return !open_.empty() && open_.back().flow &&
               std::string_view(",]}").find(text[next]) != std::string_view::npos;
    }

    [[nodiscard]] bool wants_key() const {
        return !open_.empty() && open_.back().value.kind == Value::Kind::mapping &&
               !open_.back().field;
    }

    void expect_plain_core(const std::string &tag, YAML::anchor_t anchor, const YAML::Mark &mark) {
        if (anchor != 0 || (tag != "?" && tag != "!"))
            not_core(offset(mark));
    }

    [[noreturn]] void not_core(std::size_t at) {
        refuse(at, "this form of YAML is not allowed", "write plain keys, values and lists");
        throw Stop();
    }

    void count(std::size_t at) {
        if (++nodes_ <= k_max_yaml_nodes)
            return;
        refuse(at, fmt::format("the file holds more than {} values", k_max_yaml_nodes));
        throw Stop();
    }

    void check_scalar(std::size_t at, const std::string &text) {
        if (text.size() > k_max_yaml_scalar)
            refuse(at, fmt::format("this text is longer than {} KiB", k_max_yaml_scalar / 1024),
                   "keep large contents in files of their own");
        else if (text.find('\0') != std::string::npos)
            refuse(at, "a NUL character is not allowed");
        else if (base::invalid_utf8(text))
            refuse(at, "the escapes \\N and \\_ are not allowed", "write \\u0085 or \\u00a0");
    }

    void key(std::size_t at, const std::string &text, bool is_quoted) {
        Open &map = open_.back();
        map.field = Field{text, source_.mark(at), {}};
        map.ignore_field = true;
        const std::string shown = base::escape(text.substr(0, 60));
        if (!is_quoted && text == "<<")
            return refuse(at, "merge keys (<<) are not allowed", "write the keys out");
        if (!is_quoted && (plain_kind(text) != Value::Kind::string || is_disputed(text)))
            return refuse(at, fmt::format("the key '{}' is not plain text", shown),
                          "put it in quotes: " + yaml_quoted(shown) + ":");
        const auto [first, added] = map.keys.emplace(text, at);
        map.ignore_field = !added;
        if (added)
            return;
        Diagnostic twice = source_.error(at, fmt::format("the key '{}' is given twice", shown));
        twice.related.push_back(source_.related(first->second, "first defined here"));
        diagnostics_.add(std::move(twice));
    }

    void start(Value::Kind kind, YAML::EmitterStyle::value style, std::size_t at) {
        if (wants_key())
            not_core(at);
        if (open_.size() >= k_max_yaml_depth) {
            refuse(at, fmt::format("nested deeper than {} levels", k_max_yaml_depth));
            throw Stop();
        }
        count(at);
        Open &next = open_.emplace_back();
        next.flow = style == YAML::EmitterStyle::Flow;
        next.value.kind = kind;
        next.value.mark = source_.mark(at);
    }

    void finish() {
        Value value = std::move(open_.back().value);
        open_.pop_back();
        add(std::move(value));
    }

    void add(Value value) {
        if (open_.empty()) {
            root_ = std::move(value);
            return;
        }
        Open &parent = open_.back();
        if (parent.value.kind == Value::Kind::sequence) {
            parent.value.items.push_back(std::move(value));
            return;
        }
        parent.field->value = std::move(value);
        if (!parent.ignore_field)
            parent.value.fields.push_back(std::move(*parent.field));
        parent.field.reset();
    }

    YamlSource &source_;
    Diagnostics &diagnostics_;
    std::vector<Open> open_;
    std::optional<Value> root_;
    std::size_t nodes_ = 0;
};

/// yaml-cpp's objections in our words. Few are left after the layout check.
void explain(const YAML::ParserException &exception, const YamlSource &source, Composer &composer) {
    namespace Msg = YAML::ErrorMsg;
    const std::string &text = source.text();
    const std::size_t at =
        std::min(static_cast<std::size_t>(std::max(exception.mark.pos, 0)), text.size());
    const bool escaped = exception.msg.starts_with(Msg::INVALID_ESCAPE) ||
                         exception.msg.starts_with(Msg::INVALID_HEX) ||
                         exception.msg.starts_with(Msg::INVALID_UNICODE);
    const std::size_t backslash = at == 0 ? std::string::npos : text.rfind('\\', at - 1);
    if (escaped && backslash != std::string::npos)
        return composer.refuse(
            backslash,
            fmt::format("'{}' is not a known escape",
                        base::escape(std::string_view(text).substr(backslash, at - backslash))),
            "write \\\\ for a backslash, or use single quotes");
    if (exception.msg == Msg::TAB_IN_INDENTATION)
        return composer.refuse(at, "a tab cannot indent", "indent with spaces");
    composer.refuse(at, "this cannot be read as YAML",
                    "check the indentation, colons and quotes around here");
}

} // namespace

std::optional<Value> compose_yaml(YamlSource &source, Diagnostics &diagnostics) {
    Composer composer(source, diagnostics);
    std::istringstream stream(source.text());
    try {
        YAML::Parser parser(stream);
        const bool found = parser.HandleNextDocument(composer);
        if (found && !parser)
            return composer.take();
        composer.refuse(0, "this cannot be read as one YAML document");
    } catch (const YAML::ParserException &exception) {
        explain(exception, source, composer);
    } catch (const Stop &) {
    }
    return std::nullopt;
}

} // namespace retouch::recipe
