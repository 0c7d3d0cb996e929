#pragma once
// ForeseenGuest: a guest as steps will have left it, as far as they say so before they run: the
// files that a recipe itself puts there, edits or removes. What commands do is not in it.

#include "retouch/guest.hpp"
#include "retouch/step_kind.hpp"

#include <map>
#include <string>

namespace retouch::plan {

class ForeseenGuest final : public GuestView {
  public:
    /// Borrows it, which must not change.
    explicit ForeseenGuest(const GuestView &guest) : guest_(guest) {}

    /// From now on the guest is as if `step` had been executed; false when nobody knows before what
    /// it changes. Throws Error.
    bool add(const Step &step);

    /// What was foreseen of a path, links followed; nullptr when nothing was. Throws Error.
    [[nodiscard]] const Foreseen *foreseen(const std::string &path) const;

    /// From now on this is there, whatever steps do. Requires: it is of foreseen().
    void fix(const Foreseen &seen);

    [[nodiscard]] const Facts &facts() const override { return guest_.facts(); }

    [[nodiscard]] std::optional<FileInfo> lstat(const std::string &path) const override;
    [[nodiscard]] std::string read(const std::string &path, std::size_t max_bytes) const override;
    [[nodiscard]] std::string sha256(const std::string &path) const override;
    [[nodiscard]] std::string read_link(const std::string &path) const override;
    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string &path) const override;

    void look_ahead(const std::vector<LookWish> &wishes) const override {
        guest_.look_ahead(wishes);
    }

    [[nodiscard]] std::vector<std::string>
    unchangeable(const std::vector<std::string> &paths) const override;
    [[nodiscard]] std::optional<std::string> label(const std::string &path) const override;

    /// In the guest as it is: a command sees nothing of what is foreseen.
    [[nodiscard]] CommandResult probe(const GuestCommand &command) const override;

    [[nodiscard]] std::string as_read(std::string text) const override {
        return guest_.as_read(std::move(text));
    }

    [[nodiscard]] bool is_hash_of(const std::string &hash,
                                  const std::string &secret) const override {
        return guest_.is_hash_of(hash, secret);
    }

  private:
    struct Place {
        Foreseen seen;
        bool hides = true; ///< nothing below it is what the guest has there
        bool is_fixed = false;
    };

    void put(Foreseen seen);
    void forget_below(const std::string &place);
    [[nodiscard]] std::string without_links(const std::string &path) const;
    [[nodiscard]] std::string place(const std::string &path) const;
    [[nodiscard]] const Foreseen *find(const std::string &place) const;
    [[nodiscard]] std::optional<FileInfo> info(const std::string &place) const;
    [[nodiscard]] const FileSource &source(const std::string &place, const Foreseen &seen,
                                           const char *what) const;

    const GuestView &guest_;
    std::map<std::string, Place> places_; ///< by path without links
    mutable std::map<std::string, std::string> directories_;
};

} // namespace retouch::plan
