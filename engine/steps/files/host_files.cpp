// Host files, see the header.
// Whatever is neither file, directory nor link is refused: copying a device or a pipe would read
// from it. Names that are not printable text are refused, because plans are text.

#include "steps/files/host_files.hpp"

#include "base/digest.hpp"
#include "base/host_tree.hpp"
#include "base/text.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

namespace fs = std::filesystem;

/// Thrown and caught in this file: what is wrong with a file, for the diagnostic.
struct Unfit {
    std::string message;
    std::string hint;
};

std::string type_name(fs::file_type type) {
    switch (type) {
    case fs::file_type::block:
    case fs::file_type::character:
        return "a device";
    case fs::file_type::fifo:
        return "a named pipe";
    case fs::file_type::socket:
        return "a socket";
    default:
        return "of an unknown type";
    }
}

std::string require_text(std::string text, std::string_view what, const std::string &shown) {
    if (base::escape(text) != text)
        throw Unfit{fmt::format("{} {} cannot be printed", what, base::escape(shown)), {}};
    return text;
}

std::string suggestion(const fs::path &path) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto &entry : fs::directory_iterator(path.parent_path(), ignored))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    const auto nearest = base::did_you_mean(path.filename().string(), names);
    return nearest ? fmt::format("did you mean '{}'?", base::escape(*nearest)) : std::string();
}

FileEntry file_entry(const fs::path &path, std::string relative, fs::perms permissions) {
    FileEntry entry;
    entry.path = std::move(relative);
    const bool executable = (permissions & fs::perms::owner_exec) != fs::perms::none;
    entry.mode = executable ? 0755 : 0644;
    entry.sha256 = base::sha256_file(path);
    entry.size = fs::file_size(path);
    return entry;
}

FileEntry tree_entry(const fs::path &path, std::string relative) {
    const fs::file_status status = fs::symlink_status(path);
    if (status.type() == fs::file_type::regular)
        return file_entry(path, std::move(relative), status.permissions());
    FileEntry entry;
    entry.path = std::move(relative);
    if (status.type() == fs::file_type::directory) {
        entry.type = FileEntry::Type::directory;
        entry.mode = 0755;
    } else if (status.type() == fs::file_type::symlink) {
        entry.type = FileEntry::Type::link;
        entry.link_target =
            require_text(fs::read_symlink(path).string(), "the target of the link", path.string());
    } else {
        throw Unfit{
            fmt::format("'{}' is {}", base::escape(path.string()), type_name(status.type())),
            "only files, directories and links can be copied"};
    }
    return entry;
}

std::vector<FileEntry> tree(const fs::path &top) {
    std::vector<FileEntry> entries;
    entries.push_back(tree_entry(fs::canonical(top), ""));
    for (const auto &each : fs::recursive_directory_iterator(top)) {
        std::string relative = each.path().lexically_relative(top).generic_string();
        relative = require_text(std::move(relative), "the name of the file", each.path().string());
        if (base::is_of_git(relative))
            throw Unfit{fmt::format("'{}' is git's own, and may hold secrets",
                                    base::escape(each.path().string())),
                        "name the directories that are wanted"};
        entries.push_back(tree_entry(each.path(), std::move(relative)));
        if (entries.size() > k_tree_limit)
            throw Unfit{fmt::format("'{}' holds more than {} files", base::escape(top.string()),
                                    k_tree_limit),
                        "pack them into an archive and unpack it with a command"};
    }
    std::ranges::sort(entries, {}, &FileEntry::path);
    return entries;
}

std::vector<FileEntry> list(const fs::path &path, const std::string &spelled) {
    const fs::file_status status = fs::status(path);
    switch (status.type()) {
    case fs::file_type::regular:
        return {file_entry(path, "", status.permissions())};
    case fs::file_type::directory:
        return tree(path);
    case fs::file_type::not_found:
        if (fs::is_symlink(fs::symlink_status(path)))
            throw Unfit{fmt::format("'{}' is a link to nothing", base::escape(spelled)), {}};
        throw Unfit{fmt::format("'{}' does not exist", base::escape(spelled)), suggestion(path)};
    default:
        throw Unfit{fmt::format("'{}' is {}", base::escape(spelled), type_name(status.type())),
                    "only files, directories and links can be copied"};
    }
}

} // namespace

std::vector<FileEntry> list_host_files(const fs::path &path, const std::string &spelled,
                                       const Mark &mark, const Reader &reader) {
    try {
        return list(path, spelled);
    } catch (const Unfit &unfit) {
        reader.error(mark, unfit.message, unfit.hint);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        reader.error(mark, error.what(), error.hint());
    } catch (const fs::filesystem_error &error) {
        reader.error(mark, fmt::format("cannot read '{}': {}", base::escape(error.path1().string()),
                                       error.code().message()));
    }
    return {};
}

void require_unchanged(const fs::path &path, const FileEntry &entry) {
    const auto stale = [&path](std::string_view what) {
        return Error(
            ErrorKind::stale,
            fmt::format("{} {} since the plan was made", base::escape(path.string()), what),
            "make a new plan");
    };
    std::error_code failure;
    if (!fs::is_regular_file(path, failure))
        throw stale("is gone");
    if (fs::file_size(path, failure) != entry.size || base::sha256_file(path) != entry.sha256)
        throw stale("changed");
}

} // namespace retouch::steps
