#include "guest/host/seen_mounts.hpp"

#include "base/text.hpp"
#include "guest/mount_words.hpp"

namespace retouch::guest {

std::vector<SeenMount> read_mounts(std::string_view mountinfo) {
    constexpr std::string_view k_end_of_optional = " - ";
    std::vector<SeenMount> mounts;
    for (const std::string &line : base::split_lines(mountinfo)) {
        const std::size_t end = line.find(k_end_of_optional);
        if (end == std::string::npos)
            continue;
        const std::vector<std::string> place = split_words(line.substr(0, end), " ");
        const std::vector<std::string> what = split_words(line.substr(end + 3), " ");
        if (place.size() >= 5 && what.size() >= 2)
            mounts.push_back({place[2], unescape_mount_word(place[3]),
                              unescape_mount_word(place[4]), what.front(),
                              split_words(what.back(), ",")});
    }
    return mounts;
}

} // namespace retouch::guest
