#pragma once
// ForeseenGuest: a guest as steps will have left it, as far as they say so before they run: the
// files that a recipe itself puts there or removes. What commands do is not in it.

#include "retouch/guest.hpp"
#include "retouch/step_kind.hpp"

#include <map>
#include <set>
#include <span>
#include <string>

namespace retouch::plan {

class ForeseenGuest final : public GuestView {
  public:
    /// Borrows both. Only at `paths` anything is foreseen: to look at each path of a tree for each
    /// step would cost more than it tells.
    ForeseenGuest(const GuestView &guest, std::span<const PlannedStep> steps,
                  const std::set<std::string> &paths);

    /// True when a step says what is at one of the paths.
    [[nodiscard]] bool differs() const { return !foreseen_.empty(); }

    [[nodiscard]] const Facts &facts() const override { return guest_.facts(); }

    [[nodiscard]] std::optional<FileInfo> lstat(const std::string &path) const override;
    [[nodiscard]] std::string read(const std::string &path, std::size_t max_bytes) const override;
    [[nodiscard]] std::string read_link(const std::string &path) const override;

    void look_ahead(const std::vector<LookWish> &wishes) const override {
        guest_.look_ahead(wishes);
    }

    // Of these nothing is foreseen.
    [[nodiscard]] std::string sha256(const std::string &path) const override;
    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string &path) const override;
    [[nodiscard]] std::vector<std::string>
    unchangeable(const std::vector<std::string> &paths) const override;
    [[nodiscard]] std::optional<std::string> label(const std::string &path) const override;
    [[nodiscard]] CommandResult probe(const GuestCommand &command) const override;

  private:
    [[nodiscard]] const Foreseen *find(const std::string &path) const;

    const GuestView &guest_;
    std::map<std::string, Foreseen> foreseen_;
};

} // namespace retouch::plan
