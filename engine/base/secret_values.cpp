// Secret values: a value is replaced by its name before any that is a part of it.

#include "base/secret_values.hpp"

#include "base/digest.hpp"
#include "base/password_hash.hpp"
#include "base/secret_text.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::base {

namespace {

constexpr std::size_t k_salt = 16; ///< crypt(5): the longest of SHA-512

/// Without letters and digits, which are what a piece of a secret is told by.
std::string stand_in(std::size_t number) {
    return std::string(1, '\x02') + std::string(number + 1, '\x01') + '\x03';
}

} // namespace

void SecretValues::add(std::string name, Secret value, const std::string &digest) {
    std::vector<std::string> parts = split_lines(value.reveal());
    parts.push_back(value.reveal());
    for (std::string &part : parts)
        if (part.size() >= k_shortest_secret) {
            filter_.add(Secret(part));
            parts_.push_back({name, Secret(std::move(part)), {}});
        }
    known_.push_back({std::move(name), std::move(value), sha256_hex(digest).substr(0, k_salt)});
    for (std::vector<Known> *list : {&known_, &parts_})
        std::ranges::stable_sort(*list, std::ranges::greater(),
                                 [](const Known &known) { return known.value.reveal().size(); });
}

const SecretValues::Known *SecretValues::find(std::string_view name) const {
    const auto found = std::ranges::find(known_, name, &Known::name);
    return found == known_.end() ? nullptr : &*found;
}

std::string SecretValues::revealed(std::string_view text) const {
    return replace_secrets(text, [&](const SecretMention &mention) {
        const Known *known = find(mention.name);
        if (known == nullptr)
            return std::string();
        return mention.is_hashed ? password_hash(known->value, known->salt) : known->value.reveal();
    });
}

std::string SecretValues::concealed(std::string text) const {
    for (const Known &known : known_)
        replace_all(text, known.value.reveal(), secret_reference(known.name));
    return text;
}

std::string SecretValues::shown(const std::string &text) const {
    std::string whole = text;
    // Names come last: they are no part of what a line is judged by.
    for (std::size_t i = 0; i < parts_.size(); ++i)
        replace_all(whole, parts_[i].value.reveal(), stand_in(i));
    std::string out;
    for (std::size_t at = 0; at < whole.size();) {
        const std::size_t end = std::min(whole.find('\n', at), whole.size());
        out += filter_.message(whole.substr(at, end - at))
                   .value_or("(a line that holds a secret is not shown)");
        if (end < whole.size())
            out += '\n';
        at = end + 1;
    }
    for (std::size_t i = 0; i < parts_.size(); ++i)
        replace_all(out, stand_in(i), fmt::format("(secret {})", parts_[i].name));
    return out;
}

std::string SecretValues::shown_end(const std::string &text) const {
    std::size_t cut = 0; // of the end of a value, which stands in front
    for (const Known &known : known_) {
        const std::string &value = known.value.reveal();
        for (std::size_t size = std::min(value.size() - 1, text.size());
             size > cut && size >= k_shortest_secret; --size)
            if (text.compare(0, size, value, value.size() - size, size) == 0)
                cut = size;
    }
    return shown(text.substr(cut));
}

bool SecretValues::is_hash_of(const std::string &hash, std::string_view name) const {
    const Known *known = find(name);
    return known != nullptr && base::is_hash_of(hash, known->value);
}

} // namespace retouch::base
