#include "cli/secret_key.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/private_directory.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::cli {

namespace {

constexpr std::size_t k_longest_key = 4096;
constexpr std::size_t k_shortest_key = 32;
constexpr int k_own_mode = 0600;

/// Under another name first: who finds it finds all of it.
void make_key(const std::filesystem::path &file) {
    base::make_private_directory(file.parent_path());
    const std::string name = base::random_uuid();
    const std::filesystem::path whole = file.parent_path() / (".secrets-" + name);
    base::write_file_atomically(whole, base::sha256_hex(name + base::random_uuid()) + "\n",
                                k_own_mode);
    const int code = link(whole.c_str(), file.c_str()) == 0 ? 0 : errno;
    unlink(whole.c_str());
    if (code != 0 && code != EEXIST)
        throw base::system_error("make", file, code);
}

} // namespace

std::string read_secret_key(const std::filesystem::path &file) {
    const std::string shown = base::escape(file.string());
    std::string key;
    try {
        key = base::trim(base::read_file(file, k_longest_key));
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        throw Error(ErrorKind::bad_config, error.what(), error.hint());
    }

    struct stat info {};

    constexpr mode_t k_of_others = 0077;
    if (stat(file.c_str(), &info) != 0 || (info.st_mode & k_of_others) != 0)
        throw Error(ErrorKind::bad_config,
                    fmt::format("the key of secrets {} is not its owner's alone", shown),
                    fmt::format("chmod 600 {}", shown));
    if (key.size() < k_shortest_key)
        throw Error(
            ErrorKind::bad_config,
            fmt::format("the key of secrets {} has less than {} characters", shown, k_shortest_key),
            fmt::format("make a new one: openssl rand -hex 32 > {}", shown));
    return key;
}

std::string own_secret_key(const std::filesystem::path &file) {
    std::error_code failed;
    if (!std::filesystem::exists(file, failed))
        make_key(file);
    return read_secret_key(file);
}

} // namespace retouch::cli
