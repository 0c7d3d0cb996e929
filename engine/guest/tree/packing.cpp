// Numbers are eight bytes, texts a number and so many bytes, lists a number and so many items. The
// bounds are those of the kernel and of what is kept; nothing is allocated before its bytes are
// there.

#include "guest/tree/packing.hpp"

#include "guest/tree/file_digest.hpp"

#include <array>
#include <climits>
#include <cstring>

namespace retouch::guest {

namespace {

constexpr std::size_t k_longest_target = PATH_MAX;
constexpr std::size_t k_digest_size = 64;
constexpr std::size_t k_longest_attributes = std::size_t{16} << 20;
constexpr std::size_t k_largest_text = KeptTexts::k_largest_named;

class Packer {
  public:
    void number(std::uint64_t value) {
        std::array<char, sizeof value> bytes{};
        std::memcpy(bytes.data(), &value, sizeof value);
        bytes_.append(bytes.data(), bytes.size());
    }

    void text(std::string_view text) {
        number(text.size());
        bytes_ += text;
    }

    void entry(const TreeEntry &entry) {
        text(entry.path);
        number(static_cast<std::uint64_t>(entry.info.type));
        number(entry.info.mode);
        number(entry.info.uid);
        number(entry.info.gid);
        number(entry.info.size);
        text(entry.target);
        text(entry.sha256);
        text(entry.attributes);
        number(entry.device);
        number(entry.inode);
        number(static_cast<std::uint64_t>(entry.modified));
        number(static_cast<std::uint64_t>(entry.changed));
        number(entry.secret ? 1 : 0);
    }

    template<typename T, typename Pack>
    void optional(const std::optional<T> &value, Pack pack) {
        number(value ? 1 : 0);
        if (value)
            (this->*pack)(*value);
    }

    [[nodiscard]] std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

/// Reads on until something is wrong; then all that follows is empty.
class Unpacker {
  public:
    explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

    /// True when every byte was used and nothing was wrong.
    [[nodiscard]] bool is_whole() const { return whole_ && rest_.empty(); }

    [[nodiscard]] bool goes_on() const { return whole_; }

    std::uint64_t number(std::uint64_t most = UINT64_MAX) {
        std::uint64_t value = 0;
        const std::string_view bytes = take(sizeof value);
        if (whole_)
            std::memcpy(&value, bytes.data(), sizeof value);
        if (value > most)
            whole_ = false;
        return whole_ ? value : 0;
    }

    std::string text(std::size_t longest) { return std::string(take(number(longest))); }

    TreeEntry entry() {
        TreeEntry entry;
        entry.path = text(k_longest_tree_path);
        entry.info.type =
            static_cast<FileInfo::Type>(number(static_cast<std::uint64_t>(FileInfo::Type::other)));
        entry.info.mode = static_cast<std::uint32_t>(number(07777));
        entry.info.uid = static_cast<std::uint32_t>(number(UINT32_MAX));
        entry.info.gid = static_cast<std::uint32_t>(number(UINT32_MAX));
        entry.info.size = number();
        entry.target = text(k_longest_target);
        entry.sha256 = digest();
        entry.attributes = text(k_longest_attributes);
        entry.device = number();
        entry.inode = number();
        entry.modified = static_cast<std::int64_t>(number());
        entry.changed = static_cast<std::int64_t>(number());
        entry.secret = number(1) == 1;
        return entry;
    }

    std::optional<TreeEntry> optional_entry() {
        return number(1) == 1 ? std::optional(entry()) : std::nullopt;
    }

    std::optional<std::string> optional_text() {
        return number(1) == 1 ? std::optional(text(k_largest_text)) : std::nullopt;
    }

  private:
    std::string_view take(std::uint64_t size) {
        if (size > rest_.size())
            whole_ = false;
        if (!whole_)
            return {};
        const std::string_view bytes = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return bytes;
    }

    std::string digest() {
        std::string digest = text(k_used_digest.size() + k_digest_size);
        std::string_view digits = digest;
        if (digits.substr(0, k_used_digest.size()) == k_used_digest)
            digits.remove_prefix(k_used_digest.size());
        if (!digest.empty() &&
            (digits.size() != k_digest_size ||
             digits.find_first_not_of("0123456789abcdef") != std::string_view::npos))
            whole_ = false;
        return digest;
    }

    std::string_view rest_;
    bool whole_ = true;
};

} // namespace

std::string pack(const TreeMemory &memory) {
    Packer packer;
    packer.number(memory.tree().entries.size());
    for (const TreeEntry &entry : memory.tree().entries)
        packer.entry(entry);
    packer.number(memory.texts().named().size());
    for (const std::string &path : memory.texts().named())
        packer.text(path);
    packer.number(memory.texts().all().size());
    for (const auto &[path, bytes] : memory.texts().all()) {
        packer.text(path);
        packer.text(bytes);
    }
    return packer.take();
}

std::optional<TreeMemory> unpack_memory(std::string_view bytes) {
    Unpacker unpacker(bytes);
    Tree tree;
    for (std::uint64_t left = unpacker.number(); left > 0 && unpacker.goes_on(); --left)
        tree.entries.push_back(unpacker.entry());
    std::vector<std::string> named;
    for (std::uint64_t left = unpacker.number(); left > 0 && unpacker.goes_on(); --left)
        named.push_back(unpacker.text(k_longest_tree_path));
    KeptTexts texts(named);
    for (std::uint64_t left = unpacker.number(); left > 0 && unpacker.goes_on(); --left) {
        const std::string path = unpacker.text(k_longest_tree_path);
        texts.keep(path, unpacker.text(k_largest_text));
    }
    if (!unpacker.is_whole())
        return std::nullopt;
    return TreeMemory(std::move(tree), std::move(texts));
}

std::string pack(const std::vector<SeenChange> &changes) {
    Packer packer;
    packer.number(changes.size());
    for (const SeenChange &change : changes) {
        packer.optional(change.before, &Packer::entry);
        packer.optional(change.after, &Packer::entry);
        packer.optional(change.former_text, &Packer::text);
        packer.optional(change.text, &Packer::text);
    }
    return packer.take();
}

std::optional<std::vector<SeenChange>> unpack_changes(std::string_view bytes) {
    Unpacker unpacker(bytes);
    std::vector<SeenChange> changes;
    for (std::uint64_t left = unpacker.number(); left > 0 && unpacker.goes_on(); --left) {
        SeenChange change;
        change.before = unpacker.optional_entry();
        change.after = unpacker.optional_entry();
        change.former_text = unpacker.optional_text();
        change.text = unpacker.optional_text();
        changes.push_back(std::move(change));
    }
    if (!unpacker.is_whole())
        return std::nullopt;
    return changes;
}

std::string pack(const std::vector<std::string> &words) {
    Packer packer;
    packer.number(words.size());
    for (const std::string &word : words)
        packer.text(word);
    return packer.take();
}

std::optional<std::vector<std::string>> unpack_words(std::string_view bytes) {
    Unpacker unpacker(bytes);
    std::vector<std::string> words;
    for (std::uint64_t left = unpacker.number(); left > 0 && unpacker.goes_on(); --left)
        words.push_back(unpacker.text(k_longest_tree_path));
    if (!unpacker.is_whole())
        return std::nullopt;
    return words;
}

} // namespace retouch::guest
