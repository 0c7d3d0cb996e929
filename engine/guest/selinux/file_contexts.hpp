#pragma once
// FileContexts: which SELinux label a policy wants for a path, by the rules of selabel_file(5) and
// file_contexts(5). A value made from the policy's texts, which are untrusted; it sees no files.

#include "base/pattern.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

/// The files of a policy, as texts; empty for those it has not.
struct PolicyTexts {
    std::string contexts; ///< file_contexts
    std::string homes;    ///< file_contexts.homedirs
    std::string local;    ///< file_contexts.local
    std::string subs;     ///< file_contexts.subs
    std::string dist;     ///< file_contexts.subs_dist
};

class FileContexts {
  public:
    /// What of a text is no rule is passed over and counted among unusable_rules(). `patience`: for
    /// how long rules are looked at, from now on; a policy can be made to take hours.
    explicit FileContexts(const PolicyTexts &texts, std::chrono::seconds patience = k_patience);

    /// The label for `path` (normal and absolute), which is of `type` as `ls -l` shows it: one of
    /// "-dlcbps". nullopt when no rule fits or the one that does wants none; see wants_none().
    /// Throws Error: interrupted.
    [[nodiscard]] std::optional<std::string> label_for(const std::string &path, char type);

    /// True when a path was given up because the patience was at its end: nothing gets a label
    /// then.
    [[nodiscard]] bool ran_out() const { return ran_out_; }

    /// True when the rule for the path of the last call says that it shall have no label.
    [[nodiscard]] bool wants_none() const { return wants_none_; }

    /// Rules that could not be used for what was asked so far: "file_contexts:12", each with the
    /// reason behind it; untrusted. They are found when they are needed.
    [[nodiscard]] const std::map<std::string, std::string> &unusable_rules() const {
        return unusable_;
    }

    static constexpr std::chrono::seconds k_patience{60};
    static constexpr std::size_t k_most_rules = 100'000;
    static constexpr std::size_t k_longest_rule = 4096;
    static constexpr std::size_t k_longest_label = 4096;

  private:
    struct Rule {
        std::string prefix;     ///< what a path it fits begins with
        std::string expression; ///< empty when the path has to be the prefix
        char type = 0;          ///< 0: any
        std::string label;      ///< empty: none is wanted
        std::string place;      ///< "file_contexts:12"
        bool is_unusable = false;
    };

    /// Which path's rules hold for another one ("/home" for "/var/home").
    struct Substitution {
        std::string path;
        std::string instead;
    };

    /// Of a text of two paths on a line; what is no such line is passed over.
    [[nodiscard]] static std::vector<Substitution> substitutions_in(std::string_view text);

    /// `path` with the prefix replaced of the last line that fits, if one does.
    [[nodiscard]] static std::string substituted(const std::vector<Substitution> &lines,
                                                 std::string path);
    void add(std::string_view text, const std::string &file);
    [[nodiscard]] bool fits(std::size_t index, const std::string &path, char type);
    [[nodiscard]] const base::Pattern *compiled(std::size_t index);

    std::vector<Substitution> subs_;
    std::vector<Substitution> dist_;
    std::vector<Rule> rules_; ///< the last that fits wins
    std::map<std::size_t, base::Pattern> patterns_;
    std::optional<base::Pattern> spare_; ///< the last one compiled beyond those
    std::chrono::steady_clock::time_point end_;
    bool ran_out_ = false;
    std::map<std::string, std::string> unusable_;
    bool wants_none_ = false;
};

} // namespace retouch::guest
