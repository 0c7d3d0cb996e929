#pragma once
// KeptTexts: the bytes of small files in places where people change them, remembered so that a
// later change can be shown as a difference. Shared with the runner in the appliance.

#include "guest/tree/tree.hpp"

#include <cstdint>
#include <map>
#include <set>

namespace retouch::guest {

class KeptTexts {
  public:
    static constexpr std::size_t k_largest_text = std::size_t{64} * 1024;
    static constexpr std::size_t k_largest_named = std::size_t{256} * 1024;
    static constexpr std::size_t k_most_bytes = std::size_t{32} << 20;

    KeptTexts() = default;

    /// `named`: paths whose bytes are kept wherever they are.
    explicit KeptTexts(const std::vector<std::string> &named)
        : named_(named.begin(), named.end()) {}

    /// True when the bytes of this entry are worth keeping.
    [[nodiscard]] bool wants(const TreeEntry &entry) const;

    /// True when keep() would keep that many bytes more.
    [[nodiscard]] bool has_room(std::uint64_t size) const { return size <= k_most_bytes - bytes_; }

    /// Replaces what is kept of `path`; keeps nothing when there is no room left.
    void keep(const std::string &path, std::string bytes);
    void forget(const std::string &path);

    /// nullptr when nothing is kept.
    [[nodiscard]] const std::string *find(const std::string &path) const;

    [[nodiscard]] const std::map<std::string, std::string> &all() const { return texts_; }

    [[nodiscard]] const std::set<std::string> &named() const { return named_; }

  private:
    std::set<std::string> named_;
    std::map<std::string, std::string> texts_;
    std::size_t bytes_ = 0;
};

} // namespace retouch::guest
