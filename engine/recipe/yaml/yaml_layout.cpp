// Layout check: follows indentation line by line with the same rules as yaml-cpp's scanner, but
// stops at everything outside the plain core, with words for people who do not know YAML's grammar.
// After a mistake, deeper lines are skipped and the next line may stand anywhere.

#include "recipe/yaml/yaml_layout.hpp"

#include "recipe/yaml/yaml_layout_findings.hpp"
#include "recipe/yaml/yaml_layout_words.hpp"
#include "recipe/yaml/yaml_levels.hpp"
#include "recipe/yaml/yaml_scan.hpp"
#include "recipe/yaml/yaml_tokens.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace retouch::recipe {

namespace {

constexpr std::size_t k_longest_key = 255;

/// A key or dash whose value has not come yet.
struct Awaiting {
    bool active = false;
    bool dash = false;
    std::size_t offset = 0;
};

class Layout {
  public:
    Layout(YamlSource &source, Diagnostics &diagnostics)
        : text_(source.text()), findings_(source, diagnostics) {}

    std::optional<std::vector<Mask>> run() {
        while (!stopped_ && find_line()) {
            findings_.go_on_at(line_);
            if (const auto finding = read_line())
                recover(*finding);
            if (findings_.too_many())
                stop();
        }
        findings_.go_on_at(text_.size());
        if (!stopped_)
            empty_entry();
        if (!started_ && !findings_.any()) {
            findings_.report(finding_at(0, "the file is empty"));
            findings_.distrust();
        }
        return findings_.take_masks();
    }

  private:
    // Finding lines and reporting.

    bool find_line() {
        while (next_ < text_.size()) {
            line_ = next_;
            const std::size_t end = line_end(text_, line_);
            next_ = std::min(end + 1, text_.size());
            at_ = std::min(text_.find_first_not_of(' ', line_), end);
            const std::size_t visible = skip_blanks(text_, at_);
            if (visible == end || text_[visible] == '#')
                continue;
            if (!skipping_ || column() <= skip_column_)
                return true;
        }
        return false;
    }

    [[nodiscard]] std::size_t column() const { return at_ - line_; }

    void recover(const RefusedYaml &finding) {
        findings_.report_end_of_line(finding);
        if (scan_broke_)
            stop();
        skipping_ = true;
        skip_column_ = entry_column_;
        lenient_ = true;
        started_ = true;
        awaiting_ = {};
    }

    void stop() {
        findings_.distrust();
        stopped_ = true;
    }

    void empty_entry() {
        if (!awaiting_.active || !awaiting_.dash)
            return;
        findings_.report(finding_at(awaiting_.offset, "this list entry is empty"));
        findings_.hide(awaiting_.offset, awaiting_.offset + 1, "- ~");
    }

    // Lines.

    MaybeFinding read_line() {
        skipping_ = false;
        entry_column_ = column();
        if (text_[at_] == '\t')
            return finding_at(at_, "a tab cannot indent", "indent with spaces");
        if (column() == 0 && (text_[at_] == '%' || at_document_marker(text_, at_)))
            return read_marker();
        if (ended_)
            return finding_at(at_, "the document ended above at '...'",
                              "one file holds one document");
        bool nested = false;
        while (text_[at_] == '-' && at_gap(text_, at_ + 1)) {
            if (auto finding = enter(true, nested))
                return finding;
            const std::size_t dash = at_;
            at_ = skip_blanks(text_, at_ + 1);
            if (text_.substr(dash, at_ - dash).find('\t') != std::string_view::npos)
                return finding_at(dash + 1, "a tab cannot follow '-'", "write one space");
            if (only_comment_left(text_, dash + 1)) {
                awaiting_ = {true, true, dash};
                return std::nullopt;
            }
            nested = true;
        }
        return read_entry(nested);
    }

    MaybeFinding read_marker() {
        if (text_[at_] == '%') {
            findings_.report(
                finding_at(at_, "directives (%NAME) are not allowed", "remove this line"));
            findings_.hide(at_, line_end(text_, at_));
            return std::nullopt;
        }
        if (text_[at_] == '.') {
            ended_ = true;
            if (only_comment_left(text_, at_ + 3))
                return std::nullopt;
            return finding_at(at_, "nothing may follow '...' on its line");
        }
        if (started_ || ended_ || marked_) {
            RefusedYaml finding =
                finding_at(at_, "a second document starts here", "one file holds one document");
            finding.related_offset = first_;
            finding.related_message = "the first one starts here";
            scan_broke_ = true;
            return finding;
        }
        marked_ = true;
        first_ = at_;
        if (!only_comment_left(text_, at_ + 3))
            return finding_at(at_, "nothing may follow '---' on its line",
                              "continue on the next line");
        return std::nullopt;
    }

    /// A key with its value, or a value alone, at at_.
    MaybeFinding read_entry(bool nested) {
        const std::size_t start = at_;
        const bool flow = text_[at_] == '[' || text_[at_] == '{';
        if (!nested && (text_[at_] == '|' || text_[at_] == '>'))
            return finding_at(at_, "a text block must start on the line of its key",
                              fmt::format("write \"key: {}\"", text_[at_]));
        if (at_key_colon(text_, at_, false, false))
            return finding_at(at_, "there is no key before this colon",
                              "write \"key: value\"; text that starts with ':' needs quotes");
        if (text_[at_] == '|' || text_[at_] == '>')
            return findings_.masked(start, "~", read_node());
        if (auto finding = read_node())
            return nested ? findings_.masked(start, "~", std::move(finding)) : finding;
        const std::size_t colon = skip_blanks(text_, at_);
        if (!at_key_colon(text_, colon, false, false))
            return finish_lone_value(start, nested);
        if (flow)
            return finding_at(start, "a list or mapping cannot be a key",
                              "text that starts with '[' or '{' needs quotes");
        if (text_.substr(start, at_ - start).find('\n') != std::string_view::npos)
            return finding_at(start, "a key cannot span lines");
        if (at_ - start > k_longest_key)
            return finding_at(start,
                              fmt::format("this key is longer than {} bytes", k_longest_key));
        const std::size_t key_end = colon + 1;
        at_ = start;
        if (auto finding = enter(false, nested))
            return finding;
        return read_value(start, key_end);
    }

    MaybeFinding read_value(std::size_t key, std::size_t offset) {
        at_ = pass_properties(offset);
        if (only_comment_left(text_, at_)) {
            awaiting_ = {true, false, key};
            return std::nullopt;
        }
        const std::size_t start = at_;
        return findings_.masked(start, "~", read_value_here());
    }

    /// Reports the anchors and tags before a value and goes on behind them.
    std::size_t pass_properties(std::size_t offset) {
        std::size_t at = skip_blanks(text_, offset);
        while (!at_line_end(text_, at) && (text_[at] == '&' || text_[at] == '!')) {
            findings_.report(reserved_start(text_, at).value());
            const std::size_t start = at;
            while (!at_gap(text_, at))
                ++at;
            findings_.hide(start, at);
            at = skip_blanks(text_, at);
        }
        return at;
    }

    MaybeFinding read_value_here() {
        if (text_[at_] == '-' && at_gap(text_, at_ + 1))
            return finding_at(at_, "a list cannot start on the line of its key",
                              "start it on the next line, or write [a, b]");
        if (at_key_colon(text_, at_, false, false))
            return finding_at(at_, "there is a second colon on this line",
                              "put text that holds a colon in quotes");
        if (auto finding = read_node())
            return finding;
        return end_of_line();
    }

    /// One scalar or flow collection at at_; moves at_ behind it.
    MaybeFinding read_node() {
        const char c = text_[at_];
        plain_ = false;
        if (c == '|' || c == '>') {
            Scan scan = scan_block_scalar(text_, at_, levels_.column());
            next_ = scan.end;
            at_ = scan.end;
            return std::move(scan.finding);
        }
        if (c == '"' || c == '\'' || c == '[' || c == '{') {
            const bool flow = c == '[' || c == '{';
            Scan scan = flow ? scan_flow(text_, at_, levels_.depth()) : scan_quoted(text_, at_);
            // Behind a construct that is broken over lines nothing can be trusted.
            scan_broke_ = scan.finding && std::max(scan.end, scan.finding->offset) >= next_;
            node_ = at_;
            at_ = scan.end;
            move_to_line_of(at_);
            return std::move(scan.finding);
        }
        if (auto finding = reserved_start(text_, at_))
            return finding;
        node_ = at_;
        at_ = plain_end(text_, at_, false);
        plain_ = true;
        return std::nullopt;
    }

    /// Takes the lines on which a plain text goes on: all versions of YAML fold them alike. What
    /// people write there for something else, such as "- b", is left to be judged as a line.
    void continue_plain_text() {
        at_ = plain_end_over_lines(text_, at_, levels_.column(), false);
        move_to_line_of(at_);
    }

    void move_to_line_of(std::size_t offset) {
        next_ = std::max(next_, std::min(line_end(text_, offset) + 1, text_.size()));
    }

    MaybeFinding end_of_line() {
        awaiting_ = {};
        if (plain_ && levels_.depth() > 0)
            continue_plain_text();
        if (at_ == next_ || only_comment_left(text_, at_))
            return std::nullopt;
        const std::size_t rest = skip_blanks(text_, at_);
        if (at_key_colon(text_, rest, false, false))
            return finding_at(rest, "there is a second colon on this line",
                              "put text that holds a colon in quotes");
        const bool lines = text_.substr(node_, at_ - node_).find('\n') != std::string_view::npos;
        if (lines) // it may have swallowed what was meant as keys
            findings_.distrust();
        RefusedYaml finding =
            finding_at(rest, fmt::format("text cannot follow this '{}'", text_[at_ - 1]),
                       lines ? "is a closing one missing above?" : "put the whole text in quotes");
        finding.related_offset = node_;
        finding.related_message = fmt::format("it closes the '{}' opened here", text_[node_]);
        return finding;
    }

    // Indentation.

    /// Puts the line's collection at column() onto the levels.
    MaybeFinding enter(bool list, bool nested) {
        if (lone_root_)
            return key_without_colon(text_, *std::exchange(lone_root_, std::nullopt));
        bool may_open = nested || !started_ || lenient_;
        if (!nested)
            may_open = leave_deeper_levels() || may_open;
        first_ = started_ || marked_ ? first_ : at_;
        started_ = true;
        const bool lenient = std::exchange(lenient_, false);
        const bool after_key = std::exchange(awaiting_, {}).active && may_open;
        if (levels_.innermost_is_at(column()) && !nested) {
            if (levels_.in_list() == list)
                return std::nullopt;
            if (!list && levels_.outer_is_at(column())) {
                levels_.close_innermost();
                return std::nullopt;
            }
            if (!lenient && !(list && after_key))
                return list ? finding_at(at_, "a list entry cannot stand between keys",
                                         "indent it below the key it belongs to")
                            : no_entry(at_);
        } else if (!may_open) {
            return bad_indentation();
        }
        if (levels_.depth() >= k_max_yaml_depth) {
            stop();
            return too_deep(at_);
        }
        levels_.open(column(), list);
        return std::nullopt;
    }

    /// True when a value is awaited and this line may be it.
    bool leave_deeper_levels() {
        levels_.leave_deeper(column());
        const bool deeper = levels_.holds(column());
        if (levels_.left_any() || !deeper)
            empty_entry_before();
        return awaiting_.active && !levels_.left_any() && (deeper || !awaiting_.dash);
    }

    void empty_entry_before() {
        empty_entry();
        if (awaiting_.dash)
            awaiting_ = {};
    }

    /// A value that is alone on its line, without a key.
    MaybeFinding finish_lone_value(std::size_t start, bool nested) {
        const std::size_t end = std::exchange(at_, start);
        if (lone_root_)
            return continued_text(start);
        if (!nested && started_ && !lone_value_expected())
            return text_without_key(start);
        if (!started_) {
            lone_root_ = start;
            first_ = marked_ ? first_ : start;
        }
        started_ = true;
        lenient_ = false;
        at_ = end;
        return nested ? findings_.masked(start, "~", end_of_line()) : end_of_line();
    }

    bool lone_value_expected() {
        const bool awaited = leave_deeper_levels() || lenient_;
        return awaited && levels_.holds(column());
    }

    MaybeFinding text_without_key(std::size_t start) {
        if (levels_.holds(column()))
            return findings_.masked(start, {}, continued_text(start));
        if (levels_.in_list())
            return findings_.masked(start, {}, no_entry(start));
        return findings_.masked(start, std::string(probable_key(text_, start)) + ":",
                                key_without_colon(text_, start));
    }

    [[nodiscard]] RefusedYaml bad_indentation() const {
        return levels_.left_any() ? indentation_fits_nothing(at_, levels_.former_columns())
                                  : indented_too_deep(at_);
    }

    std::string_view text_;
    LayoutFindings findings_;
    YamlLevels levels_;
    Awaiting awaiting_;
    std::size_t next_ = 0;                 ///< start of the next line to read
    std::size_t line_ = 0;                 ///< start of the line being read
    std::size_t at_ = 0;                   ///< where reading stands
    std::size_t node_ = 0;                 ///< start of the scalar or flow collection read last
    std::size_t first_ = 0;                ///< start of the document
    std::optional<std::size_t> lone_root_; ///< the document is this scalar alone
    std::size_t entry_column_ = 0;
    std::size_t skip_column_ = 0;
    bool started_ = false;
    bool marked_ = false;     ///< "---" was seen
    bool ended_ = false;      ///< "..." was seen
    bool skipping_ = false;   ///< lines deeper than skip_column_ belong to a mistake
    bool plain_ = false;      ///< the scalar read last has no quotes
    bool lenient_ = false;    ///< the last line was a mistake
    bool scan_broke_ = false; ///< the rest of the file cannot be understood
    bool stopped_ = false;
};

} // namespace

std::optional<std::vector<Mask>> check_layout(YamlSource &source, Diagnostics &diagnostics) {
    return Layout(source, diagnostics).run();
}

} // namespace retouch::recipe
