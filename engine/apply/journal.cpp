#include "apply/journal.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace retouch {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_largest_journal = std::size_t{16} * 1024 * 1024;

fs::path active_directory(const fs::path &state) {
    return state / "active";
}

LockFile start(const fs::path &path) {
    std::error_code code;
    fs::create_directories(path.parent_path(), code);
    if (code)
        throw system_error("create", path.parent_path(), code.value());
    auto lock = LockFile::try_take(path);
    if (!lock)
        throw Error(ErrorKind::temporary, fmt::format("the journal {} is in use", path.string()));
    return std::move(*lock);
}

std::string file_name(const std::string &run) {
    std::string time = utc_now().substr(0, 19);
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    return fmt::format("{}Z-{}.jsonl", time, run.substr(0, 8));
}

std::vector<Json> parse_entries(const std::string &text) {
    std::vector<Json> entries;
    for (const std::string &line : split_lines(text)) {
        Json entry = Json::parse(line, nullptr, false);
        if (entry.is_object())
            entries.push_back(std::move(entry));
    }
    return entries;
}

} // namespace

Journal::Journal(const fs::path &state_directory, const std::string &run, const Json &about)
    : path_(active_directory(state_directory) / file_name(run)),
      final_path_(state_directory / path_.filename()),
      lock_(start(path_)) {
    add("run", {{"run", run}, {"pid", getpid()}, {"about", about}});
    sync_directory(path_.parent_path());
}

Journal::~Journal() {
    if (left_open_)
        return;
    std::error_code ignored; // left active, the next run's recovery finds nothing to undo in it
    fs::rename(path_, final_path_, ignored);
}

void Journal::add(const std::string &entry, const Json &details) {
    Json line = {{"time", utc_now()}, {"entry", entry}};
    line.update(details);
    write_all(lock_.fd(), line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", path_);
    if (fdatasync(lock_.fd()) != 0)
        throw system_error("write", path_, errno);
}

std::vector<DeadRun> dead_runs(const fs::path &state_directory) {
    std::vector<fs::path> paths;
    std::error_code code;
    for (fs::directory_iterator entry(active_directory(state_directory), code), end;
         !code && entry != end; entry.increment(code))
        if (entry->path().extension() == ".jsonl")
            paths.push_back(entry->path());
    std::ranges::sort(paths);
    std::vector<DeadRun> dead;
    for (const fs::path &path : paths)
        if (auto lock = LockFile::try_take(path)) {
            std::vector<Json> entries = parse_entries(read_file(path, k_largest_journal));
            dead.push_back({path, std::move(*lock), std::move(entries)});
        }
    return dead;
}

void close_dead_run(const DeadRun &run) {
    const fs::path target = run.path.parent_path().parent_path() / run.path.filename();
    std::error_code code;
    fs::rename(run.path, target, code);
    if (code)
        throw system_error("move", run.path, code.value());
}

} // namespace retouch
