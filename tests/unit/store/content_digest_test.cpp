#include "store/content_digest.hpp"

#include "unit/store/disk_files.hpp"

#include <random>

using namespace retouch;
using namespace retouch::test;

namespace {

std::string digest_of(const std::filesystem::path &path) {
    const UniqueFd fd = open_file(path, O_RDONLY);
    return content_digest(fd.get(), path);
}

} // namespace

// The expected values were computed by another program from the definition in the header.
TEST_CASE("content digest: known bytes have the known digest") {
    const Scratch scratch;
    CHECK(digest_of(make_file(scratch / "empty", 0, {})) ==
          "1b7409ccf0d5a34d3a77eaabfa9fe27427655be9297127ee9522aa1bf4046d4f"
          "945983678169cb1a7348edcac47ef0d9e2c924130e5bcc5f0d94937852c42f1b");
    CHECK(
        digest_of(make_file(scratch / "some", 5 * k_mib + 300,
                            {{0, "abc"}, {3 * k_mib + 7, noise(2000)}, {5 * k_mib + 299, "z"}})) ==
        "4781294f2ad8abb1cac1fe241f28233b836b87ac8ea5638d6a30d66e03bfde57"
        "4ba0583fafd45164d62efb06dfe14f01258331b7583f30bd15c94b6925b31050");
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
    CHECK(digest_of(sparse) == digest_of(full));
    CHECK(digest_of(partly) == digest_of(full));
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
