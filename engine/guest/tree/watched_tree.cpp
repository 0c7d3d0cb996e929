// The kernel notes of a change the inode, the directory it was made in and the name it was made by
// (of a write through a mapping, when the file is closed). There the next look looks; whether
// something really changed, the metadata and the bytes tell, as in a look at everything. So a note
// too many costs a stat, and a note too few is found by unnoted().
//
// A write is noted by the name the file was opened by, which may be a hard link of another name, or
// one that is gone again: so all names of an inode are looked at. A directory is noted where it is
// moved to, not what is in it: below one that was not there before, everything is looked at.

#include "guest/tree/watched_tree.hpp"

#include "guest/tree/tree_comparison.hpp"
#include "guest/tree/tree_inspection.hpp"
#include "guest/tree/tree_update.hpp"
#include "guest/tree/tree_walk.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <linux/magic.h>
#include <map>
#include <set>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <utility>

namespace retouch::guest {

namespace {

constexpr std::uint64_t k_events = FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO |
                                   FAN_ATTRIB | FAN_MODIFY | FAN_CLOSE_WRITE | FAN_ONDIR;

/// False where what is noted cannot be told from the numbers a look sees: Btrfs gives each
/// subvolume numbers of its own, and FAT gives a file another number when it is read again.
bool can_be_watched(int place) {
    struct statfs status {};

    const auto is_type = [&status](unsigned long type) {
        return static_cast<unsigned long>(status.f_type) == type;
    };
    return fstatfs(place, &status) == 0 && !is_type(BTRFS_SUPER_MAGIC) &&
           !is_type(MSDOS_SUPER_MAGIC);
}

/// False for what changes the time of the inode alone: no byte did (flags, as chattr sets them, are
/// nothing that a look sees).
bool is_visible(const TreeEntry &before, const TreeEntry &after) {
    return !looks_the_same(before, after) || before.modified != after.modified;
}

} // namespace

WatchedTree::WatchedTree() : notes_(FileNotes::By::name, k_events) {}

LookFailure WatchedTree::mark(int root, const std::vector<int> &places,
                              const std::vector<std::string> &named, const TreeTools &tools) {
    unwatched_.clear();
    for (const int place : places)
        if (!can_be_watched(place) || !notes_.watch(place))
            unwatched_.push_back(place);
    texts_ = KeptTexts(named);
    Tree tree;
    if (LookFailure failure = walk_tree(root, {}, tools, tree))
        return failure;
    if (LookFailure failure = keep_texts(root, tree, tools, texts_))
        return failure;
    index_ = TreeIndex(std::move(tree));
    return {};
}

LookFailure WatchedTree::changes(int root, const TreeTools &tools, std::vector<SeenChange> &found) {
    std::vector<std::string> touched;
    std::vector<std::string> unwatched;
    if (!gather(touched) || !gather_unwatched(unwatched))
        return look_at_all(root, tools, found);
    if (touched.empty() && unwatched.empty())
        return {};
    TreeUpdate update(root, tools, index_);
    if (LookFailure failure = update.look(touched, unwatched))
        return failure;
    TreeInspection inspection(root, tools, texts_);
    std::vector<std::int64_t> times;
    for (const TreeUpdate::Pair &pair : update.take_former()) {
        tools.pause();
        const TreePair both{pair.before ? &*pair.before : nullptr, index_.find(pair.path)};
        if (both.after != nullptr)
            times.push_back(both.after->changed);
        if (both.before == nullptr && both.after == nullptr)
            continue;
        if (both.before != nullptr && both.after != nullptr &&
            !may_differ(*both.before, *both.after))
            continue;
        if (LookFailure failure = inspection.inspect(both, found))
            return failure;
    }
    outwait_the_tick([&times](std::int64_t time) {
        return std::find(times.begin(), times.end(), time) != times.end();
    });
    return {};
}

/// The paths where something may have changed. False when the kernel does not tell all of them.
bool WatchedTree::gather(std::vector<std::string> &touched) const {
    std::map<std::string, std::set<std::string>> noted; // names in what is meant by the key
    const bool complete = notes_.take([&noted](FileNotes::Note note) {
        if (!note.inode.empty())
            noted[std::move(note.inode)];
        if (!note.directory.empty())
            noted[std::move(note.directory)].insert(std::move(note.name));
    });
    if (!complete)
        return false;
    for (const auto &[key, names] : noted) {
        struct stat status {};

        const int file = notes_.open(key);
        if (file < 0 && errno == ESTALE) // removed since, which is noted where it was
            continue;
        if (file < 0 || fstat(file, &status) != 0)
            return false;
        close(file);
        for (const std::string_view known : index_.names_of(status.st_dev, status.st_ino)) {
            touched.emplace_back(known);
            for (const std::string &name : names) {
                if (name.empty())
                    continue;
                std::string path(known == "/" ? "" : known);
                touched.push_back(path.append("/").append(name));
            }
        }
    }
    return true;
}

/// Where filesystems are mounted that nothing is noted of. False when the root is one of them.
bool WatchedTree::gather_unwatched(std::vector<std::string> &paths) const {
    for (const int place : unwatched_) {
        struct stat status {};

        if (fstat(place, &status) != 0)
            return false;
        for (const std::string_view path : index_.names_of(status.st_dev, status.st_ino))
            paths.emplace_back(path);
    }
    return std::find(paths.begin(), paths.end(), "/") == paths.end();
}

LookFailure WatchedTree::look_at_all(int root, const TreeTools &tools,
                                     std::vector<SeenChange> &found) {
    const Tree former = index_.take_all();
    Tree now;
    if (LookFailure failure = look_again(root, former, tools, texts_, now, found))
        return failure;
    index_ = TreeIndex(std::move(now));
    return {};
}

LookFailure WatchedTree::unnoted(int root, const TreeTools &tools, std::vector<SeenChange> &found) {
    std::vector<std::string> unwatched;
    if (!gather_unwatched(unwatched)) // then each look was at everything
        return {};
    std::vector<SeenChange> seen;
    LookFailure failure = look_at_all(root, tools, seen);
    std::copy_if(std::make_move_iterator(seen.begin()), std::make_move_iterator(seen.end()),
                 std::back_inserter(found), [](const SeenChange &change) {
                     return !change.before || !change.after ||
                            is_visible(*change.before, *change.after);
                 });
    return failure;
}

} // namespace retouch::guest
