// Holes are found by SEEK_DATA and never read; where a filesystem has no such thing all is data.

#include "guest/tree/file_digest.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::uint64_t k_block = 4096;
constexpr std::uint64_t k_most_zeros = 1 << 20;
constexpr std::size_t k_buffer = 64 * k_block;

struct Extent {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

bool is_zero(std::string_view block) {
    return block.front() == '\0' &&
           std::memcmp(block.data(), block.data() + 1, block.size() - 1) == 0;
}

std::array<char, 8> as_bytes(std::uint64_t number) {
    std::array<char, 8> bytes{};
    for (std::size_t at = 0; at < bytes.size(); ++at)
        bytes[at] = static_cast<char>((number >> (8 * at)) & 0xff);
    return bytes;
}

class File {
  public:
    File(int fd, std::uint64_t size, const TreeTools &tools)
        : fd_(fd),
          size_(size),
          tools_(tools),
          buffer_(std::make_unique<std::array<char, k_buffer>>()) {}

    /// The first data at or after `at`, in whole blocks; empty at the end of the file.
    [[nodiscard]] Extent data_from(std::uint64_t at) const {
        if (at >= size_)
            return {size_, size_};
        const off_t begin = lseek(fd_, static_cast<off_t>(at), SEEK_DATA);
        if (begin < 0)
            return errno == ENXIO ? Extent{size_, size_} : Extent{at, size_};
        const off_t end = lseek(fd_, begin, SEEK_HOLE);
        const auto first = static_cast<std::uint64_t>(begin) / k_block * k_block;
        const auto last = end < 0 ? size_ : static_cast<std::uint64_t>(end);
        return {std::max(first, at), std::min((last + k_block - 1) / k_block * k_block, size_)};
    }

    /// True when holes alone are more than a plain digest should read.
    [[nodiscard]] bool is_sparse() const {
        std::uint64_t holes = 0;
        for (std::uint64_t at = 0; at < size_ && holes <= k_most_zeros;) {
            tools_.pause();
            const Extent data = data_from(at);
            holes += data.begin - at;
            at = data.end;
        }
        return holes > k_most_zeros;
    }

    /// Bytes from `at` on, as many as fit; empty at the end. False with errno.
    [[nodiscard]] bool read(std::uint64_t at, std::uint64_t end, std::string_view &bytes) {
        tools_.pause();
        const std::uint64_t wanted = std::min<std::uint64_t>(end - at, k_buffer);
        std::size_t have = 0;
        while (have < wanted) {
            const ssize_t got =
                pread(fd_, buffer_->data() + have, wanted - have, static_cast<off_t>(at + have));
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return false;
            if (got == 0)
                break;
            have += static_cast<std::size_t>(got);
        }
        bytes = {buffer_->data(), have};
        return true;
    }

    [[nodiscard]] std::uint64_t size() const { return size_; }

  private:
    int fd_;
    std::uint64_t size_;
    const TreeTools &tools_;
    std::unique_ptr<std::array<char, k_buffer>> buffer_;
};

std::uint64_t zeros_in(std::string_view bytes) {
    std::uint64_t zeros = 0;
    for (std::size_t at = 0; at < bytes.size(); at += k_block)
        if (const std::string_view block = bytes.substr(at, k_block); is_zero(block))
            zeros += block.size();
    return zeros;
}

/// `zeros`: counted as far as it was read; beyond the bound there is no digest.
std::optional<std::string> plain_digest(File &file, const TreeTools &tools, std::uint64_t &zeros) {
    const std::unique_ptr<RunningDigest> digest = tools.begin_digest();
    for (std::uint64_t at = 0; zeros <= k_most_zeros;) {
        std::string_view bytes;
        if (!file.read(at, file.size(), bytes))
            return std::nullopt;
        if (bytes.empty())
            return digest->finish();
        digest->update(bytes);
        zeros += zeros_in(bytes);
        at += bytes.size();
    }
    return std::nullopt;
}

void add_used_blocks(RunningDigest &digest, std::uint64_t at, std::string_view bytes) {
    for (std::size_t inside = 0; inside < bytes.size(); inside += k_block) {
        const std::string_view block = bytes.substr(inside, k_block);
        if (is_zero(block))
            continue;
        const std::array<char, 8> number = as_bytes((at + inside) / k_block);
        digest.update({number.data(), number.size()});
        digest.update(block);
    }
}

std::optional<std::string> used_digest(File &file, const TreeTools &tools) {
    const std::unique_ptr<RunningDigest> digest = tools.begin_digest();
    const std::array<char, 8> size = as_bytes(file.size());
    digest->update({size.data(), size.size()});
    for (Extent data = file.data_from(0); data.begin < data.end; data = file.data_from(data.end))
        for (std::uint64_t at = data.begin; at < data.end;) {
            std::string_view bytes;
            if (!file.read(at, data.end, bytes))
                return std::nullopt;
            if (bytes.empty())
                break; // it became shorter
            add_used_blocks(*digest, at, bytes);
            at += bytes.size();
        }
    return std::string(k_used_digest) + digest->finish();
}

} // namespace

std::optional<std::string> digest_file(int fd, const TreeTools &tools) {
    struct stat status {};

    if (fstat(fd, &status) != 0)
        return std::nullopt;
    File file(fd, static_cast<std::uint64_t>(status.st_size), tools);
    std::uint64_t zeros = 0;
    if (file.is_sparse())
        return used_digest(file, tools);
    if (std::optional<std::string> digest = plain_digest(file, tools, zeros))
        return digest;
    return zeros > k_most_zeros ? used_digest(file, tools) : std::nullopt;
}

} // namespace retouch::guest
