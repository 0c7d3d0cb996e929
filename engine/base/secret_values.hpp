#pragma once
// SecretValues: what the secrets of a recipe stand for, and the way between texts that name them
// and texts that hold them. It is needed where texts go into an image and come out of it, nowhere
// else. Thread-safety: a value; any number of threads may use one that nobody changes.

#include "base/secret.hpp"
#include "base/secret_filter.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace retouch::base {

/// A shorter one could not be told from ordinary text; in bytes.
inline constexpr std::size_t k_shortest_secret = 4;

class SecretValues {
  public:
    /// Requires: none is called so yet, and it is not too short. `digest`: keyed, of its value;
    /// hashes of it get their salt from there, so that each run makes the same.
    void add(std::string name, Secret value, const std::string &digest);

    [[nodiscard]] bool empty() const { return known_.empty(); }

    /// With values for names. Throws Error when a hash cannot be made.
    [[nodiscard]] std::string revealed(std::string_view text) const;

    /// With names for values.
    [[nodiscard]] std::string concealed(std::string text) const;

    /// For people: "(secret NAME)" for values; a line that holds one in another form, or a piece of
    /// one, is left out and says so.
    [[nodiscard]] std::string shown(const std::string &text) const;

    /// The same of the end of a longer text, which may begin within a value.
    [[nodiscard]] std::string shown_end(const std::string &text) const;

    /// True when `hash`, of crypt(5), is one of the secret called `name`.
    [[nodiscard]] bool is_hash_of(const std::string &hash, std::string_view name) const;

  private:
    struct Known {
        std::string name;
        Secret value;
        std::string salt;
    };

    [[nodiscard]] const Known *find(std::string_view name) const;

    std::vector<Known> known_; ///< the longest value first
    std::vector<Known> parts_; ///< the same, and lines of values
    SecretFilter filter_;
};

} // namespace retouch::base
