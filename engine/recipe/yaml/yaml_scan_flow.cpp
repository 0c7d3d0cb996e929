// Flow collections: [a, b] and {a: b}, on one line or several. YAML allows more inside them than
// anybody writes on purpose (bare pairs, keys without values, empty entries); that is refused here.

#include "recipe/yaml/yaml_layout.hpp"
#include "recipe/yaml/yaml_layout_words.hpp"
#include "recipe/yaml/yaml_scan.hpp"
#include "recipe/yaml/yaml_tokens.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <vector>

namespace retouch::recipe {

namespace {

enum class Expect { entry, value, separator };

struct Bracket {
    char opening = '[';
    std::size_t offset = 0;
    Expect expect = Expect::entry; ///< in a mapping an entry starts with its key
};

constexpr std::string_view k_quote_hint =
    "separate entries with commas; text that holds , [ ] { } or ': ' needs quotes";

class FlowScan {
  public:
    FlowScan(std::string_view text, std::size_t depth) : text_(text), depth_(depth) {}

    Scan run(std::size_t offset) {
        at_ = offset;
        do {
            skip_gaps();
            if (auto finding = step())
                return {at_, std::move(finding)};
        } while (!open_.empty());
        return {at_, std::nullopt};
    }

  private:
    void skip_gaps() {
        while (at_ < text_.size()) {
            if (text_[at_] == '\n' || is_blank(text_[at_]))
                ++at_;
            else if (text_[at_] == '#' && at_gap(text_, at_ - 1))
                at_ = line_end(text_, at_);
            else
                break;
        }
    }

    std::optional<RefusedYaml> step() {
        if (at_ >= text_.size() || at_document_marker(text_, at_))
            return never_closed();
        const char c = text_[at_];
        if (c == ']' || c == '}')
            return close(c);
        if (c == ',')
            return comma();
        if (c == '{' && !open_.empty() && text_[at_ - 1] == '$')
            return finding_at(at_, "a variable needs quotes inside [ ] and { }",
                              "write \"${name}\"");
        if (!open_.empty() && open_.back().expect == Expect::separator)
            return RefusedYaml{
                at_, fmt::format("expected ',' or '{}' before this", closing(open_.back().opening)),
                std::string(k_quote_hint), open_.back().offset, "opened here"};
        if (c == '[' || c == '{')
            return open(c);
        return scalar(c);
    }

    static char closing(char opening) { return opening == '[' ? ']' : '}'; }

    RefusedYaml never_closed() const {
        const Bracket &bracket = open_.back();
        return finding_at(
            bracket.offset, fmt::format("'{}' is never closed", bracket.opening),
            fmt::format("add the missing '{}', or put text that starts with '{}' in quotes",
                        closing(bracket.opening), bracket.opening));
    }

    std::optional<RefusedYaml> open(char c) {
        if (!open_.empty() && open_.back().opening == '{' && open_.back().expect == Expect::entry)
            return finding_at(at_, "a list or mapping cannot be a key",
                              "text such as \"{{ name }}\" needs quotes");
        if (depth_ + open_.size() >= k_max_yaml_depth)
            return too_deep(at_);
        open_.push_back({c, at_, Expect::entry});
        ++at_;
        return std::nullopt;
    }

    std::optional<RefusedYaml> close(char c) {
        const Bracket bracket = open_.back();
        if (c != closing(bracket.opening))
            return RefusedYaml{at_,
                               fmt::format("'{}' does not close '{}'", c, bracket.opening),
                               {},
                               bracket.offset,
                               "opened here"};
        open_.pop_back();
        ++at_;
        return open_.empty() ? std::nullopt : finish_value(true);
    }

    std::optional<RefusedYaml> comma() {
        Bracket &bracket = open_.back();
        if (bracket.expect == Expect::entry)
            return finding_at(at_, "nothing stands before this comma");
        bracket.expect = Expect::entry;
        ++at_;
        return std::nullopt;
    }

    std::optional<RefusedYaml> scalar(char c) {
        const std::size_t start = at_;
        const bool quoted = c == '"' || c == '\'';
        if (quoted) {
            Scan scan = scan_quoted(text_, at_);
            if (scan.finding)
                return std::move(scan.finding);
            at_ = scan.end;
        } else {
            if (auto finding = bad_plain_start(c))
                return finding;
            at_ = plain_end(text_, at_, true);
            if (!at_key())
                at_ = plain_end_over_lines(text_, at_, 0, true);
            const std::string_view plain = text_.substr(start, at_ - start);
            if (plain.find('?') != std::string_view::npos)
                return finding_at(start, "text with '?' needs quotes inside [ ] and { }",
                                  "put it in quotes");
        }
        if (at_key())
            return finish_key(start, quoted);
        return finish_value(quoted);
    }

    /// What stands in a mapping where its next entry begins; a key is on one line.
    [[nodiscard]] bool at_key() const {
        return open_.back().opening == '{' && open_.back().expect == Expect::entry;
    }

    std::optional<RefusedYaml> bad_plain_start(char c) const {
        if (c == '-' && at_gap(text_, at_ + 1))
            return finding_at(at_, "a '- ' list cannot stand inside [ ] or { }",
                              "separate the entries with commas");
        if (std::string_view("|>#?:").find(c) != std::string_view::npos)
            return finding_at(at_,
                              fmt::format("text cannot start with '{}' inside [ ] or {{ }}", c),
                              "put it in quotes");
        return reserved_start(text_, at_);
    }

    std::optional<RefusedYaml> finish_key(std::size_t start, bool quoted) {
        const std::string_view key = text_.substr(start, at_ - start);
        const std::size_t colon = skip_blanks(text_, at_);
        if (!at_key_colon(text_, colon, true, quoted) || key.find('\n') != std::string_view::npos)
            return finding_at(start,
                              fmt::format("expected a colon after the key '{}'",
                                          base::escape(key.substr(0, key.find('\n')))),
                              "write {key: value} with a space after the colon");
        open_.back().expect = Expect::value;
        at_ = colon + 1;
        return std::nullopt;
    }

    std::optional<RefusedYaml> finish_value(bool json_like) {
        Bracket &bracket = open_.back();
        const std::size_t colon = skip_blanks(text_, at_);
        if (at_key_colon(text_, colon, true, json_like)) {
            if (bracket.opening == '[')
                return finding_at(colon, "a 'key: value' pair inside [ ] needs braces",
                                  "write [{key: value}], or put the text in quotes");
            return finding_at(colon, "there is a second colon in this entry",
                              std::string(k_quote_hint));
        }
        bracket.expect = Expect::separator;
        return std::nullopt;
    }

    std::string_view text_;
    std::size_t depth_;
    std::size_t at_ = 0;
    std::vector<Bracket> open_;
};

} // namespace

Scan scan_flow(std::string_view text, std::size_t offset, std::size_t depth) {
    return FlowScan(text, depth).run(offset);
}

} // namespace retouch::recipe
