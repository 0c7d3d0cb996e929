// sh(1): a value ends at the first blank outside of quotes. Of a variable that nobody asked for it
// is enough to know where its value ends.

#include "steps/kernel/shell_fragment.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace retouch::steps {

namespace {

constexpr std::string_view k_escaped_in_quotes = "\"\\$`";

bool is_name_letter(char letter) {
    return letter == '_' || base::is_alphanumeric(letter);
}

std::string_view name_at(std::string_view text) {
    const auto end = std::ranges::find_if_not(text, is_name_letter);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

bool is_space(char letter) {
    return letter == ' ' || letter == '\t';
}

/// A value that a shell would read, letter by letter.
class ShellValue {
  public:
    explicit ShellValue(std::string_view text) : rest_(text) {}

    /// False where it does not end on this line.
    bool read() {
        while (!rest_.empty() && !is_space(rest_.front()))
            if (!read_part())
                return false;
        return true;
    }

    [[nodiscard]] std::string_view rest() const { return rest_; }

    [[nodiscard]] const std::string &text() const { return text_; }

    [[nodiscard]] bool is_plain() const { return is_plain_; }

  private:
    char take() {
        const char letter = rest_.front();
        rest_.remove_prefix(1);
        return letter;
    }

    bool read_part() {
        switch (const char letter = take()) {
        case '\'':
            return read_single_quoted();
        case '"':
            return read_double_quoted();
        case '$':
            return read_variable();
        case '`':
            return skip_to('`');
        case '\\':
            if (rest_.empty())
                return false;
            text_ += take();
            return true;
        case ';':
        case '&':
        case '|':
        case '<':
        case '>':
        case '(':
        case ')':
            return false;
        default:
            text_ += letter;
            return true;
        }
    }

    bool read_single_quoted() {
        const std::size_t end = rest_.find('\'');
        if (end == std::string_view::npos)
            return false;
        text_ += rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return true;
    }

    bool read_double_quoted() {
        while (!rest_.empty()) {
            const char letter = take();
            if (letter == '"')
                return true;
            if (letter == '$' ? !read_variable() : letter == '`' && !skip_to('`'))
                return false;
            if (letter == '$' || letter == '`')
                continue;
            if (letter == '\\' && rest_.empty())
                return false;
            text_ += letter == '\\' && k_escaped_in_quotes.find(rest_.front()) != std::string::npos
                         ? take()
                         : letter;
        }
        return false;
    }

    /// A "$" is behind; "$NAME" and "${NAME}" are kept.
    bool read_variable() {
        const bool has_braces = rest_.starts_with('{');
        const std::string_view name = name_at(rest_.substr(has_braces ? 1 : 0));
        if (rest_.starts_with('('))
            return skip_parentheses();
        if (name.empty() || (has_braces && !rest_.substr(1 + name.size()).starts_with('}')))
            return has_braces ? skip_to('}') : is_unknown();
        text_ += k_variable_mark + std::string(name);
        rest_.remove_prefix(name.size() + (has_braces ? 2 : 0));
        return true;
    }

    bool is_unknown() {
        is_plain_ = false;
        return true;
    }

    bool skip_to(char end) {
        is_plain_ = false;
        const std::size_t at = rest_.find(end);
        if (at == std::string_view::npos)
            return false;
        rest_.remove_prefix(at + 1);
        return true;
    }

    bool skip_parentheses() {
        is_plain_ = false;
        for (int depth = 0; !rest_.empty();) {
            const char letter = take();
            depth += letter == '(' ? 1 : letter == ')' ? -1 : 0;
            if (depth == 0)
                return true;
        }
        return false;
    }

    std::string_view rest_;
    std::string text_;
    bool is_plain_ = true;
};

/// A variable is a word of its own, or what the words are is not known.
bool has_whole_variables(const KernelWords &words) {
    return std::ranges::all_of(words, [](const std::string &word) {
        const std::size_t at = word.find(k_variable_mark);
        return at == std::string::npos ||
               (at == 0 && name_at(std::string_view(word).substr(1)).size() == word.size() - 1);
    });
}

std::string spelt(const ShellAssignment &assignment) {
    std::string text = assignment.before + assignment.name + "=\"";
    for (std::size_t at = 0; at < assignment.words.size(); ++at) {
        text += at == 0 ? "" : " ";
        const std::string &word = assignment.words[at];
        for (const char letter : word) {
            if (k_escaped_in_quotes.find(letter) != std::string_view::npos)
                text += '\\';
            text += letter == k_variable_mark ? '$' : letter;
        }
    }
    return text + '"' + assignment.after;
}

} // namespace

ShellFragment::ShellFragment(ImageText file, std::span<const std::string_view> names)
    : file_(std::move(file)), lines_(base::split(file_.text, '\n')) {
    for (std::size_t number = 0; number < lines_.size() && obstacle_.empty(); ++number)
        read_line(number, names);
}

void ShellFragment::read_line(std::size_t number, std::span<const std::string_view> names) {
    const std::string &line = lines_[number];
    std::string_view statement = base::trim(line);
    if (statement.empty() || statement.starts_with('#'))
        return;
    const std::size_t start = line.find(statement);
    std::size_t skipped = statement.starts_with("export ") ? std::string_view("export ").size() : 0;
    statement.remove_prefix(skipped);
    const std::string_view name = name_at(statement);
    const bool is_wanted = std::ranges::find(names, name) != names.end();
    ShellValue value(statement.substr(std::min(name.size() + 1, statement.size())));
    bool is_plain = !name.empty() && statement.substr(name.size()).starts_with('=') &&
                    line.find(k_variable_mark) == std::string::npos && value.read();
    const std::string_view behind = base::trim(value.rest());
    is_plain = is_plain && (behind.empty() || behind.starts_with('#'));
    KernelWords words = kernel_words(value.text());
    if (is_wanted)
        is_plain = is_plain && value.is_plain() && has_whole_variables(words);
    if (!is_plain)
        obstacle_ = fmt::format("line {} of {} is no plain assignment, and what a shell makes of "
                                "it is not known here; put the words there with 'lines'",
                                number + 1, base::escape(file_.path));
    else if (is_wanted)
        assignments_.push_back({number, line.substr(0, start + skipped), std::string(name),
                                std::move(words), std::string(value.rest())});
}

ShellAssignment &ShellFragment::add(std::string_view name) {
    if (lines_.back().empty())
        lines_.pop_back();
    lines_.insert(lines_.end(), {std::string(), std::string()});
    assignments_.push_back({lines_.size() - 2, {}, std::string(name), {}, {}});
    return assignments_.back();
}

void ShellFragment::note(ImageChanges &changes) const {
    std::vector<std::string> lines = lines_;
    bool is_changed = false;
    for (const ShellAssignment &assignment : assignments_)
        if (assignment.changed) {
            lines[assignment.line] = spelt(assignment);
            is_changed = true;
        }
    if (is_changed)
        want_text(changes, file_, base::joined(lines, "\n"));
}

} // namespace retouch::steps
