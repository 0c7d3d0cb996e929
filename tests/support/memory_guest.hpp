#pragma once
// MemoryGuest: a Guest that is a table of paths, for tests of steps, plans and apply. It follows
// the contract of retouch/guest.hpp, links and errors included, and runs only commands a test
// scripted. It is no emulation of a system: nothing happens in it that a test did not put there.

#include "retouch/guest.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace retouch::test {

struct MemoryNode {
    FileInfo::Type type = FileInfo::Type::regular;
    std::uint32_t mode = 0644;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::string content; ///< of a symlink: its target
    std::string label{}; ///< of SELinux; empty: none

    bool operator==(const MemoryNode &) const = default;
};

class MemoryGuest : public Guest {
  public:
    /// What a scripted command gives back, and what it does to the guest when it is run for real.
    struct Scripted {
        CommandResult result;
        std::function<void(MemoryGuest &)> effect;
    };

    /// A bare Debian 12: /etc with passwd and group, /root, /tmp, /usr/bin, /var/log, /var/tmp.
    MemoryGuest();

    Facts &mutable_facts() { return facts_; }

    /// Puts a node in place for a test, parents included (root, 0755). Not counted as a mutation.
    void put(const std::string &path, MemoryNode node);

    void put_file(const std::string &path, std::string content, std::uint32_t mode = 0644) {
        put(path, {FileInfo::Type::regular, mode, 0, 0, std::move(content)});
    }

    void put_directory(const std::string &path, std::uint32_t mode = 0755) {
        put(path, {FileInfo::Type::directory, mode, 0, 0, {}});
    }

    /// Labels what is there, without links. Not counted as a mutation.
    void put_label(const std::string &path, std::string label) {
        nodes_.at(path).label = std::move(label);
    }

    /// From now on `path` cannot be labelled, for the reason `code`.
    void refuse_label(const std::string &path, int code) { refused_labels_[path] = code; }

    void put_link(const std::string &path, std::string target) {
        put(path, {FileInfo::Type::symlink, 0777, 0, 0, std::move(target)});
    }

    /// From now on nobody can replace or remove it.
    void make_unchangeable(const std::string &path) { unchangeable_.push_back(path); }

    /// From now on `script` answers like this; a script nobody scripted is an Error.
    void script(const std::string &script, Scripted scripted) {
        scripted_[script] = std::move(scripted);
    }

    void script(const std::string &script, int exit_status, std::string out = {});

    /// Everything there is, by path without links.
    [[nodiscard]] const std::map<std::string, MemoryNode> &nodes() const { return nodes_; }

    /// The scripts that were run and probed, in order.
    [[nodiscard]] const std::vector<std::string> &ran() const { return ran_; }

    [[nodiscard]] const std::vector<std::string> &probed() const { return probed_; }

    /// Calls of the writing face so far.
    [[nodiscard]] int mutations() const { return mutations_; }

    [[nodiscard]] bool finished() const { return finished_; }

    /// How often it was trimmed.
    [[nodiscard]] int trims() const { return trims_; }

    [[nodiscard]] const Facts &facts() const override { return facts_; }

    [[nodiscard]] std::optional<FileInfo> lstat(const std::string &path) const override;
    [[nodiscard]] std::string read(const std::string &path, std::size_t max_bytes) const override;
    [[nodiscard]] std::string sha256(const std::string &path) const override;
    [[nodiscard]] std::string read_link(const std::string &path) const override;
    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string &path) const override;
    [[nodiscard]] std::vector<std::string>
    unchangeable(const std::vector<std::string> &paths) const override;
    [[nodiscard]] std::optional<std::string> label(const std::string &path) const override;
    [[nodiscard]] CommandResult probe(const GuestCommand &command) const override;

    void write(const std::string &path, const FileSource &source, std::uint32_t mode,
               std::uint32_t uid, std::uint32_t gid) override;
    void make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) override;
    void make_link(const std::string &target, const std::string &path) override;
    void set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) override;
    void remove(const std::string &path) override;
    CommandResult run(const GuestCommand &command) override;

    /// Every file is known by its bytes, and every text that others may read has a diff.
    void mark(const std::vector<std::string> &keep) override;
    [[nodiscard]] std::vector<EntryChange> changes() override;

    void require_all_told() override {}

    [[nodiscard]] std::vector<UnlabelledEntry> unlabelled() const override;
    [[nodiscard]] std::vector<LabelledEntry> labels() const override;
    [[nodiscard]] std::vector<FailedLabel>
    set_labels(const std::vector<PathLabel> &labels) override;
    void trim() override;
    void finish() override;

    [[nodiscard]] std::uint64_t bytes_written() const override { return bytes_written_; }

  private:
    [[nodiscard]] std::string resolve(const std::string &path, bool follow_last) const;
    [[nodiscard]] const MemoryNode *node(const std::string &path, bool follow_last) const;
    [[nodiscard]] const Scripted &scripted(const GuestCommand &command) const;
    [[nodiscard]] std::string place(const std::string &path, const char *what);
    void mutate();

    Facts facts_;
    std::map<std::string, MemoryNode> nodes_;
    std::set<std::string> touched_; ///< made or changed, but by put()
    std::map<std::string, int> refused_labels_;
    std::map<std::string, MemoryNode> marked_;
    std::vector<std::string> kept_;
    std::vector<std::string> unchangeable_;
    std::map<std::string, Scripted> scripted_;
    std::vector<std::string> ran_;
    mutable std::vector<std::string> probed_;
    int mutations_ = 0;
    std::uint64_t bytes_written_ = 0;
    bool finished_ = false;
    int trims_ = 0;
};

} // namespace retouch::test
