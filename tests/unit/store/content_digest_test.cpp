#include "store/content_digest.hpp"

#include "unit/store/disk_files.hpp"

#include <ctime>
#include <string_view>

using namespace retouch;
using namespace retouch::test;

namespace {

std::string digest_of(const std::filesystem::path &path,
                      std::string_view algorithm = store::k_content_digest) {
    const base::UniqueFd fd = base::open_file(path, O_RDONLY);
    return store::content_digest(fd.get(), path, algorithm);
}

} // namespace

// The expected values were computed by another program from the definitions in the header.
TEST_CASE("content digest: known bytes have the known digests, of both kinds") {
    const Scratch scratch;
    const auto empty = make_file(scratch / "empty", 0, {});
    for (const char *algorithm : {store::k_content_digest, store::k_former_content_digest})
        CHECK(digest_of(empty, algorithm) ==
              "1b7409ccf0d5a34d3a77eaabfa9fe27427655be9297127ee9522aa1bf4046d4f"
              "945983678169cb1a7348edcac47ef0d9e2c924130e5bcc5f0d94937852c42f1b");
    const auto some = make_file(scratch / "some", 5 * k_mib + 300,
                                {{0, "abc"},
                                 {3 * k_mib + 7, noise(2000)},
                                 {3 * k_mib + 8190, noise(9000, 2)},
                                 {5 * k_mib + 299, "z"}});
    CHECK(digest_of(some) == "4ed2b894472ddab7dfcd96cb1888e9fc9754dfaa3c6429d4aed0fcacce3bda5e"
                             "616cc72cce09fac0fa9a87aa7aca72fe340a0b8b120fad9579f40a02399c0cb5");
    CHECK(digest_of(some, store::k_former_content_digest) ==
          "13d0371b604724a1dce3a02aea708546fe3ba9988e85d8585e726b840f28c859"
          "7ae10c85a728a25ae80b8903b9bd271f07fedea6de57e22fff6a79e53555bcf1");
}

TEST_CASE("content digest: the same bytes have the same digest whatever their holes") {
    const Scratch scratch;
    const std::uint64_t size = 40 * k_mib + 4096;
    const Pieces pieces = {{k_mib - 10, noise(20)}, {20 * k_mib, noise(3 * k_mib)}};
    const auto sparse = make_file(scratch / "sparse", size, pieces);
    Pieces with_zeros = pieces;
    with_zeros.emplace(4 * k_mib, std::string(5 * k_mib, '\0'));
    with_zeros.emplace(40 * k_mib, std::string(4096, '\0'));
    const auto partly = make_file(scratch / "partly", size, with_zeros);
    std::string all(size, '\0');
    for (const auto &[offset, bytes] : pieces)
        all.replace(offset, bytes.size(), bytes);
    const auto full = make_file(scratch / "full", size, {{0, all}});
    REQUIRE(allocated(sparse) < allocated(partly));
    REQUIRE(allocated(partly) < allocated(full));
    for (const char *algorithm : {store::k_content_digest, store::k_former_content_digest}) {
        CHECK(digest_of(sparse, algorithm) == digest_of(full, algorithm));
        CHECK(digest_of(partly, algorithm) == digest_of(full, algorithm));
    }
}

TEST_CASE("content digest: any changed byte, a moved chunk and another size change the digest") {
    const Scratch scratch;
    const std::uint64_t size = 8 * k_mib;
    const auto file = [&](std::uint64_t bytes, const Pieces &pieces) {
        return digest_of(make_file(scratch / "file", bytes, pieces));
    };
    const std::string original = file(size, {{k_mib, "x"}});
    CHECK(original == file(size, {{k_mib, "x"}}));
    CHECK(original != file(size, {{k_mib, "y"}}));
    CHECK(original != file(size, {{k_mib + 1, "x"}}));
    CHECK(original != file(size, {{2 * k_mib, "x"}}));
    CHECK(original != file(size, {{k_mib, "x"}, {size - 1, "x"}}));
    CHECK(original != file(size + 512, {{k_mib, "x"}}));
    CHECK(original != file(size, {}));
}

TEST_CASE("content digest: more chunks than one batch holds are all digested, in order") {
    const Scratch scratch;
    Pieces pieces;
    for (std::uint64_t chunk = 0; chunk < 300; ++chunk)
        pieces[chunk * k_mib + chunk] = noise(16, static_cast<std::uint32_t>(chunk));
    const std::string original = digest_of(make_file(scratch / "a", 400 * k_mib, pieces));
    CHECK(original == digest_of(make_file(scratch / "b", 400 * k_mib, pieces)));
    pieces[299 * k_mib + 299] = noise(16, 1000);
    CHECK(original != digest_of(make_file(scratch / "c", 400 * k_mib, pieces)));
}

TEST_CASE("content digest: a file of 200 GB with little in it is digested at once") {
    const Scratch scratch;
    const auto path =
        make_file(scratch / "huge", 200 * k_gib, {{0, "a"}, {100 * k_gib, noise(k_mib)}});
    const auto start = std::chrono::steady_clock::now();
    static_cast<void>(digest_of(path));
    // Reading the zeros would take a minute and more.
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("content digest: a copy is the file, as sparse, and its digest is known with it") {
    const Scratch scratch;
    Pieces pieces = {{5 * k_mib - 10, noise(3 * k_mib)}, {9 * k_mib, std::string(k_mib, '\0')}};
    for (std::uint64_t number = 0; number < 300; ++number)
        pieces[(20 + number) * k_mib + 4096 * (number % 200)] = noise(4096, 7);
    for (const std::uint64_t size : {std::uint64_t{0}, 330 * k_mib + 5}) {
        const auto path = make_file(scratch / "file", size, size == 0 ? Pieces{} : pieces);
        const base::UniqueFd file = base::open_file(path, O_RDONLY);
        store::NewFile copy(scratch / "copy", 0600);
        CHECK(store::copy_and_digest(file.get(), path, copy) == digest_of(path));
        CHECK(base::read_file(copy.path(), 400 * k_mib) == base::read_file(path, 400 * k_mib));
        CHECK(allocated(copy.path()) <= allocated(path));
    }
}

TEST_CASE("content digest: of a chunk with little in it only that is read") {
    const Scratch scratch;
    Pieces pieces;
    for (std::uint64_t chunk = 0; chunk < 4096; ++chunk)
        pieces[chunk * k_mib + 512] = noise(16);
    const auto path = make_file(scratch / "file", 4096 * k_mib, pieces);
    const auto start = std::clock();
    static_cast<void>(digest_of(path));
    // Digesting the chunks whole takes ten seconds.
    CHECK(std::clock() - start < 2 * CLOCKS_PER_SEC);
}
