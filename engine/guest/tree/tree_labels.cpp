// An inode that was made has a time of its own, which cannot be set back: only those are asked.

#include "guest/tree/tree_labels.hpp"

#include "guest/tree/open_below.hpp"
#include "guest/tree/tree_walk.hpp"
#include "model/attributes.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <fcntl.h>
#include <limits>
#include <sys/xattr.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::int64_t k_nanoseconds = 1'000'000'000;
/// Inodes are given the time of the kernel's last tick, of which there are a hundred in a second.
constexpr std::int64_t k_tick = 10'000'000;
/// Two readings of clocks are as good as one when they are this close.
constexpr std::int64_t k_close = 20'000;
constexpr int k_readings = 32;
constexpr std::size_t k_longest_label = 4096;

std::int64_t read_clock(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * k_nanoseconds + now.tv_nsec;
}

char type_of(const TreeEntry &entry) {
    switch (entry.info.type) {
    case FileInfo::Type::regular:
        return '-';
    case FileInfo::Type::directory:
        return 'd';
    case FileInfo::Type::symlink:
        return 'l';
    case FileInfo::Type::other:
        break;
    }
    const char first = entry.target.empty() ? 's' : entry.target.front();
    return first == 'f' ? 'p' : first; // "fifo"; "block device", "character device", "socket"
}

/// Without the NUL it is stored with.
std::string label_at(const std::string &name) {
    std::string value(k_longest_label, '\0');
    const ssize_t size =
        getxattr(name.c_str(), model::k_label_attribute, value.data(), value.size());
    value.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return value.substr(0, value.find('\0'));
}

/// Of hexadecimal digits, up to a NUL.
std::string text_of(std::string_view digits) {
    std::string text;
    for (; digits.size() >= 2; digits.remove_prefix(2)) {
        unsigned char byte = 0;
        std::from_chars(digits.data(), digits.data() + 2, byte, 16);
        if (byte == 0)
            break;
        text += static_cast<char>(byte);
    }
    return text;
}

/// As it is stored, with a NUL. 0, or what went wrong.
int store_label(int root, const PathLabel &wanted) {
    const std::string_view below = std::string_view(wanted.path).substr(1);
    const int file = open_below(root, below.empty() ? "." : below, O_PATH | O_NOFOLLOW);
    if (file < 0)
        return errno;
    const std::string name = "/proc/self/fd/" + std::to_string(file);
    int code = EEXIST;
    if (wanted.former.empty() || label_at(name) == wanted.former) {
        const int result =
            setxattr(name.c_str(), model::k_label_attribute, wanted.label.c_str(),
                     wanted.label.size() + 1, wanted.former.empty() ? XATTR_CREATE : XATTR_REPLACE);
        code = result == 0 ? 0 : errno;
    }
    close(file);
    return code;
}

} // namespace

ClockMark ClockMark::now() {
    // A process may be stopped between the two readings, for seconds on a busy machine: the pair
    // that lies closest together counts.
    ClockMark closest;
    std::int64_t apart = std::numeric_limits<std::int64_t>::max();
    for (int tries = 0; tries < k_readings && apart > k_close; ++tries) {
        const std::int64_t before = read_clock(CLOCK_BOOTTIME);
        const std::int64_t set = read_clock(CLOCK_REALTIME);
        const std::int64_t after = read_clock(CLOCK_BOOTTIME);
        if (after - before < apart) {
            apart = after - before;
            closest = {set, after};
        }
    }
    return closest;
}

ClockMark ClockMark::start() {
    const ClockMark now = ClockMark::now();
    return {now.set - now.running, 0};
}

std::int64_t ClockMark::earliest() const {
    const ClockMark now = ClockMark::now();
    return std::min(set, now.set - (now.running - running)) - k_tick;
}

bool may_have_changed_since(std::int64_t changed, std::int64_t moment) {
    const bool has_whole_seconds = changed % k_nanoseconds == 0; // so does all of some filesystems
    return changed >= (has_whole_seconds ? moment / k_nanoseconds * k_nanoseconds : moment);
}

LookFailure find_unlabelled(int root, const ClockMark &began, const TreeTools &tools,
                            std::vector<UnlabelledEntry> &found) {
    Tree tree;
    const std::int64_t last = ClockMark::now().set + k_nanoseconds;
    const std::int64_t first = began.earliest();
    if (LookFailure failure =
            walk_changed(root, first / k_nanoseconds * k_nanoseconds, last, tools, tree))
        return failure;
    for (const TreeEntry &entry : tree.entries)
        if (may_have_changed_since(entry.changed, first) &&
            !model::attribute_value(entry.attributes, model::k_label_attribute))
            found.push_back({entry.path, type_of(entry)});
    return {};
}

LookFailure find_labels(int root, const TreeTools &tools, std::vector<LabelledEntry> &found) {
    Tree tree;
    constexpr auto k_ever = std::numeric_limits<std::int64_t>::max();
    if (LookFailure failure = walk_changed(root, -k_ever, k_ever, tools, tree))
        return failure;
    for (const TreeEntry &entry : tree.entries) {
        const auto digits = model::attribute_value(entry.attributes, model::k_label_attribute);
        found.push_back({entry.path, type_of(entry), text_of(digits.value_or(""))});
    }
    return {};
}

std::vector<FailedLabel> store_labels(int root, const std::vector<PathLabel> &labels,
                                      const TreeTools &tools) {
    std::vector<FailedLabel> failed;
    for (const PathLabel &wanted : labels) {
        tools.pause();
        const int code = store_label(root, wanted);
        if (code != 0 && code != EOPNOTSUPP && code != EEXIST)
            failed.push_back({wanted.path, code});
    }
    return failed;
}

} // namespace retouch::guest
