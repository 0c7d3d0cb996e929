// An entry that names $kernelopts has those words from the environment block, for all such entries
// alike; the other words are its own.

#include "steps/kernel/loader_entries.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "steps/kernel/environment_block.hpp"
#include "steps/kernel/kernel_defaults.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/support/image_text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::array<const char *, 3> k_places = {
    "/boot/loader/entries", "/boot/efi/loader/entries", "/efi/loader/entries"};
constexpr std::size_t k_most_files = 200;
constexpr std::string_view k_key = "options";

bool names_environment(const KernelWords &words) {
    return count_of(words, "$kernelopts") + count_of(words, "${kernelopts}") > 0;
}

/// A file of "KEY VALUE" lines; the words are those of all its lines of options.
class LoaderEntry {
  public:
    explicit LoaderEntry(ImageText file)
        : file_(std::move(file)), lines_(base::split(file_.text, '\n')) {
        for (std::size_t at = 0; at < lines_.size(); ++at)
            if (is_options(lines_[at]))
                add(at);
    }

    [[nodiscard]] const KernelWords &words() const { return words_; }

    /// False where they are so already.
    bool want(const KernelWords &words, ImageChanges &changes) {
        if (words == words_)
            return false;
        const std::string line = fmt::format("{} {}", k_key, base::joined(words, " "));
        if (options_.empty()) {
            options_.push_back(lines_.size() - (lines_.back().empty() ? 1 : 0));
            lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(options_.front()), line);
        }
        lines_[options_.front()] = line;
        for (auto each = options_.rbegin(); each != options_.rend() - 1; ++each)
            lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(*each));
        want_text(changes, file_, base::joined(lines_, "\n"));
        return true;
    }

  private:
    static bool is_options(const std::string &line) {
        const KernelWords words = kernel_words(line);
        return !words.empty() && words.front() == k_key;
    }

    void add(std::size_t line) {
        options_.push_back(line);
        const KernelWords words = kernel_words(lines_[line]);
        words_.insert(words_.end(), words.begin() + 1, words.end());
    }

    ImageText file_;
    std::vector<std::string> lines_;
    std::vector<std::size_t> options_; ///< numbers of lines
    KernelWords words_;
};

/// What the entry's own words shall be, when those of the environment block are as they shall be.
KernelWords own_words(const KernelWords &words, const WordWishes &wishes,
                      const KernelWords &environment) {
    WordWishes own = wishes;
    if (names_environment(words)) {
        own.append.clear();
        for (const std::string &word : wishes.append)
            if (count_of(environment, word) > 0)
                own.remove.push_back(word);
    }
    return with_wishes(words, own);
}

void want_in_line(const std::string &path, const WordWishes &wishes, const GuestView &guest,
                  ImageChanges &changes) {
    if (!stat(guest, path))
        return;
    const ImageText file = image_text(guest, path);
    std::vector<std::string> lines = base::split(file.text, '\n');
    lines.front() = line_with_wishes(lines.front(), wishes);
    want_text(changes, file, base::joined(lines, "\n"));
}

/// What the packages of later kernels write into their entries.
void want_for_later(const WordWishes &wishes, const GuestView &guest, KernelTask &task) {
    want_in_line("/etc/kernel/cmdline", wishes, guest, task);
    const std::string path = "/etc/default/grub";
    if (!stat(guest, path))
        return;
    KernelDefaults defaults(guest, {path}, "GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT");
    task.fail(defaults.obstacle());
    if (!task.possible())
        return;
    defaults.want(wishes);
    defaults.note(task);
}

} // namespace

std::vector<std::string> loader_entry_files(const GuestView &guest) {
    std::vector<std::string> files;
    for (const char *place : k_places)
        for (const DirectoryEntry &entry : guest.list(place))
            if (entry.name.ends_with(".conf") && files.size() < k_most_files)
                files.push_back(base::join(place, entry.name));
    return files;
}

void want_in_loader_entries(const std::vector<std::string> &files, const WordWishes &wishes,
                            const GuestView &guest, KernelTask &task) {
    std::vector<LoaderEntry> entries;
    entries.reserve(files.size());
    for (const std::string &file : files)
        entries.emplace_back(image_text(guest, file));
    KernelWords environment;
    if (std::ranges::any_of(
            entries, [](const LoaderEntry &entry) { return names_environment(entry.words()); })) {
        EnvironmentBlock block(guest);
        task.fail(block.obstacle());
        if (!task.possible())
            return;
        environment = with_wishes(block.words(), wishes);
        block.want(environment, task);
    }
    const bool is_environment_changed = !task.changes.empty();
    std::size_t changed = 0;
    for (LoaderEntry &entry : entries) {
        const bool takes_changed = is_environment_changed && names_environment(entry.words());
        const bool is_changed = entry.want(own_words(entry.words(), wishes, environment), task);
        changed += takes_changed || is_changed ? 1 : 0;
    }
    if (changed > 0)
        task.reasons.push_back(fmt::format("{} of {} boot entr{}", changed, entries.size(),
                                           entries.size() == 1 ? "y" : "ies"));
    want_for_later(wishes, guest, task);
    if (task.reasons.empty() && !task.changes.empty())
        task.reasons.emplace_back("for later kernels");
}

} // namespace retouch::steps
