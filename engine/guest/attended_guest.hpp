#pragma once
// AttendedGuest: a guest beside whose work somebody looks after the helpers it depends on. When one
// has died, that is what went wrong, not the read, write or command that noticed it. What it has
// seen it does not ask again until something could have changed it.

#include "guest/known_entries.hpp"
#include "retouch/error.hpp"
#include "retouch/guest.hpp"

#include <exception>

namespace retouch::guest {

/// A guest that other processes serve.
class ServedGuest : public Guest {
  public:
    /// What there is, in the order of `wishes`; nullopt for what cannot be looked at. Empty where
    /// one question for all costs as much as one for each. Throws Error.
    [[nodiscard]] virtual std::vector<std::optional<SeenEntry>>
    look_at(const std::vector<LookWish> & /*wishes*/) const {
        return {};
    }

    /// Throws Error when a helper has ended: whatever else went wrong since did so for that reason.
    virtual void require_helpers() const = 0;

    /// Throws Error when there is no room for the temporary files of what this guest does now:
    /// whatever went wrong did so for that reason.
    virtual void require_room() const = 0;
};

/// What `act` returns; when it fails and a helper has ended, or lacks room, the Error about that.
template<typename Act>
auto attended(const ServedGuest &guest, const Act &act) {
    try {
        return act();
    } catch (const Error &error) {
        guest.require_helpers();
        if (error.kind() != ErrorKind::interrupted)
            guest.require_room();
        throw;
    } catch (const std::exception &) {
        guest.require_helpers();
        throw;
    }
}

class AttendedGuest final : public Guest {
  public:
    explicit AttendedGuest(std::unique_ptr<ServedGuest> guest) : guest_(std::move(guest)) {}

    [[nodiscard]] const Facts &facts() const override { return guest_->facts(); }

    [[nodiscard]] std::optional<FileInfo> lstat(const std::string &path) const override;
    [[nodiscard]] std::string read(const std::string &path, std::size_t max_bytes) const override;
    [[nodiscard]] std::string sha256(const std::string &path) const override;
    [[nodiscard]] std::string read_link(const std::string &path) const override;
    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string &path) const override;
    void look_ahead(const std::vector<LookWish> &wishes) const override;
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

  private:
    /// What changes the entry `path`, or anything in it.
    template<typename Act>
    auto changing(const std::string &path, const Act &act) {
        known_.forget(path);
        return attended(*guest_, act);
    }

    std::unique_ptr<ServedGuest> guest_;
    mutable KnownEntries known_;
};

} // namespace retouch::guest
