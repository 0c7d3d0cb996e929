#include "base/unified_diff.hpp"

#include "base/file.hpp"
#include "base/process.hpp"

#include <catch2/catch.hpp>

#include <ctime>
#include <numeric>
#include <random>

using namespace retouch;

namespace {

std::string diff(const std::string &before, const std::string &after) {
    return base::unified_diff(before, after, "a", "b");
}

std::string numbers(int from, int to) {
    std::string text;
    for (int i = from; i <= to; ++i)
        text += std::to_string(i) + "\n";
    return text;
}

std::string random_text(std::mt19937 &random, std::size_t most_lines, unsigned words) {
    std::string text;
    const std::size_t lines = random() % (most_lines + 1);
    for (std::size_t i = 0; i < lines; ++i)
        text += std::to_string(random() % words) + "\n";
    if (!text.empty() && random() % 3 == 0)
        text.pop_back();
    return text;
}

/// A text near `text`: some lines dropped, doubled or replaced.
std::string disturbed(std::mt19937 &random, const std::string &text) {
    std::string result;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        const std::string line = text.substr(at, end - at);
        const unsigned choice = static_cast<unsigned>(random() % 20);
        if (choice != 0)
            result += choice == 1 ? "new\n" : line;
        if (choice == 2)
            result += line;
        at = end;
    }
    return result;
}

std::string patched(const std::filesystem::path &directory, const std::string &before,
                    const std::string &patch) {
    base::write_file_atomically(directory / "before", before);
    base::ProcessSpec spec;
    spec.program = "patch";
    spec.arguments = {"-s", "-o", (directory / "after").string(), (directory / "before").string()};
    spec.input = patch;
    (void)base::run_checked(spec, "apply the patch");
    return base::read_file(directory / "after", 1 << 24);
}

} // namespace

TEST_CASE("diff: equal texts have none") {
    CHECK(diff("", "").empty());
    CHECK(diff("a\nb\n", "a\nb\n").empty());
    CHECK(diff(std::string(1 << 20, 'x'), std::string(1 << 20, 'x')).empty());
}

TEST_CASE("diff: a changed line with three lines around it") {
    CHECK(base::unified_diff(numbers(1, 9), numbers(1, 4) + "five\n" + numbers(6, 9), "old name",
                             "new name") == "--- old name\n"
                                            "+++ new name\n"
                                            "@@ -2,7 +2,7 @@\n"
                                            " 2\n"
                                            " 3\n"
                                            " 4\n"
                                            "-5\n"
                                            "+five\n"
                                            " 6\n"
                                            " 7\n"
                                            " 8\n");
}

TEST_CASE("diff: a new file and a vanished one") {
    CHECK(diff("", "x\ny\n") == "--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n");
    CHECK(diff("x\n", "") == "--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n");
}

TEST_CASE("diff: a missing final newline is told on the line that lacks it") {
    CHECK(diff("x", "x\n") == "--- a\n+++ b\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
    CHECK(diff("x\n", "x") == "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+x\n\\ No newline at end of file\n");
    CHECK(diff("x\ny", "z\ny") == "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-x\n+z\n y\n"
                                  "\\ No newline at end of file\n");
}

TEST_CASE("diff: changes far apart make hunks of their own, near ones share one") {
    const std::string before = numbers(1, 30);
    std::string after = before;
    after.replace(after.find("5\n"), 2, "five\n");
    after.replace(after.find("25\n"), 3, "twenty-five\n");
    CHECK(diff(before, after) == "--- a\n+++ b\n"
                                 "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
                                 "@@ -22,7 +22,7 @@\n 22\n 23\n 24\n-25\n+twenty-five\n"
                                 " 26\n 27\n 28\n");
    CHECK(diff("1\n2\n3\n4\n", "one\n2\n3\nfour\n") ==
          "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-1\n+one\n 2\n 3\n-4\n+four\n");
}

TEST_CASE("diff: removed lines stand before added ones") {
    CHECK(diff("a\nb\n", "c\nd\n") == "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-a\n-b\n+c\n+d\n");
}

TEST_CASE("diff: binary and very large texts are only summed up") {
    CHECK(diff(std::string("a\0b", 3), "") ==
          "a (3 B, sha256 59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138) and "
          "b (0 B, sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855) "
          "differ\n");
    const std::string many_lines(10001, '\n');
    CHECK(diff(many_lines, "").starts_with("a (9.8 KiB, sha256 "));
    const std::string many_bytes(256 * 1024 + 1, 'x');
    CHECK(diff("", many_bytes).starts_with("a (0 B, sha256 "));
    CHECK(diff(std::string(10000, '\n').substr(1), "").starts_with("--- a\n"));
}

TEST_CASE("diff: texts with nothing in common are shown as replaced, and cost little") {
    const std::clock_t start = std::clock();
    const std::string result = diff(numbers(1, 9999), numbers(20000, 29998));
    const double cpu_seconds =
        static_cast<double>(std::clock() - start) / static_cast<double>(CLOCKS_PER_SEC);
    CHECK(result.starts_with("--- a\n+++ b\n@@ -1,9999 +1,9999 @@\n-1\n-2\n"));
    CHECK(std::count(result.begin(), result.end(), '\n') == 2 * 9999 + 3);
    CHECK(cpu_seconds < 2);
}

TEST_CASE("diff: a line moved through a very long text is found") {
    const std::string result = diff("moved\n" + numbers(1, 9000), numbers(1, 9000) + "moved\n");
    CHECK(result == "--- a\n+++ b\n@@ -1,4 +1,3 @@\n-moved\n 1\n 2\n 3\n"
                    "@@ -8999,3 +8998,4 @@\n 8998\n 8999\n 9000\n+moved\n");
}

TEST_CASE("diff: very long texts in another order still give a patch that works") {
    std::vector<int> order(4000);
    std::iota(order.begin(), order.end(), 0);
    std::string before;
    for (const int line : order)
        before += std::to_string(line) + "\n";
    std::mt19937 random(14);
    std::shuffle(order.begin(), order.end(), random);
    std::string after;
    for (const int line : order)
        after += std::to_string(line) + "\n";
    const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(),
                                             "retouch-test-");
    CHECK(patched(directory.path(), before, diff(before, after)) == after);
}

TEST_CASE("diff: applied by patch, it gives exactly the other text") {
    const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(),
                                             "retouch-test-");
    std::mt19937 random(11);
    for (int round = 0; round < 150; ++round) {
        const std::string before = random_text(random, 60, round % 2 == 0 ? 3 : 1000);
        const std::string after =
            round % 3 == 0 ? random_text(random, 60, 3) : disturbed(random, before);
        CAPTURE(round, before, after);
        const std::string patch = diff(before, after);
        if (patch.empty())
            REQUIRE(before == after);
        else
            REQUIRE(patched(directory.path(), before, patch) == after);
    }
}
