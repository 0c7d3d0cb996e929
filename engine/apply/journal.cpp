// One file a run, one line an act, written and synced before the act. What is in the journal may
// not have happened; what is not in it has not happened. That is all recovery relies upon.
//
//   STATE/active/TIME-RUN.jsonl   while the run works; locked by it, so that an unlocked one is
//                                 dead
//   STATE/kept/                   a rehearsal's, whose stage waits for its plan
//   STATE/TIME-RUN.jsonl          runs that ended, however
//   STATE/strange/                what lay among them and is no journal
//
// A lock of the kernel ends with its process, whatever ends that, and tells the living from the
// dead without a number that could have been given to another process. A torn last line is what a
// crash leaves, and is the line of an act that did not happen: it is passed over. Anybody who may
// write the directory may write journals, so what is read from one is bounded, and believed only as
// far as the catalog's own records say the same.

#include "apply/journal.hpp"

#include "apply/old_runs.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace retouch::apply {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_largest_journal = std::size_t{16} * 1024 * 1024;

fs::path active_directory(const fs::path &state) {
    return state / "active";
}

fs::path kept_directory(const fs::path &state) {
    return state / "kept";
}

void make_directory(const fs::path &directory) {
    std::error_code code;
    fs::create_directories(directory, code);
    if (code)
        throw base::system_error("create", directory, code.value());
}

base::LockFile start(const fs::path &path) {
    make_directory(path.parent_path());
    auto lock = base::LockFile::try_take(path);
    if (!lock)
        throw Error(ErrorKind::temporary, fmt::format("the journal {} is in use", path.string()));
    return std::move(*lock);
}

std::string file_name(const std::string &run) {
    std::string time = base::utc_now().substr(0, 19);
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    return fmt::format("{}Z-{}.jsonl", time, run.substr(0, 8));
}

void move_journal(const fs::path &from, const fs::path &to) {
    std::error_code code;
    fs::rename(from, to, code);
    if (code)
        throw base::system_error("move", from, code.value());
}

std::vector<Json> parse_entries(const std::string &text) {
    std::vector<Json> entries;
    for (const std::string &line : base::split_lines(text)) {
        Json entry = Json::parse(line, nullptr, false);
        if (entry.is_object())
            entries.push_back(std::move(entry));
    }
    return entries;
}

/// A regular file of the size of a journal, and no link to one.
bool may_be_journal(const fs::path &path) {
    struct stat info {};

    return lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
           static_cast<std::uintmax_t>(info.st_size) <= k_largest_journal;
}

std::vector<fs::path> journals_in(const fs::path &directory) {
    std::vector<fs::path> paths;
    std::error_code code;
    for (fs::directory_iterator entry(directory, code), end; !code && entry != end;
         entry.increment(code))
        if (entry->path().extension() == ".jsonl")
            paths.push_back(entry->path());
    std::ranges::sort(paths);
    return paths;
}

/// "STATE/strange/NAME", with a number behind it when that is taken.
fs::path free_place(const fs::path &directory, const fs::path &name) {
    fs::path place = directory / name;
    std::error_code code;
    for (int number = 2; fs::exists(fs::symlink_status(place, code)); ++number)
        place = directory / fmt::format("{}.{}", name.string(), number);
    return place;
}

std::vector<DeadRun> unlocked_runs(const fs::path &directory) {
    std::vector<fs::path> paths = journals_in(directory);
    std::erase_if(paths, [](const fs::path &path) { return !may_be_journal(path); });
    std::vector<DeadRun> dead;
    for (const fs::path &path : paths)
        if (auto lock = base::LockFile::try_take(path)) {
            std::vector<Json> entries = parse_entries(base::read_file(path, k_largest_journal));
            dead.push_back({path, std::move(*lock), std::move(entries)});
        }
    return dead;
}

} // namespace

Journal::Journal(const fs::path &state_directory, const std::string &run,
                 const std::string &project, const Json &about)
    : path_(active_directory(state_directory) / file_name(run)),
      final_path_(state_directory / path_.filename()),
      lock_(start(path_)) {
    remove_old_runs(state_directory);
    add(journal_entry::k_run,
        {{"run", run}, {"pid", getpid()}, {"project", project}, {"about", about}});
    base::sync_directory(path_.parent_path());
}

Journal::~Journal() {
    if (left_open_)
        return;
    std::error_code ignored; // left active, the next run's recovery finds nothing to undo in it
    fs::rename(path_, final_path_, ignored);
}

void Journal::add(std::string_view entry, const Json &details) {
    Json line = {{"time", base::utc_now()}, {"entry", entry}};
    line.update(details);
    base::write_all(lock_.fd(), line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n",
                    path_);
    if (fdatasync(lock_.fd()) != 0)
        throw base::system_error("write", path_, errno);
    last_ = entry;
}

void Journal::keep() {
    const fs::path kept = kept_directory(final_path_.parent_path());
    make_directory(kept);
    move_journal(path_, kept / path_.filename());
    left_open_ = true;
    base::sync_directory(kept);
}

std::string entry_text(const Json &entry, const char *key) {
    const auto found = entry.find(key);
    return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> set_aside_strange(const fs::path &state_directory) {
    std::vector<std::string> told;
    for (const fs::path &directory :
         {active_directory(state_directory), kept_directory(state_directory)})
        for (const fs::path &path : journals_in(directory)) {
            std::error_code gone;
            if (may_be_journal(path) || !fs::exists(fs::symlink_status(path, gone)))
                continue;
            const fs::path strange = state_directory / "strange";
            make_directory(strange);
            const fs::path place = free_place(strange, path.filename());
            move_journal(path, place);
            told.push_back(fmt::format("{} is not the journal of a run; it was moved to {}",
                                       base::escape(path.string()), base::escape(place.string())));
        }
    return told;
}

std::vector<DeadRun> dead_runs(const fs::path &state_directory) {
    return unlocked_runs(active_directory(state_directory));
}

std::vector<DeadRun> kept_runs(const fs::path &state_directory) {
    return unlocked_runs(kept_directory(state_directory));
}

std::set<std::string> owners_in(const fs::path &journal) {
    std::set<std::string> owners;
    if (!may_be_journal(journal))
        return owners;
    std::string text;
    try {
        text = base::read_file(journal, k_largest_journal);
    } catch (const Error &) {
        std::error_code code;
        if (fs::exists(journal, code))
            throw;
        return owners; // filed elsewhere or removed meanwhile
    }
    for (const Json &entry : parse_entries(text))
        if (entry_text(entry, "entry") == journal_entry::k_stage)
            owners.insert(entry_text(entry, "owner"));
    owners.erase(std::string());
    return owners;
}

std::set<std::string> noted_owners(const fs::path &state_directory) {
    std::set<std::string> owners;
    for (const fs::path &directory :
         {state_directory, active_directory(state_directory), kept_directory(state_directory)})
        for (const fs::path &path : journals_in(directory))
            owners.merge(owners_in(path));
    return owners;
}

void close_dead_run(const DeadRun &run) {
    move_journal(run.path, run.path.parent_path().parent_path() / run.path.filename());
}

} // namespace retouch::apply
