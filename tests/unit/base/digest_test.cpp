#include "base/digest.hpp"

#include "base/file.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

TEST_CASE("digest: SHA-256 and SHA-512 of the standard's example") {
    CHECK(base::sha256_hex("abc") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    base::Digest digest(base::Digest::Algorithm::sha512);
    digest.update("abc");
    CHECK(digest.finish() == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                             "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST_CASE("digest: nothing has a digest too") {
    CHECK(base::sha256_hex("") ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("digest: pieces give the same as the whole") {
    base::Digest pieces(base::Digest::Algorithm::sha256);
    pieces.update("a");
    pieces.update("");
    base::Digest moved = std::move(pieces);
    moved.update("bc");
    CHECK(moved.finish() == base::sha256_hex("abc"));
}

TEST_CASE("digest: a file's digest is that of its bytes") {
    const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(),
                                             "retouch-test-");
    std::string bytes(300000, 'x');
    bytes[150000] = '\0';
    base::write_file_atomically(directory.path() / "f", bytes);
    CHECK(base::sha256_file(directory.path() / "f") == base::sha256_hex(bytes));
}

TEST_CASE("digest: only regular files have one") {
    CHECK_THROWS_WITH(base::sha256_file("/"), "cannot read /: it is a directory");
    CHECK_THROWS_WITH(base::sha256_file("/dev/null"),
                      "cannot read /dev/null: it is not a regular file");
    CHECK_THROWS_WITH(base::sha256_file("/nonesuch"),
                      "cannot open /nonesuch: No such file or directory");
}

TEST_CASE("digest: a keyed one is as RFC 4231 has it") {
    CHECK(base::hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
