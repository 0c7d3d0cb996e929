#pragma once
// MachineGuest: a guest opened in a machine of ours, by the code that opens it on a host, so that
// the filesystems of the image never meet this host's kernel. What that code cannot open (logical
// volumes, arrays, encrypted disks, other systems than Linux) is ApplianceGuest's.

#include "guest/attended_guest.hpp"
#include "guest/machine/conversation.hpp"
#include "guest/machine/machine.hpp"
#include "guest/machine/machine_network.hpp"
#include "retouch/guest.hpp"
#include "store/disk_export.hpp"

#include <memory>

namespace retouch::guest {

class MachineGuest final : public ServedGuest {
  public:
    /// Throws Error as open_guest() does.
    MachineGuest(const Disk &disk, const GuestOptions &options, EventSink &events);

    [[nodiscard]] const Facts &facts() const override { return facts_; }

    [[nodiscard]] std::optional<FileInfo> lstat(const std::string &path) const override;
    [[nodiscard]] std::string read(const std::string &path, std::size_t max_bytes) const override;
    [[nodiscard]] std::string sha256(const std::string &path) const override;
    [[nodiscard]] std::string read_link(const std::string &path) const override;
    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string &path) const override;
    [[nodiscard]] std::vector<std::optional<SeenEntry>>
    look_at(const std::vector<LookWish> &wishes) const override;
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
    void mark(const std::vector<std::string> &keep) override;
    [[nodiscard]] std::vector<EntryChange> changes() override;
    void require_all_told() override;
    [[nodiscard]] std::vector<UnlabelledEntry> unlabelled() const override;
    [[nodiscard]] std::vector<LabelledEntry> labels() const override;
    [[nodiscard]] std::vector<FailedLabel>
    set_labels(const std::vector<PathLabel> &labels) override;
    void trim() override;
    void finish() override;
    [[nodiscard]] std::uint64_t bytes_written() const override;
    void require_helpers() const override;
    void require_room() const override;

  private:
    static constexpr std::chrono::seconds k_usual_limit{3600};

    /// Asks, and waits for the answer.
    template<typename Result, typename... Arguments>
    Result ask(MachineCall call, const Arguments &...arguments) const {
        machine_->channel().send(machine_request(call, arguments...));
        return read_result<Result>(await_answer(machine_->channel(), k_usual_limit));
    }

    void write_in_pieces(const std::string &path, const FileSource &source, std::uint32_t mode,
                         std::uint32_t uid, std::uint32_t gid);

    [[nodiscard]] CommandResult run_command(MachineCall call, const GuestCommand &command) const;

    base::TemporaryDirectory directory_;
    bool read_only_;
    std::unique_ptr<store::DiskExport> export_;
    base::ProcessHandle server_; ///< of the export
    std::optional<MachineNetwork> network_;
    std::unique_ptr<Machine> machine_; ///< until finish()
    Facts facts_;
    std::uint64_t bytes_written_ = 0; ///< final
};

} // namespace retouch::guest
