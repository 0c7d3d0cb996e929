// FileSet to and from JSON, and the paths of its entries.
// A tree's host paths are written once, at the top, so that plans stay small.
// Modes are written as people write them: "0644".

#include "steps/files/file_set.hpp"

#include "base/path.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <filesystem>

namespace retouch::steps {

namespace {

Json json_of(const FileEntry &entry) {
    switch (entry.type) {
    case FileEntry::Type::file:
        return {{"path", entry.path},
                {"type", "file"},
                {"mode", base::format_mode(entry.mode)},
                {"sha256", entry.sha256},
                {"size", entry.size}};
    case FileEntry::Type::directory:
        return {
            {"path", entry.path}, {"type", "directory"}, {"mode", base::format_mode(entry.mode)}};
    case FileEntry::Type::link:
        break;
    }
    return {{"path", entry.path}, {"type", "link"}, {"target", entry.link_target}};
}

FileEntry entry_from(const Json &json) {
    FileEntry entry;
    entry.path = json.at("path").get<std::string>();
    const auto type = json.at("type").get<std::string>();
    if (type == "link") {
        entry.type = FileEntry::Type::link;
        entry.link_target = json.at("target").get<std::string>();
        return entry;
    }
    entry.mode = base::parse_mode(json.at("mode").get<std::string>()).value();
    if (type == "directory") {
        entry.type = FileEntry::Type::directory;
        return entry;
    }
    entry.sha256 = json.at("sha256").get<std::string>();
    entry.size = json.at("size").get<std::uint64_t>();
    return entry;
}

} // namespace

std::size_t FileSet::file_count() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        entries, [](const FileEntry &entry) { return entry.type != FileEntry::Type::directory; }));
}

std::string FileSet::path_in_guest(const FileEntry &entry) const {
    return entry.path.empty() ? to : base::join(to, entry.path);
}

FileSource FileSet::source(const FileEntry &entry) const {
    if (content)
        return *content;
    if (!contents.empty())
        return std::filesystem::path(base::join(contents, entry.sha256));
    return std::filesystem::path(entry.path.empty() ? from : base::join(from, entry.path));
}

Json options_of(const FileSet &files) {
    Json options = {{"to", files.to}};
    if (files.content)
        options["content"] = *files.content;
    else
        options["from"] = files.from;
    if (files.outside)
        options["outside"] = true;
    options["owner"] = files.owner;
    options["group"] = files.group;
    options["entries"] = Json::array();
    for (const FileEntry &entry : files.entries)
        options["entries"].push_back(json_of(entry));
    return options;
}

FileSet file_set_from(const Json &options) {
    FileSet files;
    files.contents = options.value("contents", "");
    files.to = options.at("to").get<std::string>();
    if (options.contains("content"))
        files.content = options.at("content").get<std::string>();
    else
        files.from = options.at("from").get<std::string>();
    files.outside = options.value("outside", false);
    files.owner = options.at("owner").get<std::string>();
    files.group = options.at("group").get<std::string>();
    for (const Json &entry : options.at("entries"))
        files.entries.push_back(entry_from(entry));
    return files;
}

Json identity_of(const FileSet &files) {
    Json identity = {{"to", files.to},
                     {"owner", files.owner},
                     {"group", files.group},
                     {"entries", Json::array()}};
    for (const FileEntry &entry : files.entries)
        identity["entries"].push_back(json_of(entry));
    return identity;
}

} // namespace retouch::steps
