#include "guest/sandbox/guest_texts.hpp"

#include <algorithm>
#include <array>
#include <dirent.h>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_largest_text = std::size_t{256} * 1024;
constexpr std::size_t k_most_names = 4096;
constexpr std::string_view k_white = " \t\r\n";

bool ends_with(std::string_view text, std::string_view ending) {
    return text.size() > ending.size() && text.substr(text.size() - ending.size()) == ending;
}

} // namespace

std::string path_in(const std::string &directory, std::string_view name) {
    std::string path = directory;
    path += '/';
    path += name;
    return path;
}

std::string read_guest_text(const std::string &path, TextBudget &budget) {
    struct stat status {};

    std::string text;
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return text;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
        const std::size_t size = std::min(k_largest_text, static_cast<std::size_t>(status.st_size));
        text.resize(size > budget.bytes ? 0 : size);
        budget.bytes -= std::min(size, budget.bytes);
        const ssize_t got = read(file, text.data(), text.size());
        text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    }
    close(file);
    return text;
}

std::vector<std::string> names_in(const std::string &directory, std::string_view ending) {
    std::vector<std::string> names;
    DIR *entries = opendir(directory.c_str());
    while (const dirent *entry = entries == nullptr ? nullptr : readdir(entries)) {
        if (ends_with(entry->d_name, ending))
            names.emplace_back(entry->d_name);
        if (names.size() == k_most_names)
            break;
    }
    if (entries != nullptr)
        closedir(entries);
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> overriding_files(const std::vector<std::string> &directories,
                                          std::string_view ending) {
    std::map<std::string, std::string> found;
    for (const std::string &directory : directories)
        for (const std::string &name : names_in(directory, ending))
            found.emplace(name, path_in(directory, name));
    std::vector<std::string> paths;
    paths.reserve(found.size());
    for (const auto &[name, path] : found)
        paths.push_back(path);
    return paths;
}

std::string_view stripped(std::string_view text) {
    const std::size_t from = std::min(text.find_first_not_of(k_white), text.size());
    return text.substr(from, text.find_last_not_of(k_white) + 1 - from);
}

std::vector<std::string> setting_lines(std::string_view text) {
    std::vector<std::string> lines;
    std::string pending;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = stripped(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && (line.front() == '#' || line.front() == ';'))
            continue;
        pending += line;
        if (!pending.empty() && pending.back() == '\\') {
            pending.back() = ' ';
            continue;
        }
        if (!pending.empty())
            lines.push_back(std::move(pending));
        pending.clear();
    }
    if (!pending.empty())
        lines.push_back(std::move(pending));
    return lines;
}

std::vector<std::string> quoted_words(std::string_view text, std::size_t most) {
    std::vector<std::string> words;
    for (text = stripped(text); !text.empty() && words.size() + 1 < most; text = stripped(text)) {
        const char quote = text.front() == '"' || text.front() == '\'' ? text.front() : '\0';
        if (quote != '\0')
            text.remove_prefix(1);
        const std::size_t end =
            std::min(quote == '\0' ? text.find_first_of(k_white) : text.find(quote), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (!text.empty())
        words.emplace_back(text);
    return words;
}

} // namespace retouch::guest
