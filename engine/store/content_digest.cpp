// Content digest: chunks are digested by several threads, batch by batch, and folded in order.
// A batch bounds memory and the time to react to an interruption.
// The definition is in the header; changing it would make every recorded digest worthless.

#include "store/content_digest.hpp"

#include "base/digest.hpp"
#include "base/interrupt.hpp"
#include "store/used_data.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace retouch {

namespace {

constexpr std::uint64_t k_chunk = std::uint64_t{1024} * 1024;
constexpr std::size_t k_batch = 128;
constexpr unsigned k_most_workers = 16;

struct Chunk {
    std::uint64_t number = 0;
    std::string digest; ///< empty: all zeros
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
    ChunkWalk(int fd, const std::filesystem::path &path) : fd_(fd), path_(path) {}

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
        const auto extent = next_extent(fd_, next_ * k_chunk, path_);
        if (!extent)
            return false;
        next_ = extent->offset / k_chunk;
        extent_end_ = extent->offset + extent->length;
        return true;
    }

    int fd_;
    const std::filesystem::path &path_;
    std::uint64_t next_ = 0; ///< number of the next chunk
    std::uint64_t extent_end_ = 0;
};

std::string digest_of(std::string_view bytes) {
    if (is_all_zero(bytes))
        return {};
    Digest digest(Digest::Algorithm::sha512);
    digest.update(bytes);
    return digest.finish();
}

void digest_batch(int fd, const std::filesystem::path &path, std::vector<Chunk> &batch) {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        std::string buffer(k_chunk, '\0');
        for (std::size_t i = next++; i < batch.size(); i = next++) {
            const std::size_t got = read_at(fd, batch[i].number * k_chunk, buffer, path);
            batch[i].digest = digest_of(std::string_view(buffer).substr(0, got));
        }
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

} // namespace

std::string content_digest(int fd, const std::filesystem::path &path) {
    Digest whole(Digest::Algorithm::sha512);
    whole.update(little_endian_bytes(file_size(fd, path)));
    ChunkWalk walk(fd, path);
    for (std::vector<Chunk> batch = walk.next_batch(); !batch.empty(); batch = walk.next_batch()) {
        check_interrupt();
        digest_batch(fd, path, batch);
        for (const Chunk &chunk : batch) {
            if (chunk.digest.empty())
                continue;
            whole.update(little_endian_bytes(chunk.number));
            whole.update(chunk.digest);
        }
    }
    return whole.finish();
}

} // namespace retouch
