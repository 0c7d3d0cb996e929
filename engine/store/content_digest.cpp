// Content digest: chunks are digested by several threads, batch by batch, and folded in order.
// A batch bounds memory and the time to react to an interruption.
// The definitions are in the header; changing them would make every recorded digest worthless.

#include "store/content_digest.hpp"

#include "base/digest.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "store/sparse_copy.hpp"
#include "store/used_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <future>
#include <thread>
#include <unistd.h>
#include <vector>

namespace retouch::store {

namespace {

constexpr std::uint64_t k_chunk = std::uint64_t{1024} * 1024;
constexpr std::uint64_t k_block = 4096;
constexpr std::size_t k_batch = 128;
constexpr unsigned k_most_workers = 16;

struct Chunk {
    std::uint64_t number = 0;
    std::string digest; ///< empty: all zeros
};

struct Source {
    int fd;
    const std::filesystem::path &path;
    std::uint64_t size;
    NewFile *copy = nullptr; ///< gets what is read
};

std::string little_endian_bytes(std::uint64_t value) {
    std::string bytes;
    for (unsigned shift = 0; shift < 64; shift += 8)
        bytes += static_cast<char>(value >> shift & 0xffU);
    return bytes;
}

/// Walks over the chunks that hold data, each once, in ascending order.
class ChunkWalk {
  public:
    explicit ChunkWalk(const Source &source) : source_(source) {}

    [[nodiscard]] std::vector<Chunk> next_batch() {
        std::vector<Chunk> batch;
        while (batch.size() < k_batch) {
            if (next_ * k_chunk >= extent_end_ && !find_extent())
                break;
            batch.push_back({.number = next_++, .digest = {}});
        }
        return batch;
    }

  private:
    bool find_extent() {
        const auto extent = next_extent(source_.fd, next_ * k_chunk, source_.path);
        if (!extent || extent->offset >= source_.size)
            return false;
        next_ = extent->offset / k_chunk;
        extent_end_ = std::min(extent->offset + extent->length, source_.size);
        return true;
    }

    const Source &source_;
    std::uint64_t next_ = 0; ///< number of the next chunk
    std::uint64_t extent_end_ = 0;
};

/// The used parts of the chunk from `start` to `end`, in whole blocks, in ascending order.
std::vector<Extent> parts_of(const Source &source, std::uint64_t start, std::uint64_t end) {
    std::vector<Extent> parts;
    for (std::uint64_t from = start; from < end;) {
        const auto extent = next_extent(source.fd, from, source.path);
        if (!extent || extent->offset >= end)
            break;
        const std::uint64_t first = extent->offset / k_block * k_block;
        from = std::min(end, (extent->offset + extent->length + k_block - 1) / k_block * k_block);
        if (!parts.empty() && parts.back().offset + parts.back().length == first)
            parts.back().length += from - first;
        else
            parts.push_back({first, from - first});
    }
    return parts;
}

std::string_view read_part(const Source &source, const Extent &part, std::string &buffer) {
    const std::size_t got =
        read_at(source.fd, part.offset, std::span(buffer).first(part.length), source.path);
    const std::string_view bytes = std::string_view(buffer).substr(0, got);
    if (source.copy == nullptr)
        return bytes;
    if (got < part.length)
        throw Error(ErrorKind::failed,
                    fmt::format("{} became shorter while it was copied",
                                base::escape(source.path.string())),
                    "run again when nothing else writes to it");
    write_used(*source.copy, part.offset, bytes);
    return bytes;
}

/// Length of the leading blocks of `bytes` that are alike: all zero or all not.
std::size_t run_length(std::string_view bytes, bool zero) {
    std::size_t length = 0;
    while (length < bytes.size() && is_all_zero(bytes.substr(length, k_block)) == zero)
        length += std::min<std::size_t>(k_block, bytes.size() - length);
    return length;
}

/// Runs that touch are one, whatever parts they were read in.
class RunsDigest {
  public:
    /// `offset` is that of `bytes` in the chunk; later than what was added before.
    void add(std::uint64_t offset, std::string_view bytes) {
        while (!bytes.empty()) {
            const std::size_t zeros = run_length(bytes, true);
            const std::size_t used = run_length(bytes.substr(zeros), false);
            if (used > 0) {
                digest_.update(little_endian_bytes(offset + zeros));
                digest_.update(little_endian_bytes(used));
                digest_.update(bytes.substr(zeros, used));
                any_ = true;
            }
            bytes.remove_prefix(zeros + used);
            offset += zeros + used;
        }
    }

    std::string finish() { return any_ ? digest_.finish() : std::string(); }

  private:
    base::Digest digest_{base::Digest::Algorithm::sha512};
    bool any_ = false;
};

std::string digest_of_runs(const Source &source, std::uint64_t number, std::string &buffer) {
    const std::uint64_t start = number * k_chunk;
    RunsDigest digest;
    for (const Extent &part : parts_of(source, start, std::min(start + k_chunk, source.size)))
        digest.add(part.offset - start, read_part(source, part, buffer));
    return digest.finish();
}

std::string digest_of_whole(const Source &source, std::uint64_t number, std::string &buffer) {
    const std::size_t got = read_at(source.fd, number * k_chunk, buffer, source.path);
    const std::string_view bytes = std::string_view(buffer).substr(0, got);
    if (is_all_zero(bytes))
        return {};
    base::Digest digest(base::Digest::Algorithm::sha512);
    digest.update(bytes);
    return digest.finish();
}

using DigestOfChunk = decltype(&digest_of_runs);

void digest_batch(const Source &source, std::vector<Chunk> &batch, DigestOfChunk digest_of) {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        std::string buffer(k_chunk, '\0');
        for (std::size_t i = next++; i < batch.size(); i = next++)
            batch[i].digest = digest_of(source, batch[i].number, buffer);
    };
    const std::size_t workers = std::min<std::size_t>(
        std::clamp(std::thread::hardware_concurrency(), 1U, k_most_workers), batch.size());
    std::vector<std::future<void>> others;
    for (std::size_t i = 1; i < workers; ++i)
        others.push_back(std::async(std::launch::async, work));
    work();
    for (std::future<void> &other : others)
        other.get();
}

std::string fold(const Source &source, DigestOfChunk digest_of) {
    base::Digest whole(base::Digest::Algorithm::sha512);
    whole.update(little_endian_bytes(source.size));
    ChunkWalk walk(source);
    for (std::vector<Chunk> batch = walk.next_batch(); !batch.empty(); batch = walk.next_batch()) {
        base::check_interrupt();
        digest_batch(source, batch, digest_of);
        for (const Chunk &chunk : batch) {
            if (chunk.digest.empty())
                continue;
            whole.update(little_endian_bytes(chunk.number));
            whole.update(chunk.digest);
        }
    }
    return whole.finish();
}

} // namespace

bool is_content_digest(std::string_view algorithm) {
    return algorithm == k_content_digest || algorithm == k_former_content_digest;
}

std::string content_digest(int fd, const std::filesystem::path &path, std::string_view algorithm) {
    assert(is_content_digest(algorithm));
    return fold({fd, path, file_size(fd, path)},
                algorithm == k_content_digest ? &digest_of_runs : &digest_of_whole);
}

std::string copy_and_digest(int fd, const std::filesystem::path &path, NewFile &copy) {
    if (clone_blocks(fd, copy))
        return content_digest(copy.fd(), copy.path());
    const std::uint64_t size = file_size(fd, path);
    if (ftruncate(copy.fd(), static_cast<off_t>(size)) != 0)
        throw base::system_error("write", copy.path(), errno);
    std::string digest = fold({fd, path, size, &copy}, &digest_of_runs);
    copy.start_sync();
    return digest;
}

std::optional<std::pair<std::string, std::string>>
recorded_content_digest(const std::map<std::string, std::string> &checksums) {
    for (const char *algorithm : {k_content_digest, k_former_content_digest})
        if (const auto found = checksums.find(algorithm); found != checksums.end())
            return *found;
    return std::nullopt;
}

} // namespace retouch::store
