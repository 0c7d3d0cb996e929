// A policy has thousands of rules and a change few paths: expressions are compiled when a path
// begins as one does, and no more of them are kept than memory is meant for.

#include "guest/selinux/file_contexts.hpp"

#include "guest/selinux/literal_prefix.hpp"
#include "guest/selinux/policy_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::guest {

namespace {

constexpr std::size_t k_most_patterns = 2048;
constexpr std::size_t k_pattern_memory = std::size_t{256} * 1024;
constexpr std::size_t k_most_unusable = 100;
constexpr std::size_t k_most_substitutions = 1000;
constexpr std::size_t k_path_max = 4096; // PATH_MAX: no file is called so
constexpr std::size_t k_rules_a_look = 32;
constexpr std::string_view k_entry_types = "-dlcbps";
constexpr std::string_view k_none = "<<none>>";

/// USER:ROLE:TYPE and perhaps a range, in characters that can be printed.
bool is_label(std::string_view word) {
    const bool is_plain =
        std::ranges::all_of(word, [](char letter) { return letter > ' ' && letter < 0x7f; });
    return is_plain && word.size() <= FileContexts::k_longest_label &&
           std::ranges::count(word, ':') >= 2;
}

/// "-d" as 'd', nothing as 0; nullopt for what is no type.
std::optional<char> type_of(const std::vector<std::string_view> &words) {
    if (words.size() == 2)
        return char{0};
    const std::string_view word = words[1];
    if (word.size() != 2 || word[0] != '-' || k_entry_types.find(word[1]) == std::string_view::npos)
        return std::nullopt;
    return word[1];
}

/// Why it is none; empty when it is a rule.
std::string fault_of(const std::vector<std::string_view> &words) {
    if (words.size() != 2 && words.size() != 3)
        return "it has not two or three words";
    if (words[0].size() > FileContexts::k_longest_rule)
        return "it is too long";
    if (std::ranges::any_of(words[0], [](unsigned char each) { return each >= 0x80; }))
        return "it is not ASCII";
    if (!type_of(words))
        return "its second word is not a type of file";
    if (words.back() != k_none && !is_label(words.back()))
        return "its last word is not a label";
    return {};
}

} // namespace

FileContexts::FileContexts(const PolicyTexts &texts, std::chrono::seconds patience)
    : subs_(substitutions_in(texts.subs)),
      dist_(substitutions_in(texts.dist)),
      end_(std::chrono::steady_clock::now() + patience) {
    add(texts.contexts, "file_contexts");
    add(texts.homes, "file_contexts.homedirs");
    add(texts.local, "file_contexts.local");
    // Those that name one path go before all expressions, whatever their place.
    std::stable_partition(rules_.begin(), rules_.end(),
                          [](const Rule &rule) { return !rule.expression.empty(); });
}

std::vector<FileContexts::Substitution> FileContexts::substitutions_in(std::string_view text) {
    std::vector<Substitution> lines;
    for (const std::vector<std::string_view> &words : policy_lines(text))
        if (words.size() >= 2 && lines.size() < k_most_substitutions)
            lines.push_back({std::string(words[0]), std::string(words[1])});
    return lines;
}

std::string FileContexts::substituted(const std::vector<Substitution> &lines, std::string path) {
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        const auto &[prefix, instead] = *line;
        if (!path.starts_with(prefix))
            continue;
        std::string_view rest = std::string_view(path).substr(prefix.size());
        if (!rest.empty() && rest.front() != '/')
            continue;
        if (instead == "/" && !rest.empty())
            rest.remove_prefix(1);
        return instead + std::string(rest);
    }
    return path;
}

void FileContexts::add(std::string_view text, const std::string &file) {
    std::size_t line = 0;
    for (const std::vector<std::string_view> &words : policy_lines(text)) {
        ++line;
        if (words.empty())
            continue;
        std::string place = fmt::format("{}:{}", file, line);
        std::string fault = rules_.size() == k_most_rules ? "there are too many" : fault_of(words);
        if (!fault.empty()) {
            if (unusable_.size() < k_most_unusable)
                unusable_.emplace(std::move(place), std::move(fault));
            continue;
        }
        LiteralPrefix prefix = literal_prefix(words[0]);
        rules_.push_back(
            {std::move(prefix.text), prefix.is_all ? std::string() : std::string(words[0]),
             type_of(words).value(),
             words.back() == k_none ? std::string() : std::string(words.back()), std::move(place)});
    }
}

const base::Pattern *FileContexts::compiled(std::size_t index) {
    if (const auto found = patterns_.find(index); found != patterns_.end())
        return &found->second;
    spare_.reset();
    Rule &rule = rules_[index];
    std::string mistake;
    // As the library puts it together: of a choice without brackets each side has one anchor.
    std::optional<base::Pattern> pattern =
        base::Pattern::compile(fmt::format("(?s)^{}$", rule.expression), mistake,
                               {.memory = k_pattern_memory, .of_bytes = true});
    if (!pattern) {
        rule.is_unusable = true;
        if (unusable_.size() < k_most_unusable)
            unusable_.emplace(rule.place, std::move(mistake));
        return nullptr;
    }
    if (patterns_.size() < k_most_patterns)
        return &patterns_.emplace(index, *std::move(pattern)).first->second;
    spare_ = std::move(pattern);
    return &*spare_;
}

bool FileContexts::fits(std::size_t index, const std::string &path, char type) {
    const Rule &rule = rules_[index];
    if (rule.is_unusable || (rule.type != 0 && rule.type != type) || !path.starts_with(rule.prefix))
        return false;
    if (rule.expression.empty())
        return path.size() == rule.prefix.size();
    const base::Pattern *pattern = compiled(index);
    return pattern != nullptr && pattern->found_in(path);
}

std::optional<std::string> FileContexts::label_for(const std::string &path, char type) {
    const std::string looked_up = substituted(dist_, substituted(subs_, path));
    wants_none_ = false;
    if (looked_up.size() > k_path_max)
        return std::nullopt;
    for (std::size_t index = rules_.size(); index-- > 0;) {
        if (index % k_rules_a_look == 0 && std::chrono::steady_clock::now() > end_) {
            ran_out_ = true;
            return std::nullopt;
        }
        if (!fits(index, looked_up, type))
            continue;
        wants_none_ = rules_[index].label.empty();
        return wants_none_ ? std::nullopt : std::optional(rules_[index].label);
    }
    return std::nullopt;
}

} // namespace retouch::guest
