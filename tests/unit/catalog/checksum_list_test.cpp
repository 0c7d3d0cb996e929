// Lists of checksums: what they say of a file, whoever wrote them.

#include "catalog/fetch/checksum_list.hpp"
#include "catalog/fetch/fetcher.hpp"
#include "retouch/error.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;

namespace {

const std::string k_a(64, 'a');
const std::string k_b(64, 'b');
const std::string k_long(128, 'c');

std::string said(const std::string &list, const std::string &name = "disk.qcow2") {
    try {
        const catalog::Checksum found = catalog::checksum_in(list, name);
        return found.algorithm + ":" + found.hex;
    } catch (const Error &error) {
        return error.what();
    }
}

std::string refusal(const std::string &url) {
    try {
        return "name: " + catalog::file_name_of(url);
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::invalid);
        return error.what();
    }
}

} // namespace

TEST_CASE("checksum list: lines of coreutils and BSD, of paths the last name") {
    CHECK(said(k_a + "  disk.qcow2\n") == "sha256:" + k_a);
    CHECK(said(k_b + "  other\n" + k_a + " *./x/disk.qcow2\r\n") == "sha256:" + k_a);
    CHECK(said("SHA256 (disk.qcow2) = " + std::string(64, 'A') + "\n") == "sha256:" + k_a);
    CHECK(said("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nSHA512 (disk.qcow2) = " +
               k_long + "\n") == "sha512:" + k_long);
    CHECK(said(k_a + "  disk.qcow2\n" + k_long + "  disk.qcow2\n") == "sha512:" + k_long);
    CHECK(said(k_a + "  disk.qcow2\n" + k_a + "  disk.qcow2\n") == "sha256:" + k_a);
    CHECK(said(k_a + "  a name with blanks\n", "a name with blanks") == "sha256:" + k_a);
}

TEST_CASE("checksum list: what says nothing, or two things, of the file is an error") {
    const std::string nothing = "the list of checksums says nothing of disk.qcow2";
    for (const std::string &list :
         {std::string(), std::string("disk.qcow2"), k_a, k_a + "  disk.qcow2.asc",
          k_a + " disk.qcow2", std::string(40, 'a') + "  disk.qcow2",
          std::string(64, 'g') + "  disk.qcow2", "SHA1 (disk.qcow2) = " + std::string(40, 'a'),
          std::string("<html>404</html>")})
        CHECK(said(list) == nothing);
    CHECK(said(k_a + "  disk.qcow2\n" + k_b + "  disk.qcow2\n") ==
          "the list of checksums says two things of disk.qcow2");
    CHECK(said("", "\x1b[1m") == "the list of checksums says nothing of \\x1b[1m");
}

TEST_CASE("fetcher: an address has a file, and neither blanks nor passwords") {
    CHECK(refusal("https://example.org/a/disk.qcow2?x=/y#z") == "name: disk.qcow2");
    CHECK(refusal("https://example.org/a/") == "'https://example.org/a/' names no file");
    CHECK(refusal("https://example.org") == "'https://example.org' names no file");
    CHECK(refusal("file:///etc/shadow") == "'file:///etc/shadow' is no address of the web");
    CHECK(refusal("https://u:secret@example.org/x").ends_with("holds a name or a password"));
    CHECK(refusal("https://example.org/a b").ends_with("holds characters that no address has"));
    CHECK(refusal("https://example.org/\n").ends_with("holds characters that no address has"));
}
