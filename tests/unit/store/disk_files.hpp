#pragma once
// Disk files for tests of store and catalog: a scratch directory, files with chosen bytes and
// holes, and small filesystems of our own to fill. Nothing outlives the test program.

#include "base/file.hpp"
#include "base/process.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <map>
#include <sched.h>
#include <string>
#include <string_view>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace retouch::test {

inline constexpr std::uint64_t k_mib = std::uint64_t{1024} * 1024;
inline constexpr std::uint64_t k_gib = k_mib * 1024;

class Scratch {
  public:
    [[nodiscard]] const std::filesystem::path &path() const { return directory_.path(); }

    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
        return path() / name;
    }

  private:
    base::TemporaryDirectory directory_{std::filesystem::temp_directory_path(), "retouch-test-"};
};

/// Runs a host tool that must succeed.
inline void run_tool(const std::string &program, std::vector<std::string> arguments,
                     const std::string &input = {}) {
    base::ProcessSpec spec;
    spec.program = program;
    spec.arguments = std::move(arguments);
    spec.input = input;
    base::run_checked(spec, "preparing a test");
}

/// Contents by offset.
using Pieces = std::map<std::uint64_t, std::string>;

/// Writes a file of `size` bytes with these pieces; all else is holes.
inline std::filesystem::path make_file(const std::filesystem::path &path, std::uint64_t size,
                                       const Pieces &pieces) {
    const base::UniqueFd fd = base::open_file(path, O_RDWR | O_CREAT | O_TRUNC);
    REQUIRE(ftruncate(fd.get(), static_cast<off_t>(size)) == 0);
    for (const auto &[offset, bytes] : pieces)
        REQUIRE(pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
                static_cast<ssize_t>(bytes.size()));
    return path;
}

/// `size` bytes of noise that is the same in every run.
inline std::string noise(std::size_t size, std::uint32_t seed = 1) {
    std::string bytes;
    bytes.reserve(size);
    std::uint32_t state = seed;
    while (bytes.size() < size) {
        state = state * 1664525U + 1013904223U;
        bytes += static_cast<char>(state >> 24U);
    }
    return bytes;
}

/// The first sector of a disk with one Linux partition of `sectors` from sector 2048.
inline std::string boot_sector(std::uint32_t sectors) {
    std::string sector(512, '\0');
    const auto put = [&](std::size_t at, std::uint32_t value) {
        for (unsigned i = 0; i < 4; ++i)
            sector[at + i] = static_cast<char>(value >> (8 * i) & 0xffU);
    };
    sector[446 + 4] = '\x83';
    put(446 + 8, 2048);
    put(446 + 12, sectors);
    sector[510] = '\x55';
    sector[511] = '\xaa';
    return sector;
}

/// A sparse raw disk of `size` bytes with some data in its one partition.
inline std::filesystem::path make_disk(const std::filesystem::path &path, std::uint64_t size,
                                       std::uint32_t seed = 1) {
    const auto sectors = static_cast<std::uint32_t>(size / 512 - 2048);
    return make_file(path, size, {{0, boot_sector(sectors)}, {k_mib, noise(100'000, seed)}});
}

inline std::uint64_t allocated(const std::filesystem::path &path) {
    struct stat info {};

    REQUIRE(stat(path.c_str(), &info) == 0);
    return static_cast<std::uint64_t>(info.st_blocks) * 512;
}

/// Names in a directory, sorted.
inline std::vector<std::string> names_in(const std::filesystem::path &directory) {
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(directory))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

/// What `work` throws, as "MESSAGE\nhint: HINT", with `directory` shown as DIR.
inline std::string error_of(const std::filesystem::path &directory,
                            const std::function<void()> &work,
                            ErrorKind kind = ErrorKind::invalid) {
    try {
        work();
    } catch (const Error &error) {
        CHECK(error.kind() == kind);
        std::string text = fmt::format("{}\nhint: {}", error.what(), error.hint());
        for (std::size_t at = 0; (at = text.find(directory.string(), at)) != std::string::npos;)
            text.replace(at, directory.string().size(), "DIR");
        return text;
    }
    return "nothing was thrown";
}

inline bool is_root() {
    return geteuid() == 0;
}

/// Says why a part of a test was left out.
inline bool skipped_without_root(const char *what) {
    if (is_root())
        return false;
    WARN("skipped: " << what << " needs root");
    return true;
}

/// A mounted filesystem in a mount namespace of this program's own. Root only.
class Mount {
  public:
    Mount(const std::filesystem::path &where, const char *type, const char *options,
          const std::filesystem::path &image = {})
        : where_(where) {
        static const bool private_namespace = [] {
            return unshare(CLONE_NEWNS) == 0 &&
                   mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        }();
        REQUIRE(private_namespace);
        std::filesystem::create_directory(where);
        if (image.empty())
            REQUIRE(mount("none", where.c_str(), type, 0, options) == 0);
        else
            run_tool("mount", {"-t", type, "-o", options, image, where});
    }

    ~Mount() { umount2(where_.c_str(), MNT_DETACH); }

    Mount(const Mount &) = delete;
    Mount &operator=(const Mount &) = delete;

    void make_read_only() const {
        REQUIRE(mount(nullptr, where_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0);
    }

    [[nodiscard]] const std::filesystem::path &path() const { return where_; }

  private:
    std::filesystem::path where_;
};

} // namespace retouch::test
