#pragma once
// Opening guests of both kinds in tests, and looking for what they may have left on the host.

#include "base/file.hpp"
#include "retouch/guest.hpp"

#include <memory>
#include <string>
#include <vector>

namespace retouch::test {

/// The kinds this machine and RETOUCH_TEST_GUEST (host or appliance) allow.
[[nodiscard]] std::vector<GuestKind> guest_kinds();

[[nodiscard]] std::string name_of(GuestKind kind);

/// For a guest of that kind, and of the appliance RETOUCH_TEST_APPLIANCE names (best, machine or
/// libguestfs).
[[nodiscard]] GuestOptions options_of(GuestKind kind, const std::filesystem::path &directory,
                                      bool network = false);

/// Begins the names of this process's temporary directories, so that others' are not taken for it.
[[nodiscard]] std::string own_prefix();

/// Collects the notices of an opening.
class Notices : public EventSink {
  public:
    void on(const Event &event) override { messages.push_back(event.message); }

    std::vector<std::string> messages;
};

/// A tiny image of its own with a run directory; everything goes with it.
class ImageFile {
  public:
    explicit ImageFile(const std::vector<std::string> &options = {});

    [[nodiscard]] const std::filesystem::path &path() const { return path_; }

    [[nodiscard]] const std::filesystem::path &directory() const { return directory_.path(); }

    [[nodiscard]] std::unique_ptr<Guest> open(GuestKind kind, bool read_only = false,
                                              bool network = false) const;
    /// The message and hint of the Error that opening gives.
    [[nodiscard]] std::string refusal(GuestKind kind, bool read_only = false) const;
    /// What debugfs answers to `request` about the root filesystem; on request it may write, too.
    std::string debugfs(const std::string &request, bool write = false) const;

  private:
    base::TemporaryDirectory directory_;
    std::filesystem::path path_;
};

/// One writable guest per kind that most cases share, because an appliance takes seconds to start.
/// Cases keep to paths of their own.
[[nodiscard]] Guest &shared_guest(GuestKind kind);

/// Runs a script with the defaults.
[[nodiscard]] CommandResult run(Guest &guest, const std::string &script);

/// Mounts, loop devices and processes that belong to guests of this process right now.
[[nodiscard]] std::vector<std::string> host_residue();

} // namespace retouch::test
