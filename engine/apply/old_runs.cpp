#include "apply/old_runs.hpp"

#include "apply/journal.hpp"
#include "base/interrupt.hpp"
#include "base/lock_file.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace retouch::apply {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path &directory, std::string_view extension) {
    std::vector<fs::path> files;
    std::error_code code;
    for (fs::directory_iterator entry(directory, code), end; !code && entry != end;
         entry.increment(code))
        if (entry->path().extension() == extension)
            files.push_back(entry->path());
    return files;
}

bool is_older(const fs::path &file, std::chrono::hours age) {
    std::error_code code;
    const auto written = fs::last_write_time(file, code);
    return !code && written < fs::file_time_type::clock::now() - age;
}

/// What journals say of projects, read as far as it is asked for.
class Notes {
  public:
    /// `journals` come newest first.
    explicit Notes(std::span<const fs::path> journals) : unread_(journals) {}

    [[nodiscard]] bool have(const std::string &owner) {
        while (!owners_.contains(owner) && !unread_.empty()) {
            owners_.merge(owners_in(unread_.front()));
            unread_ = unread_.subspan(1);
        }
        return owners_.contains(owner);
    }

    void add(const std::set<std::string> &owners) { owners_.insert(owners.begin(), owners.end()); }

  private:
    std::span<const fs::path> unread_;
    std::set<std::string> owners_;
};

void remove_old_journals(const fs::path &state, const OldRunsRule &rule) {
    std::vector<fs::path> journals = files_in(state, ".jsonl");
    // Their names begin with the time.
    std::ranges::sort(journals, std::greater<>(), &fs::path::native);
    const std::size_t kept = std::min(journals.size(), rule.most);
    const auto first_old = std::partition_point(
        journals.begin(), journals.begin() + static_cast<std::ptrdiff_t>(kept),
        [&](const fs::path &journal) { return !is_older(journal, rule.longest); });
    Notes newer(std::span(journals.begin(), first_old));
    for (auto journal = first_old; journal != journals.end(); ++journal) {
        base::check_interrupt();
        const std::set<std::string> owners = owners_in(*journal);
        std::error_code ignored;
        if (std::ranges::all_of(owners, [&](const auto &owner) { return newer.have(owner); }))
            fs::remove(*journal, ignored);
        newer.add(owners);
    }
}

void remove_old_locks(const fs::path &directory, std::chrono::hours age) {
    for (const fs::path &file : files_in(directory, ".lock")) {
        if (!is_older(file, age))
            continue;
        base::check_interrupt();
        try {
            if (const auto lock = base::LockFile::try_take(file)) {
                std::error_code ignored;
                fs::remove(file, ignored); // who opened it meanwhile makes it anew
            }
        } catch (const Error &error) {
            if (error.kind() == ErrorKind::interrupted)
                throw;
        }
    }
}

} // namespace

void remove_old_runs(const fs::path &state_directory, const OldRunsRule &rule) {
    remove_old_journals(state_directory, rule);
    remove_old_locks(state_directory / "locks", rule.longest);
}

} // namespace retouch::apply
