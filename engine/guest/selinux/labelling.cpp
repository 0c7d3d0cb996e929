// What a policy has no label for, or what cannot take one, is told and stops nothing: the rest of
// the image is better labelled than not.

#include "guest/selinux/labelling.hpp"

#include "base/text.hpp"
#include "guest/selinux/policy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace retouch::guest {

namespace {

constexpr std::size_t k_most_named = 5;
constexpr std::size_t k_longest_named = 200;

std::string short_form(const std::string &text) {
    return text.size() <= k_longest_named ? base::escape(text)
                                          : base::escape(text.substr(0, k_longest_named)) + "...";
}

/// "A, B, and 3 more"
std::string listed(const std::vector<std::string> &words) {
    const std::size_t shown = std::min(words.size(), k_most_named);
    std::string text = fmt::format("{}", fmt::join(std::span(words).first(shown), ", "));
    if (words.size() > shown)
        text += fmt::format(", and {} more", words.size() - shown);
    return text;
}

/// What the rules want for `entries`; those without a rule are added to `unruled`.
std::vector<PathLabel> wanted_labels(FileContexts &contexts,
                                     const std::vector<UnlabelledEntry> &entries,
                                     std::vector<std::string> &unruled) {
    std::vector<PathLabel> labels;
    for (const UnlabelledEntry &entry : entries) {
        if (std::optional<std::string> label = contexts.label_for(entry.path, entry.type))
            labels.push_back({entry.path, *std::move(label)});
        else if (contexts.ran_out())
            unruled.push_back(short_form(entry.path) + " (the rules take too long)");
        else if (!contexts.wants_none())
            unruled.push_back(short_form(entry.path) + " (no rule for it)");
    }
    return labels;
}

std::string note_on_rules(const std::string &policy, const FileContexts &contexts) {
    std::vector<std::string> rules;
    for (const auto &[place, reason] : contexts.unusable_rules())
        rules.push_back(fmt::format("{} ({})", place, short_form(reason)));
    return fmt::format("rules of the image's SELinux policy '{}' that retouch cannot follow were "
                       "passed over: {}",
                       policy, listed(rules));
}

} // namespace

Labelling label_new_entries(Guest &guest) {
    const std::optional<std::string> policy = labelling_policy(guest);
    if (!policy)
        return {};
    const std::vector<UnlabelledEntry> entries = guest.unlabelled();
    if (entries.empty())
        return {};
    const std::optional<PolicyTexts> texts = policy_texts(guest, *policy);
    if (!texts)
        return {0,
                {fmt::format("nothing was labelled: the rules of the image's SELinux policy "
                             "'{}' are larger than 16 MiB",
                             *policy)}};
    FileContexts contexts(*texts);
    std::vector<std::string> left;
    const std::vector<PathLabel> labels = wanted_labels(contexts, entries, left);
    const std::vector<FailedLabel> failed = guest.set_labels(labels);
    for (const FailedLabel &each : failed)
        left.push_back(fmt::format("{} ({})", short_form(each.path), std::strerror(each.code)));
    Labelling done{labels.size() - std::min(failed.size(), labels.size())};
    if (!left.empty())
        done.notes.push_back(
            fmt::format("without the label of the SELinux policy '{}': {}", *policy, listed(left)));
    if (!contexts.unusable_rules().empty())
        done.notes.push_back(note_on_rules(*policy, contexts));
    return done;
}

} // namespace retouch::guest
