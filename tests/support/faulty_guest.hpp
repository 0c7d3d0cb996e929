#pragma once
// FaultyGuest: passes everything on to another guest, but its n-th mutating call throws instead.
// Sweeping n upward until a run completes shows what every single failure leaves behind.
// Looking never fails; probe() is looking.

#include "retouch/error.hpp"
#include "retouch/guest.hpp"

namespace retouch::test {

class FaultyGuest : public Guest {
  public:
    /// `failing` counts from 1.
    FaultyGuest(Guest &inner, int failing) : inner_(inner), remaining_(failing) {}

    /// Whether the fault has happened.
    [[nodiscard]] bool failed() const { return remaining_ <= 0; }

    [[nodiscard]] const Facts &facts() const override { return inner_.facts(); }

    [[nodiscard]] std::optional<FileInfo> lstat(const std::string &path) const override {
        return inner_.lstat(path);
    }

    [[nodiscard]] std::string read(const std::string &path, std::size_t max_bytes) const override {
        return inner_.read(path, max_bytes);
    }

    [[nodiscard]] std::string sha256(const std::string &path) const override {
        return inner_.sha256(path);
    }

    [[nodiscard]] std::string read_link(const std::string &path) const override {
        return inner_.read_link(path);
    }

    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string &path) const override {
        return inner_.list(path);
    }

    [[nodiscard]] std::vector<std::string>
    unchangeable(const std::vector<std::string> &paths) const override {
        return inner_.unchangeable(paths);
    }

    [[nodiscard]] std::optional<std::string> label(const std::string &path) const override {
        return inner_.label(path);
    }

    [[nodiscard]] CommandResult probe(const GuestCommand &command) const override {
        return inner_.probe(command);
    }

    void write(const std::string &path, const FileSource &source, std::uint32_t mode,
               std::uint32_t uid, std::uint32_t gid) override {
        count();
        inner_.write(path, source, mode, uid, gid);
    }

    void make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) override {
        count();
        inner_.make_directory(path, mode, uid, gid);
    }

    void make_link(const std::string &target, const std::string &path) override {
        count();
        inner_.make_link(target, path);
    }

    void set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) override {
        count();
        inner_.set_attributes(path, mode, uid, gid);
    }

    void require_all_told() override { inner_.require_all_told(); }

    void remove(const std::string &path) override {
        count();
        inner_.remove(path);
    }

    CommandResult run(const GuestCommand &command) override {
        count();
        return inner_.run(command);
    }

    void mark(const std::vector<std::string> &keep) override { inner_.mark(keep); }

    [[nodiscard]] std::vector<EntryChange> changes() override { return inner_.changes(); }

    [[nodiscard]] std::vector<UnlabelledEntry> unlabelled() const override {
        return inner_.unlabelled();
    }

    [[nodiscard]] std::vector<LabelledEntry> labels() const override { return inner_.labels(); }

    [[nodiscard]] std::vector<FailedLabel>
    set_labels(const std::vector<PathLabel> &labels) override {
        count();
        return inner_.set_labels(labels);
    }

    void trim() override {
        count();
        inner_.trim();
    }

    void finish() override {
        count();
        inner_.finish();
    }

    [[nodiscard]] std::uint64_t bytes_written() const override { return inner_.bytes_written(); }

  private:
    void count() {
        if (--remaining_ == 0)
            throw Error(ErrorKind::failed, "injected fault");
    }

    Guest &inner_;
    int remaining_;
};

} // namespace retouch::test
