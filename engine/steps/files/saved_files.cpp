// Saved files, see the header.
// The rules are those of a listing: sorted, each below a directory that is listed too, no name that
// leads out of the tree. What is wrong with one entry is told at that entry.

#include "steps/files/saved_files.hpp"

#include "base/hex.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "steps/files/host_files.hpp"

#include <charconv>
#include <fmt/format.h>
#include <set>

namespace retouch::steps {

namespace {

constexpr std::size_t k_longest_path = 4096;
constexpr std::uint32_t k_directory_mode = 0755;

/// Thrown and caught in this file.
struct NotAsSaved {
    Mark mark;
    std::string message;
};

const Value &member(const Value &entry, std::string_view key, Value::Kind kind,
                    std::string_view wanted) {
    const Value *value = entry.find(key);
    if (value == nullptr)
        throw NotAsSaved{entry.mark, fmt::format("missing '{}'", key)};
    if (value->kind != kind)
        throw NotAsSaved{value->mark, fmt::format("expected {}", wanted)};
    return *value;
}

const Value &text(const Value &entry, std::string_view key) {
    return member(entry, key, Value::Kind::string, "a string");
}

void require_keys(const Value &entry, const std::set<std::string_view> &keys) {
    for (const Field &field : entry.fields)
        if (!keys.contains(field.key))
            throw NotAsSaved{field.key_mark, "unknown key"};
}

std::string relative_path(const Value &entry) {
    const Value &path = text(entry, "path");
    const std::string &spelled = path.scalar;
    if (!spelled.empty() &&
        (spelled.size() > k_longest_path || !base::is_normal_absolute("/" + spelled) ||
         base::escape(spelled) != spelled))
        throw NotAsSaved{path.mark,
                         "expected a printable path below the tree, without '.' and '..'"};
    return spelled;
}

std::uint32_t mode(const Value &entry) {
    const Value &spelled = text(entry, "mode");
    const auto bits = base::parse_mode(spelled.scalar);
    if (!bits)
        throw NotAsSaved{spelled.mark, "expected octal permission bits such as 0644"};
    return *bits;
}

std::uint64_t size(const Value &entry) {
    const Value &spelled = member(entry, "size", Value::Kind::integer, "a number of bytes");
    std::int64_t bytes = -1;
    const char *end = spelled.scalar.data() + spelled.scalar.size();
    const auto [stop, failed] = std::from_chars(spelled.scalar.data(), end, bytes);
    if (failed != std::errc{} || stop != end || bytes < 0)
        throw NotAsSaved{spelled.mark, "expected a number of bytes"};
    return static_cast<std::uint64_t>(bytes);
}

FileEntry read_file(const Value &entry) {
    require_keys(entry, {"path", "type", "mode", "sha256", "size"});
    FileEntry file;
    file.mode = mode(entry);
    const Value &digest = text(entry, "sha256");
    if (!base::is_sha256(digest.scalar))
        throw NotAsSaved{digest.mark, "expected 64 hexadecimal digits, lower case"};
    file.sha256 = digest.scalar;
    file.size = size(entry);
    return file;
}

FileEntry read_directory(const Value &entry) {
    require_keys(entry, {"path", "type", "mode"});
    FileEntry directory;
    directory.type = FileEntry::Type::directory;
    directory.mode = mode(entry);
    if (directory.mode != k_directory_mode)
        throw NotAsSaved{text(entry, "mode").mark,
                         "expected 0755, as all directories of a tree have"};
    return directory;
}

FileEntry read_link(const Value &entry) {
    require_keys(entry, {"path", "type", "target"});
    FileEntry link;
    link.type = FileEntry::Type::link;
    const Value &target = text(entry, "target");
    link.link_target = target.scalar;
    if (link.link_target.empty() || link.link_target.size() > k_longest_path ||
        base::escape(link.link_target) != link.link_target)
        throw NotAsSaved{target.mark, "expected the printable target of a link"};
    return link;
}

FileEntry read_entry(const Value &entry) {
    if (entry.kind != Value::Kind::mapping)
        throw NotAsSaved{entry.mark, "expected an object"};
    const Value &type = text(entry, "type");
    FileEntry read;
    if (type.scalar == "file")
        read = read_file(entry);
    else if (type.scalar == "directory")
        read = read_directory(entry);
    else if (type.scalar == "link")
        read = read_link(entry);
    else
        throw NotAsSaved{type.mark, "expected file, directory or link"};
    read.path = relative_path(entry);
    return read;
}

/// The first is what `from` names: one file, or a directory with the others below it.
void require_order(const FileEntry &entry, const std::vector<FileEntry> &before,
                   std::set<std::string> &directories, const Mark &mark) {
    if (before.empty()) {
        if (!entry.path.empty() || entry.type == FileEntry::Type::link)
            throw NotAsSaved{mark, "expected the file or directory itself, with an empty path"};
    } else if (entry.path <= before.back().path) {
        throw NotAsSaved{mark, "expected entries sorted by path, each once"};
    } else if (!directories.contains(base::parent_path("/" + entry.path))) {
        throw NotAsSaved{mark, "expected it to be in a directory that is listed before"};
    }
    if (entry.type == FileEntry::Type::directory)
        directories.insert("/" + entry.path);
}

std::vector<FileEntry> read_entries(const Value &options) {
    const Value &list = member(options, "entries", Value::Kind::sequence, "a list");
    if (list.items.empty() || list.items.size() > k_tree_limit)
        throw NotAsSaved{list.mark, fmt::format("expected 1 to {} entries", k_tree_limit)};
    std::vector<FileEntry> entries;
    std::set<std::string> directories;
    for (const Value &item : list.items) {
        FileEntry entry = read_entry(item);
        require_order(entry, entries, directories, item.mark);
        entries.push_back(std::move(entry));
    }
    return entries;
}

} // namespace

std::vector<FileEntry> saved_files(const Value &options, const Reader &reader) {
    try {
        return read_entries(options);
    } catch (const NotAsSaved &unfit) {
        reader.error(unfit.mark, unfit.message);
        return {};
    }
}

} // namespace retouch::steps
