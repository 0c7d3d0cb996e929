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
constexpr std::size_t k_most_at_once = 50'000;
constexpr std::chrono::seconds k_patience_for_all{600};

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

/// Of "USER:ROLE:TYPE:LEVEL".
std::string_view type_in(std::string_view label) {
    for (int part = 0; part < 2; ++part)
        label.remove_prefix(std::min(label.find(':'), label.size() - 1) + 1);
    return label.substr(0, label.find(':'));
}

std::vector<LabelledEntry> without_labels(const std::vector<UnlabelledEntry> &found) {
    std::vector<LabelledEntry> entries;
    entries.reserve(found.size());
    for (const UnlabelledEntry &entry : found)
        entries.push_back({entry.path, entry.type, {}});
    return entries;
}

/// What the rules want for `entries`; those without a rule are added to `unruled`.
std::vector<PathLabel> wanted_labels(FileContexts &contexts,
                                     const std::vector<LabelledEntry> &entries,
                                     std::vector<std::string> &unruled) {
    std::vector<PathLabel> labels;
    for (const LabelledEntry &entry : entries) {
        if (std::optional<std::string> label = contexts.label_for(entry.path, entry.type)) {
            if (entry.label.empty() || type_in(entry.label) != type_in(*label))
                labels.push_back({entry.path, *std::move(label), entry.label});
        } else if (contexts.ran_out()) {
            unruled.push_back(short_form(entry.path) + " (the rules take too long)");
        } else if (!contexts.wants_none() && entry.label.empty()) {
            unruled.push_back(short_form(entry.path) + " (no rule for it)");
        }
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

Labelling label_entries(Guest &guest, const std::string &policy, FileContexts &contexts,
                        const std::vector<LabelledEntry> &entries) {
    std::vector<std::string> left;
    const std::vector<PathLabel> labels = wanted_labels(contexts, entries, left);
    Labelling done;
    for (std::size_t at = 0; at < labels.size(); at += k_most_at_once) {
        const auto first = labels.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t count = std::min(k_most_at_once, labels.size() - at);
        const std::vector<FailedLabel> failed =
            guest.set_labels({first, first + static_cast<std::ptrdiff_t>(count)});
        for (const FailedLabel &each : failed)
            left.push_back(fmt::format("{} ({})", short_form(each.path), std::strerror(each.code)));
        done.labelled += count - std::min(failed.size(), count);
    }
    if (!left.empty())
        done.notes.push_back(
            fmt::format("without the label of the SELinux policy '{}': {}", policy, listed(left)));
    if (!contexts.unusable_rules().empty())
        done.notes.push_back(note_on_rules(policy, contexts));
    return done;
}

Labelling rules_too_large(const std::string &policy) {
    return {0,
            {fmt::format("nothing was labelled: the rules of the image's SELinux policy '{}' are "
                         "larger than 16 MiB",
                         policy)}};
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
        return rules_too_large(*policy);
    FileContexts contexts(*texts);
    return label_entries(guest, *policy, contexts, without_labels(entries));
}

Labelling label_everything(Guest &guest) {
    const std::optional<std::string> policy = named_policy(guest);
    if (!policy)
        return {0, {"nothing was labelled: the image has no SELinux policy with rules for labels"}};
    const std::optional<PolicyTexts> texts = policy_texts(guest, *policy);
    if (!texts)
        return rules_too_large(*policy);
    const std::vector<std::string> customized = customizable_types(guest, *policy);
    std::vector<LabelledEntry> entries = guest.labels();
    std::erase_if(entries, [&](const LabelledEntry &entry) {
        return !entry.label.empty() &&
               std::ranges::find(customized, type_in(entry.label)) != customized.end();
    });
    FileContexts contexts(*texts, k_patience_for_all);
    return label_entries(guest, *policy, contexts, entries);
}

} // namespace retouch::guest
