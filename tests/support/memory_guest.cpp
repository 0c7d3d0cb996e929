// MemoryGuest: paths in a map, links resolved by walking it.
// Errors are worded like those of a real guest: what was tried, the path, the reason.
// Time, disk space and processes do not exist here.

#include "support/memory_guest.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/path.hpp"
#include "base/unified_diff.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <fmt/format.h>
#include <utility>

namespace retouch::test {

namespace {

constexpr int k_link_limit = 40;

[[noreturn]] void fail(std::string_view what, std::string_view path, std::string_view why) {
    throw Error(ErrorKind::failed, fmt::format("cannot {} {} in the image: {}", what, path, why));
}

std::vector<std::string> components(std::string_view path) {
    std::vector<std::string> result;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (!part.empty() && part != ".")
            result.emplace_back(part);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    return result;
}

FileInfo info_of(const MemoryNode &node) {
    return {node.type, node.mode, node.uid, node.gid, node.content.size()};
}

/// As `ls -l` shows it.
char letter_of(FileInfo::Type type) {
    constexpr std::array letters = {'-', 'd', 'l', 's'}; // as FileInfo::Type
    return letters.at(static_cast<std::size_t>(type));
}

EntryState state_of(const MemoryNode &node) {
    EntryState state;
    state.info = info_of(node);
    if (node.type == FileInfo::Type::regular)
        state.sha256 = base::sha256_hex(node.content);
    else
        state.info.size = 0;
    if (node.type == FileInfo::Type::symlink)
        state.target = node.content;
    if (!node.label.empty()) {
        state.attributes = "security.selinux=";
        for (const char letter : node.label)
            state.attributes += fmt::format("{:02x}", static_cast<unsigned char>(letter));
        state.attributes += "00\n";
    }
    return state;
}

bool is_public_text(const MemoryNode &node) {
    return node.type == FileInfo::Type::regular && (node.mode & 0004) != 0 &&
           node.content.find('\0') == std::string::npos;
}

} // namespace

MemoryGuest::MemoryGuest() {
    facts_.type = "linux";
    facts_.distro = "debian";
    facts_.version = "12";
    facts_.product = "Debian GNU/Linux 12 (bookworm)";
    facts_.architecture = "x86_64";
    facts_.package_manager = "apt";
    facts_.root_device = "/dev/sda1";
    facts_.mount_points = {{"/", "/dev/sda1", "ext4"}};
    nodes_["/"] = {FileInfo::Type::directory, 0755, 0, 0, {}};
    for (const char *path : {"/etc", "/home", "/opt", "/usr/bin", "/var/lib", "/var/log"})
        put_directory(path);
    put_directory("/root", 0700);
    put_directory("/tmp", 01777);
    put_directory("/var/tmp", 01777);
    put_file("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
                            "daemon:x:1:1:daemon:/usr/sbin:/bin/false\n"
                            "debian:x:1000:1000:Debian:/home/debian:/bin/sh\n"
                            "nobody:x:65534:65534:nobody:/:/bin/false\n");
    put_file("/etc/group", "root:x:0:\ndaemon:x:1:\nadm:x:4:debian\ndebian:x:1000:\n"
                           "nogroup:x:65534:\n");
}

void MemoryGuest::put(const std::string &path, MemoryNode node) {
    assert(base::is_normal_absolute(path));
    if (path != "/" && nodes_.count(resolve(base::parent_path(path), true)) == 0)
        put_directory(base::parent_path(path));
    nodes_[resolve(path, false)] = std::move(node);
}

void MemoryGuest::script(const std::string &script, int exit_status, std::string out) {
    Scripted answer;
    answer.result.exit_status = exit_status;
    answer.result.out = {out, out.size()};
    this->script(script, std::move(answer));
}

/// The path without links as far as it exists. A link that leads nowhere ends at its target.
std::string MemoryGuest::resolve(const std::string &path, bool follow_last) const {
    std::vector<std::string> rest = components(path);
    std::string at = "/";
    int links = 0;
    while (!rest.empty()) {
        const std::string part = rest.front();
        rest.erase(rest.begin());
        if (part == "..") {
            at = at == "/" ? at : base::parent_path(at);
            continue;
        }
        const std::string next = base::join(at, part);
        const auto found = nodes_.find(next);
        const bool follow = !rest.empty() || follow_last;
        if (found != nodes_.end() && found->second.type == FileInfo::Type::symlink && follow) {
            if (++links > k_link_limit)
                fail("resolve", path, "too many levels of symbolic links");
            const std::string &target = found->second.content;
            if (target.starts_with('/'))
                at = "/";
            const std::vector<std::string> parts = components(target);
            rest.insert(rest.begin(), parts.begin(), parts.end());
            continue;
        }
        at = next;
    }
    return at;
}

const MemoryNode *MemoryGuest::node(const std::string &path, bool follow_last) const {
    assert(!finished_ && base::is_normal_absolute(path));
    const auto found = nodes_.find(resolve(path, follow_last));
    return found == nodes_.end() ? nullptr : &found->second;
}

std::vector<std::string> MemoryGuest::unchangeable(const std::vector<std::string> &paths) const {
    std::vector<std::string> found;
    for (const std::string &path : paths)
        if (std::ranges::find(unchangeable_, path) != unchangeable_.end())
            found.push_back(path);
    return found;
}

std::optional<FileInfo> MemoryGuest::lstat(const std::string &path) const {
    const MemoryNode *found = node(path, false);
    return found == nullptr ? std::nullopt : std::optional(info_of(*found));
}

std::string MemoryGuest::read(const std::string &path, std::size_t max_bytes) const {
    const MemoryNode *found = node(path, true);
    if (found == nullptr)
        fail("read", path, "no such file");
    if (found->type != FileInfo::Type::regular)
        fail("read", path, "not a regular file");
    if (found->content.size() > max_bytes)
        fail("read", path, "too large");
    return found->content;
}

std::string MemoryGuest::sha256(const std::string &path) const {
    return base::sha256_hex(read(path, std::string::npos));
}

std::string MemoryGuest::read_link(const std::string &path) const {
    const MemoryNode *found = node(path, false);
    if (found == nullptr || found->type != FileInfo::Type::symlink)
        fail("read", path, "not a symbolic link");
    return found->content;
}

std::vector<DirectoryEntry> MemoryGuest::list(const std::string &path) const {
    assert(!finished_);
    std::vector<DirectoryEntry> entries;
    const std::string directory = resolve(path, true);
    for (const auto &[each, found] : nodes_)
        if (each != "/" && base::parent_path(each) == directory)
            entries.push_back({base::base_name(each), info_of(found)});
    return entries;
}

const MemoryGuest::Scripted &MemoryGuest::scripted(const GuestCommand &command) const {
    const auto found = scripted_.find(command.script);
    if (found == scripted_.end())
        throw Error(ErrorKind::failed, "no answer is scripted for: " + command.script);
    return found->second;
}

std::optional<std::string> MemoryGuest::label(const std::string &path) const {
    const MemoryNode *found = node(path, false);
    if (found == nullptr)
        fail("look at", path, "no such file");
    return found->label.empty() ? std::nullopt : std::optional(found->label);
}

CommandResult MemoryGuest::probe(const GuestCommand &command) const {
    probed_.push_back(command.script);
    return scripted(command).result;
}

void MemoryGuest::mutate() {
    assert(!finished_);
    ++mutations_;
}

/// Where a new entry called `path` goes: its directory resolved, which must exist.
std::string MemoryGuest::place(const std::string &path, const char *what) {
    mutate();
    assert(base::is_normal_absolute(path) && path != "/");
    const std::string real = resolve(path, false);
    const auto parent = nodes_.find(base::parent_path(real));
    if (parent == nodes_.end())
        fail(what, path, "no such directory");
    if (parent->second.type != FileInfo::Type::directory)
        fail(what, path, "not a directory");
    return real;
}

void MemoryGuest::write(const std::string &path, const FileSource &source, std::uint32_t mode,
                        std::uint32_t uid, std::uint32_t gid) {
    const std::string real = place(path, "write");
    const auto old = nodes_.find(real);
    if (old != nodes_.end() && old->second.type == FileInfo::Type::directory)
        fail("write", path, "is a directory");
    std::string content = source.index() == 0
                              ? std::get<0>(source)
                              : base::read_file(std::get<1>(source), std::size_t{1} << 30);
    bytes_written_ += content.size();
    std::string label = old == nodes_.end() ? "" : old->second.label;
    nodes_[real] = {FileInfo::Type::regular, mode, uid, gid, std::move(content), std::move(label)};
    touched_.insert(real);
}

void MemoryGuest::make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                 std::uint32_t gid) {
    const std::string real = place(path, "create");
    if (nodes_.count(real) != 0)
        fail("create", path, "file exists");
    nodes_[real] = {FileInfo::Type::directory, mode, uid, gid, {}};
    touched_.insert(real);
}

void MemoryGuest::make_link(const std::string &target, const std::string &path) {
    const std::string real = place(path, "link");
    const auto old = nodes_.find(real);
    if (old != nodes_.end() && old->second.type == FileInfo::Type::directory)
        fail("link", path, "is a directory");
    nodes_[real] = {FileInfo::Type::symlink, 0777, 0, 0, target};
    touched_.insert(real);
}

void MemoryGuest::set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                 std::uint32_t gid) {
    mutate();
    const auto found = nodes_.find(resolve(path, true));
    if (found == nodes_.end())
        fail("change", path, "no such file");
    found->second.mode = mode;
    found->second.uid = uid;
    found->second.gid = gid;
    touched_.insert(found->first);
}

void MemoryGuest::remove(const std::string &path) {
    mutate();
    const std::string real = resolve(path, false);
    std::erase_if(nodes_, [&real](const auto &each) {
        return each.first != "/" && base::is_within(each.first, real);
    });
}

CommandResult MemoryGuest::run(const GuestCommand &command) {
    mutate();
    ran_.push_back(command.script);
    const Scripted answer = scripted(command);
    if (answer.effect)
        answer.effect(*this);
    return answer.result;
}

void MemoryGuest::mark(const std::vector<std::string> &keep) {
    assert(!finished_);
    marked_ = nodes_;
    kept_ = keep;
}

std::vector<EntryChange> MemoryGuest::changes() {
    assert(!finished_);
    const std::map<std::string, MemoryNode> before = std::exchange(marked_, nodes_);
    std::map<std::string, EntryChange> changes;
    for (const auto &[path, node] : before)
        changes[path].before = state_of(node);
    for (const auto &[path, node] : nodes_)
        changes[path].after = state_of(node);
    std::vector<EntryChange> result;
    for (auto &[path, change] : changes) {
        if (change.before == change.after)
            continue;
        change.path = path;
        const auto shown = [&, &path = path](const std::map<std::string, MemoryNode> &nodes) {
            const auto found = nodes.find(path);
            return found == nodes.end() || std::ranges::count(kept_, path) > 0 ||
                   is_public_text(found->second);
        };
        if (change.after && change.after->info.type == FileInfo::Type::regular && shown(before) &&
            shown(nodes_))
            change.diff = base::unified_diff(
                change.before && before.at(path).type == FileInfo::Type::regular
                    ? before.at(path).content
                    : "",
                nodes_.at(path).content, change.before ? "a" + path : "/dev/null", "b" + path);
        result.push_back(std::move(change));
    }
    return result;
}

std::vector<LabelledEntry> MemoryGuest::labels() const {
    std::vector<LabelledEntry> found;
    for (const auto &[path, node] : nodes_)
        found.push_back({path, letter_of(node.type), node.label});
    return found;
}

std::vector<UnlabelledEntry> MemoryGuest::unlabelled() const {
    std::vector<UnlabelledEntry> found;
    for (const auto &[path, node] : nodes_)
        if (node.label.empty() && touched_.contains(path))
            found.push_back({path, letter_of(node.type)});
    return found;
}

std::vector<FailedLabel> MemoryGuest::set_labels(const std::vector<PathLabel> &labels) {
    mutate();
    std::vector<FailedLabel> failed;
    for (const auto &[path, label, former] : labels) {
        if (const auto refused = refused_labels_.find(path); refused != refused_labels_.end())
            failed.push_back({path, refused->second});
        else if (nodes_.at(path).label == former)
            nodes_.at(path).label = label;
    }
    return failed;
}

void MemoryGuest::trim() {
    mutate();
    ++trims_;
}

void MemoryGuest::finish() {
    mutate();
    finished_ = true;
}

} // namespace retouch::test
