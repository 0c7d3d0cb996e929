#pragma once
// SecretView and SecretGuest: the border where the secrets of a recipe go into an image and come
// out of it. On this side texts name them, ${secret.NAME}; on the other they hold their values. So
// steps, plans and reports never hold one.

#include "base/secret_values.hpp"
#include "retouch/guest.hpp"

#include <map>
#include <memory>

namespace retouch::guest {

class SecretView final : public GuestView {
  public:
    /// Borrows both.
    SecretView(const GuestView &guest, const base::SecretValues &secrets)
        : guest_(guest), secrets_(secrets) {}

    [[nodiscard]] const Facts &facts() const override { return guest_.facts(); }

    [[nodiscard]] std::optional<FileInfo> lstat(const std::string &path) const override {
        return guest_.lstat(path);
    }

    [[nodiscard]] std::string read(const std::string &path, std::size_t max_bytes) const override;

    /// Of what it really holds.
    [[nodiscard]] std::string sha256(const std::string &path) const override {
        return guest_.sha256(path);
    }

    [[nodiscard]] std::string read_link(const std::string &path) const override {
        return guest_.read_link(path);
    }

    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string &path) const override {
        return guest_.list(path);
    }

    void look_ahead(const std::vector<LookWish> &wishes) const override {
        guest_.look_ahead(wishes);
    }

    [[nodiscard]] std::vector<std::string>
    unchangeable(const std::vector<std::string> &paths) const override {
        return guest_.unchangeable(paths);
    }

    [[nodiscard]] std::optional<std::string> label(const std::string &path) const override {
        return guest_.label(path);
    }

    [[nodiscard]] CommandResult probe(const GuestCommand &command) const override;
    [[nodiscard]] std::string as_read(std::string text) const override;
    [[nodiscard]] bool is_hash_of(const std::string &hash,
                                  const std::string &secret) const override;

  private:
    const GuestView &guest_;
    const base::SecretValues &secrets_;
};

class SecretGuest final : public Guest {
  public:
    /// Borrows the secrets.
    SecretGuest(std::unique_ptr<Guest> guest, const base::SecretValues &secrets)
        : guest_(std::move(guest)), secrets_(secrets), view_(*guest_, secrets_) {}

    [[nodiscard]] const Facts &facts() const override { return guest_->facts(); }

    [[nodiscard]] std::optional<FileInfo> lstat(const std::string &path) const override {
        return guest_->lstat(path);
    }

    [[nodiscard]] std::string read(const std::string &path, std::size_t max_bytes) const override {
        return view_.read(path, max_bytes);
    }

    [[nodiscard]] std::string sha256(const std::string &path) const override {
        return guest_->sha256(path);
    }

    [[nodiscard]] std::string read_link(const std::string &path) const override {
        return guest_->read_link(path);
    }

    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string &path) const override {
        return guest_->list(path);
    }

    void look_ahead(const std::vector<LookWish> &wishes) const override {
        guest_->look_ahead(wishes);
    }

    [[nodiscard]] std::vector<std::string>
    unchangeable(const std::vector<std::string> &paths) const override {
        return guest_->unchangeable(paths);
    }

    [[nodiscard]] std::optional<std::string> label(const std::string &path) const override {
        return guest_->label(path);
    }

    [[nodiscard]] CommandResult probe(const GuestCommand &command) const override {
        return view_.probe(command);
    }

    [[nodiscard]] std::string as_read(std::string text) const override {
        return view_.as_read(std::move(text));
    }

    [[nodiscard]] bool is_hash_of(const std::string &hash,
                                  const std::string &secret) const override {
        return view_.is_hash_of(hash, secret);
    }

    void write(const std::string &path, const FileSource &source, std::uint32_t mode,
               std::uint32_t uid, std::uint32_t gid) override;

    void make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) override {
        guest_->make_directory(path, mode, uid, gid);
    }

    void make_link(const std::string &target, const std::string &path) override {
        guest_->make_link(target, path);
    }

    void set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) override {
        guest_->set_attributes(path, mode, uid, gid);
    }

    void remove(const std::string &path) override { guest_->remove(path); }

    CommandResult run(const GuestCommand &command) override;

    void mark(const std::vector<std::string> &keep) override { guest_->mark(keep); }

    [[nodiscard]] std::vector<EntryChange> changes() override;

    void require_all_told() override { guest_->require_all_told(); }

    [[nodiscard]] std::vector<UnlabelledEntry> unlabelled() const override {
        return guest_->unlabelled();
    }

    [[nodiscard]] std::vector<LabelledEntry> labels() const override { return guest_->labels(); }

    [[nodiscard]] std::vector<FailedLabel>
    set_labels(const std::vector<PathLabel> &labels) override {
        return guest_->set_labels(labels);
    }

    void trim() override { guest_->trim(); }

    void finish() override { guest_->finish(); }

    [[nodiscard]] std::uint64_t bytes_written() const override { return guest_->bytes_written(); }

  private:
    std::unique_ptr<Guest> guest_;
    const base::SecretValues &secrets_;
    SecretView view_;
    /// Of files that were written with values in them: the digest of the text that names them. By
    /// their own, from which a short secret could be guessed.
    std::map<std::string, std::string> digests_;
};

} // namespace retouch::guest
