#pragma once
// Fetcher: files of the web, believed only when their bytes have the checksum somebody promised,
// and kept by it in a directory, so that they are fetched once. Unpacking is not its business.

#include "base/digest.hpp"
#include "catalog/fetch/checksum_list.hpp"
#include "catalog/http/http.hpp"
#include "retouch/store.hpp"
#include "store/new_file.hpp"

#include <filesystem>
#include <string>

namespace retouch::catalog {

/// For one thread at a time; any number of processes may share a directory.
class Fetcher {
  public:
    /// `directory` is made when it is needed, for its user alone.
    Fetcher(TlsSettings tls, std::filesystem::path directory)
        : http_(std::move(tls)), directory_(std::move(directory)) {}

    /// The text at an https address, of at most 4 MiB. Throws Error.
    [[nodiscard]] std::string text(const std::string &url);

    /// What the list of checksums at `list`, an https address, says of the file that `url` names.
    /// Throws Error.
    [[nodiscard]] Checksum checksum(const std::string &list, const std::string &url);

    /// Where the bytes of `url` are, in the directory: just fetched, or found there and read again.
    /// Redirections are followed, but from https to https only. Throws Error: invalid when it is no
    /// address of http or https; failed when the bytes are others, which are removed; temporary
    /// when somebody else fetches the same.
    [[nodiscard]] std::filesystem::path fetch(const std::string &url, const Checksum &wanted,
                                              const WorkProgress &progress);

    /// The same for bytes nobody promised anything of.
    [[nodiscard]] std::filesystem::path fetch_unverified(const std::string &url,
                                                         const WorkProgress &progress);

  private:
    [[nodiscard]] HttpResponse get(std::string url, HttpRequest request);

    /// All bytes of `url` into an empty file, and their digest.
    [[nodiscard]] std::string receive(const std::string &url, const store::NewFile &file,
                                      base::Digest digest, const WorkProgress &progress);

    Http http_;
    std::filesystem::path directory_;
};

/// Removes what processes that died left in such a directory. Throws Error.
void clear_abandoned_fetches(const std::filesystem::path &directory);

/// True for an address of http or https.
[[nodiscard]] bool is_web_address(const std::string &text);

/// The last name in the path of an address: "debian-12.qcow2". Throws Error: invalid when it has
/// none, is no address of http or https, or holds a name and a password.
[[nodiscard]] std::string file_name_of(const std::string &url);

} // namespace retouch::catalog
