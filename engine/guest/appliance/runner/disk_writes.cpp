#include "guest/appliance/runner/disk_writes.hpp"

#include "guest/appliance/runner/whole_file.hpp"

#include <string_view>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr int k_name_column = 3;
constexpr int k_sectors_written_column = 10;

/// Takes a word off the front of a line of words between blanks.
std::string_view next_word(std::string_view &line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
}

} // namespace

std::string disk_writes() {
    sync();
    const std::string stats = read_whole("/proc/diskstats");
    std::string counts;
    for (std::size_t at = 0; at < stats.size();) {
        const std::size_t end = std::min(stats.find('\n', at), stats.size());
        std::string_view line = std::string_view(stats).substr(at, end - at);
        at = end + 1;
        for (int column = 1; column <= k_sectors_written_column; ++column)
            if (const std::string_view word = next_word(line);
                column == k_name_column || column == k_sectors_written_column)
                counts.append(word) += ' ';
    }
    return counts;
}

} // namespace retouch::guest
