// Looking at the guest's tree from inside the appliance: digests for it, whether anything was
// written at all, and what is told of it. The digests are libnettle's: what the library itself uses
// for them is nothing to link statically into a small program.

#include "guest/appliance/runner/looking.hpp"

#include "guest/appliance/runner/guest_mounts.hpp"
#include "guest/appliance/runner/whole_file.hpp"
#include "guest/tree/packing.hpp"
#include "guest/tree/tree_labels.hpp"
#include "guest/tree/tree_memory.hpp"
#include "guest/tree/unchangeable.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <nettle/sha2.h>
#include <string_view>
#include <sys/sysinfo.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr const char *k_memory_path = "/dev/shm/retouch-tree";
constexpr const char *k_writes_path = "/dev/shm/retouch-writes";
constexpr const char *k_changes_path = "/dev/shm/retouch-changes";

/// As hexadecimal digits it fits a message of libguestfs, which ends at 4 MiB.
constexpr std::size_t k_piece = std::size_t{3} << 19;

/// Two trees and their packed forms must fit the appliance's memory.
std::size_t most_memory() {
    struct sysinfo info {};

    if (sysinfo(&info) != 0)
        return std::size_t{128} << 20;
    return static_cast<std::size_t>(info.totalram) * info.mem_unit / 8;
}

std::string hex(std::string_view bytes) {
    constexpr const char *digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char letter : bytes) {
        const auto byte = static_cast<unsigned char>(letter);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

/// SHA-256.
class RunnerDigest final : public RunningDigest {
  public:
    RunnerDigest() { nettle_sha256_init(&context_); }

    void update(std::string_view bytes) override {
        nettle_sha256_update(&context_, bytes.size(),
                             reinterpret_cast<const std::uint8_t *>(bytes.data()));
    }

    std::string finish() override {
        std::array<char, SHA256_DIGEST_SIZE> bytes{};
        nettle_sha256_digest(&context_, bytes.size(),
                             reinterpret_cast<std::uint8_t *>(bytes.data()));
        return hex({bytes.data(), bytes.size()});
    }

  private:
    sha256_ctx context_{};
};

std::string digest(std::string_view bytes) {
    RunnerDigest whole;
    whole.update(bytes);
    return whole.finish();
}

/// Takes a word off the front of a line of words between blanks.
std::string_view next_word(std::string_view &line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
}

/// What was written to the appliance's disks so far: a text that is the same as before when nothing
/// was written to any disk in between, so that no file can have changed. Writes through what is not
/// on the disk yet.
std::string disk_writes() {
    constexpr int k_name_column = 3;
    constexpr int k_sectors_written_column = 10;
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

std::string piece(std::string_view bytes, std::size_t offset) {
    return "size " + std::to_string(bytes.size()) + "\npiece " +
           hex(bytes.substr(std::min(offset, bytes.size()), k_piece)) + "\n";
}

int open_root() {
    return open(k_guest_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/// `writes`: as they were before the look.
bool remember(const TreeMemory &memory, const std::string &writes) {
    return write_whole(k_memory_path, pack(memory), 0600) &&
           write_whole(k_writes_path, writes, 0600);
}

/// Keeps what was found for piece_of_changes() and begins to tell it.
std::string tell(const std::string &packed) {
    if (!write_whole(k_changes_path, packed, 0600))
        return look_report({"/", errno});
    return piece(packed, 0);
}

} // namespace

TreeTools runner_tree_tools() {
    return {digest, [] { return std::make_unique<RunnerDigest>(); }, [] {}, most_memory()};
}

std::string look_report(const LookFailure &failure) {
    return "failed " + std::to_string(failure.code) + "\npath " + hex(failure.path) + "\n";
}

std::string mark_tree(const char *named_file) {
    const std::string writes = disk_writes();
    const int root = open_root();
    if (root < 0)
        return look_report({"/", errno});
    TreeMemory memory;
    if (const LookFailure failure = memory.mark(
            root, unpack_words(read_whole(named_file)).value_or(std::vector<std::string>{}),
            runner_tree_tools()))
        return look_report(failure);
    if (!remember(memory, writes))
        return look_report({"/", errno});
    return "done\n";
}

std::string unchangeable_entries(const char *named_file) {
    std::string marks;
    if (chdir(k_guest_root) != 0)
        return {};
    const auto paths = unpack_words(read_whole(named_file));
    if (chroot(".") != 0)
        return {};
    for (const std::string &path : paths.value_or(std::vector<std::string>{}))
        marks += is_unchangeable(AT_FDCWD, path.c_str()) ? '1' : '0';
    return "unchangeable " + marks + "\n";
}

std::string tree_changes() {
    const std::string writes = disk_writes();
    if (writes == read_whole(k_writes_path))
        return piece(pack(std::vector<SeenChange>{}), 0);
    std::optional<TreeMemory> memory = unpack_memory(read_whole(k_memory_path));
    const int root = open_root();
    if (!memory || root < 0)
        return look_report({"/", memory ? errno : ENODATA});
    std::vector<SeenChange> found;
    if (const LookFailure failure = memory->changes(root, runner_tree_tools(), found))
        return look_report(failure);
    if (!remember(*memory, writes))
        return look_report({"/", errno});
    return tell(pack(found));
}

std::string unlabelled_entries() {
    const int root = open_root();
    if (root < 0)
        return look_report({"/", errno});
    std::vector<UnlabelledEntry> found;
    if (const LookFailure failure =
            find_unlabelled(root, ClockMark::start(), runner_tree_tools(), found))
        return look_report(failure);
    std::vector<std::string> words;
    for (UnlabelledEntry &entry : found) {
        words.emplace_back(1, entry.type);
        words.push_back(std::move(entry.path));
    }
    return tell(pack(words));
}

std::string all_labels() {
    const int root = open_root();
    if (root < 0)
        return look_report({"/", errno});
    std::vector<LabelledEntry> found;
    if (const LookFailure failure = find_labels(root, runner_tree_tools(), found))
        return look_report(failure);
    std::vector<std::string> words;
    for (LabelledEntry &entry : found) {
        words.push_back(entry.type + std::move(entry.label));
        words.push_back(std::move(entry.path));
    }
    return tell(pack(words));
}

std::string label_entries(const char *labels_file) {
    const int root = open_root();
    const std::vector<std::string> words =
        unpack_words(read_whole(labels_file)).value_or(std::vector<std::string>{});
    if (root < 0)
        return look_report({"/", errno});
    std::vector<PathLabel> labels;
    for (std::size_t at = 0; at + 2 < words.size(); at += 3)
        labels.push_back({words[at], words[at + 1], words[at + 2]});
    std::vector<std::string> failed;
    for (FailedLabel &each : store_labels(root, labels, runner_tree_tools())) {
        failed.push_back(std::to_string(each.code));
        failed.push_back(std::move(each.path));
    }
    return tell(pack(failed));
}

std::string piece_of_changes(const char *offset) {
    return piece(read_whole(k_changes_path), std::strtoull(offset, nullptr, 10));
}

} // namespace retouch::guest
