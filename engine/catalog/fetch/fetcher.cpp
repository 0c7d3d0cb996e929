// Bytes go into a hidden file that its maker holds locked, and get the name of their checksum when
// they have it: what bears such a name was right once, and is read again before it is used.

#include "catalog/fetch/fetcher.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/private_directory.hpp"
#include "base/text.hpp"
#include "retouch/error.hpp"
#include "store/new_file.hpp"
#include "store/sparse_copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace retouch::catalog {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_longest_list = std::size_t{4} * 1024 * 1024;
constexpr std::size_t k_longest_url = 4096;
constexpr std::size_t k_read_at_once = std::size_t{1} << 20;
constexpr int k_most_redirections = 10;
constexpr int k_mode_of_fetched = 0600;
constexpr int k_ok = 200;

/// "https://host" of an address.
std::string_view origin_of(std::string_view url) {
    const std::size_t host = url.find("//");
    return url.substr(0, url.find_first_of("/?#", host == url.npos ? 0 : host + 2));
}

void require_address(const std::string &url) {
    const auto wrong = [&](const char *why, const char *hint) {
        return Error(ErrorKind::invalid,
                     fmt::format("'{}' {}", base::escape(url.substr(0, 200)), why), hint);
    };
    if (!is_web_address(url) || url.size() > k_longest_url)
        throw wrong("is no address of the web", "it starts with https:// or http://");
    if (!std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; }))
        throw wrong("holds characters that no address has", "encode them, as in %20");
    if (origin_of(url).find('@') != std::string_view::npos)
        throw wrong("holds a name or a password", "fetch the file yourself, and import that");
}

/// Where an answer sends its reader on. Throws Error unless that is an address as safe as `from`.
std::string next_address(const std::string &from, const std::string &location) {
    const bool is_rooted = location.starts_with('/') && !location.starts_with("//");
    std::string next = is_rooted ? std::string(origin_of(from)) + location : location;
    if (!is_web_address(next) || (from.starts_with("https:") && !next.starts_with("https:")))
        throw Error(ErrorKind::refused,
                    fmt::format("{} sends its reader to '{}'", base::escape(from),
                                base::escape(location.substr(0, 200))),
                    "only an https address may follow one; look whether the mirror is right");
    require_address(next);
    return next;
}

bool is_redirection(int status) {
    constexpr std::array<int, 5> k_statuses = {301, 302, 303, 307, 308};
    return std::ranges::find(k_statuses, status) != k_statuses.end();
}

base::Digest digest_of(const Checksum &wanted) {
    return base::Digest(wanted.algorithm == "sha256" ? base::Digest::Algorithm::sha256
                                                     : base::Digest::Algorithm::sha512);
}

std::string digest_of_file(const fs::path &path, const Checksum &wanted,
                           const WorkProgress &progress) {
    const base::UniqueFd file = base::open_regular_file(path);
    const std::uint64_t total = fs::file_size(path);
    base::Digest digest = digest_of(wanted);
    std::string piece(k_read_at_once, '\0');
    std::uint64_t done = 0;
    while (const std::size_t got = base::read_some(file.get(), piece, path)) {
        digest.update(std::string_view(piece).substr(0, got));
        done += got;
        if (progress && !progress(done, total))
            base::check_interrupt();
    }
    return digest.finish();
}

/// The one of that name, if it is there and what its name says.
std::optional<fs::path> kept_file(const fs::path &path, const Checksum &wanted,
                                  const WorkProgress &progress) {
    std::error_code failed;
    if (!fs::is_regular_file(path, failed))
        return std::nullopt;
    if (digest_of_file(path, wanted, progress) == wanted.hex)
        return path;
    store::remove_file(path); // somebody changed it
    return std::nullopt;
}

store::NewFile new_file(const fs::path &path) {
    if (!store::remove_abandoned(path))
        throw Error(ErrorKind::temporary,
                    fmt::format("another process is fetching {}", base::escape(path.string())),
                    "run the command again when it is done");
    return store::NewFile::locked(path, k_mode_of_fetched);
}

} // namespace

void clear_abandoned_fetches(const fs::path &directory) {
    std::error_code failed;
    for (const auto &entry : fs::directory_iterator(directory, failed))
        if (entry.path().filename().string().starts_with('.'))
            static_cast<void>(store::remove_abandoned(entry.path()));
}

bool is_web_address(const std::string &text) {
    return text.starts_with("https://") || text.starts_with("http://");
}

std::string file_name_of(const std::string &url) {
    require_address(url);
    std::string_view path = std::string_view(url).substr(origin_of(url).size());
    path = path.substr(0, path.find_first_of("?#"));
    std::string name(path.substr(path.rfind('/') + 1));
    if (name.empty())
        throw Error(ErrorKind::invalid, fmt::format("'{}' names no file", base::escape(url)),
                    "write the whole address of the image");
    return name;
}

HttpResponse Fetcher::get(std::string url, HttpRequest request) {
    for (int hops = 0; hops <= k_most_redirections; ++hops) {
        require_address(url);
        request.doing = "fetch " + base::escape(url);
        request.url = url;
        HttpResponse response = http_.send(request);
        if (response.status == k_ok)
            return response;
        if (!is_redirection(response.status))
            throw Error(response.status >= 500 ? ErrorKind::temporary : ErrorKind::failed,
                        fmt::format("cannot fetch {}: the server answers {}", base::escape(url),
                                    response.status),
                        "look whether the address is right");
        url = next_address(url, response.header("location"));
    }
    throw Error(ErrorKind::failed,
                fmt::format("cannot fetch {}: it sends its reader on and on", base::escape(url)));
}

Checksum Fetcher::checksum(const std::string &list, const std::string &url) {
    const std::string name = file_name_of(url);
    return checksum_in(text(list), name);
}

std::string Fetcher::text(const std::string &url) {
    require_address(url);
    if (!url.starts_with("https:"))
        throw Error(
            ErrorKind::refused,
            fmt::format("the list of checksums {} can be exchanged on its way", base::escape(url)),
            "fetch it by https, or give the checksum itself: --sha512 or --sha256");
    HttpRequest request;
    request.repeatable = true;
    request.bound = k_longest_list;
    return get(url, std::move(request)).body;
}

std::string Fetcher::receive(const std::string &url, const store::NewFile &file,
                             base::Digest digest, const WorkProgress &progress) {
    std::uint64_t size = 0;
    HttpRequest request;
    request.progress = progress;
    request.sink = [&](std::string_view bytes) {
        digest.update(bytes);
        store::write_used(file, size, bytes);
        size += bytes.size();
    };
    static_cast<void>(get(url, std::move(request)));
    if (ftruncate(file.fd(), static_cast<off_t>(size)) != 0)
        throw base::system_error("write", file.path(), errno);
    file.sync();
    return digest.finish();
}

fs::path Fetcher::fetch(const std::string &url, const Checksum &wanted,
                        const WorkProgress &progress) {
    fs::path path = directory_ / fmt::format("{}-{}", wanted.algorithm, wanted.hex);
    require_address(url);
    if (auto kept = kept_file(path, wanted, progress))
        return *std::move(kept);
    base::make_private_directory(directory_);
    store::NewFile file = new_file(directory_ / ("." + path.filename().string()));
    if (const std::string found = receive(url, file, digest_of(wanted), progress);
        found != wanted.hex)
        throw Error(ErrorKind::failed,
                    fmt::format("the bytes of {} are not the ones promised: their {} is {}, not {}",
                                base::escape(url), wanted.algorithm, found, wanted.hex),
                    "nothing of them was kept; look whether the checksum is of this release");
    file.move_to(path);
    file.keep();
    return path;
}

fs::path Fetcher::fetch_unverified(const std::string &url, const WorkProgress &progress) {
    require_address(url);
    base::make_private_directory(directory_);
    store::NewFile file =
        new_file(directory_ / (".unverified-" + base::sha256_hex(url).substr(0, 16)));
    fs::path path =
        directory_ /
        ("sha512-" + receive(url, file, base::Digest(base::Digest::Algorithm::sha512), progress));
    store::remove_file(path); // the same bytes
    file.move_to(path);
    file.keep();
    return path;
}

} // namespace retouch::catalog
