#include "steps/lines/line_edit.hpp"

#include "base/text.hpp"
#include "steps/lines/ini_edit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cassert>

namespace retouch::steps {

namespace {

constexpr std::size_t k_most_named = 5;

LinePattern compiled(const Json &options, const char *key) {
    std::string mistake;
    LinePattern pattern(options.at(key).get<std::string>(), mistake);
    assert(mistake.empty());
    return pattern;
}

std::vector<std::size_t> matching(const EditedText &text, const LinePattern &pattern) {
    std::vector<std::size_t> numbers;
    for (std::size_t number = 0; number < text.size(); ++number)
        if (pattern.matches(text.line(number)))
            numbers.push_back(number);
    return numbers;
}

std::optional<std::size_t> equal_line(const EditedText &text, const std::string &line) {
    for (std::size_t number = 0; number < text.size(); ++number)
        if (text.line(number) == line)
            return number;
    return std::nullopt;
}

/// "lines 3, 7 and 9".
std::string named(const std::vector<std::size_t> &numbers) {
    if (numbers.size() == 1)
        return fmt::format("line {}", numbers.front() + 1);
    std::string text = "lines ";
    const std::size_t shown = std::min(numbers.size(), k_most_named);
    for (std::size_t at = 0; at < shown; ++at)
        text += fmt::format("{}{}",
                            at == 0                    ? ""
                            : at + 1 == numbers.size() ? " and "
                                                       : ", ",
                            numbers[at] + 1);
    return numbers.size() > shown ? fmt::format("{} and {} more", text, numbers.size() - shown)
                                  : text;
}

} // namespace

std::string too_many(const std::vector<std::size_t> &numbers, std::string_view what) {
    return fmt::format("{} {}: name one alone, or say 'all: true' to set each", named(numbers),
                       what);
}

std::pair<std::string, std::string> block_marks(const std::string &mark) {
    return {"# BEGIN " + mark, "# END " + mark};
}

std::string replace_all(const LinePattern &pattern, const std::string &line,
                        const std::string &with, std::size_t &count) {
    std::string result;
    std::size_t from = 0;
    while (const auto found = pattern.find(line, from)) {
        if (found->size == 0)
            break;
        result.append(line, from, found->at - from);
        result += with;
        from = found->at + found->size;
        ++count;
    }
    return result.append(line, from);
}

LineEdit::LineEdit(Json options) : options_(std::move(options)) {
    for (const char *key : {"match", "remove", "replace"})
        if (options_.contains(key))
            pattern_ = compiled(options_, key);
    for (const char *key : {"before", "after"})
        if (options_.contains(key))
            anchor_ = Anchor{compiled(options_, key), key[0] == 'b'};
    all_ = options_.value("all", false);
}

EditOutcome LineEdit::apply(EditedText &text) const {
    if (options_.contains("ini"))
        return set_ini(options_.at("ini"), options_.at("section").get<std::string>(), all_, text);
    if (options_.contains("remove"))
        return remove_lines(text);
    if (options_.contains("block"))
        return set_block(text);
    if (options_.contains("replace"))
        return replace_places(text);
    return set_line(text);
}

EditOutcome LineEdit::insert(EditedText &text, const std::vector<std::string> &lines,
                             std::string_view what) const {
    std::size_t at = text.size();
    std::string where = "at the end";
    if (anchor_) {
        const std::vector<std::size_t> found = matching(text, anchor_->pattern);
        if (found.empty())
            return {fmt::format("no line matches '{}'", anchor_->is_before ? "before" : "after"),
                    {}};
        const std::size_t line = anchor_->is_before ? found.front() : found.back();
        at = anchor_->is_before ? line : line + 1;
        where = fmt::format("{} line {}", anchor_->is_before ? "before" : "after", line + 1);
        if (found.size() > 1)
            where += fmt::format(", the {} of {} that match", anchor_->is_before ? "first" : "last",
                                 found.size());
    }
    for (const std::string &line : lines)
        text.insert(at++, line);
    return {{}, fmt::format("{} added {}", what, where)};
}

EditOutcome LineEdit::set_line(EditedText &text) const {
    const auto line = options_.at("line").get<std::string>();
    std::vector<std::size_t> found;
    if (pattern_)
        found = matching(text, *pattern_);
    if (found.size() > 1 && !all_)
        return {too_many(found, "match"), {}};
    std::vector<std::size_t> changed;
    for (const std::size_t number : found)
        if (text.line(number) != line) {
            text.set(number, line);
            changed.push_back(number);
        }
    if (!changed.empty())
        return {{}, named(changed) + " replaced"};
    if (!found.empty() || equal_line(text, line))
        return {};
    return insert(text, {line}, "line");
}

EditOutcome LineEdit::remove_lines(EditedText &text) const {
    const std::vector<std::size_t> found = matching(text, pattern_.value());
    for (auto each = found.rbegin(); each != found.rend(); ++each)
        text.remove(*each, 1);
    return {{}, found.empty() ? std::string("no line matches") : named(found) + " removed"};
}

EditOutcome LineEdit::set_block(EditedText &text) const {
    const auto [begin, end] = block_marks(options_.at("mark").get<std::string>());
    std::vector<std::string> wanted = {begin};
    for (std::string &line : base::split_lines(options_.at("block").get<std::string>()))
        wanted.push_back(std::move(line));
    wanted.push_back(end);
    std::vector<std::size_t> begins;
    std::vector<std::size_t> ends;
    for (std::size_t number = 0; number < text.size(); ++number)
        if (text.line(number) == begin)
            begins.push_back(number);
        else if (text.line(number) == end)
            ends.push_back(number);
    if (begins.empty() && ends.empty())
        return insert(text, wanted, "block");
    if (begins.size() != 1 || ends.size() != 1 || ends.front() < begins.front())
        return {fmt::format("its lines '{}' and '{}' are not one pair", base::escape(begin),
                            base::escape(end)),
                {}};
    const std::size_t first = begins.front();
    const std::size_t count = ends.front() - first + 1;
    bool is_same = count == wanted.size();
    for (std::size_t at = 0; is_same && at < count; ++at)
        is_same = text.line(first + at) == wanted[at];
    if (is_same)
        return {};
    text.remove(first, count);
    for (std::size_t at = 0; at < wanted.size(); ++at)
        text.insert(first + at, wanted[at]);
    return {{}, fmt::format("block at line {} replaced", first + 1)};
}

EditOutcome LineEdit::replace_places(EditedText &text) const {
    const auto with = options_.at("with").get<std::string>();
    std::vector<std::size_t> changed;
    std::size_t places = 0;
    for (std::size_t number = 0; number < text.size(); ++number) {
        std::size_t count = 0;
        const std::string line = replace_all(*pattern_, text.line(number), with, count);
        if (line == text.line(number))
            continue;
        std::size_t again = 0;
        if (replace_all(*pattern_, line, with, again) != line)
            return {fmt::format("line {} would match again and change at each run", number + 1),
                    {}};
        text.set(number, line);
        changed.push_back(number);
        places += count;
    }
    if (changed.empty())
        return {{}, "nothing to replace"};
    return {
        {},
        fmt::format("{} place{} in {} replaced", places, places == 1 ? "" : "s", named(changed))};
}

} // namespace retouch::steps
