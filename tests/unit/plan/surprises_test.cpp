#include "plan/surprises.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

const EntryState k_file{{FileInfo::Type::regular, 0644, 0, 0, 3}, "", "ab", ""};
const EntryState k_link{{FileInfo::Type::symlink, 0777, 0, 0, 0}, "/a", "", ""};

Effect effect_of(const std::vector<EntryChange> &files,
                 const std::vector<PackageChange> &packages = {}) {
    Effect effect;
    effect.files = files;
    effect.packages = packages;
    return effect;
}

EntryChange becomes(const EntryState &after) {
    return {"/f", k_file, after, ""};
}

std::string surprise(const Effect &rehearsed, const Effect &actual) {
    std::string text;
    for (const plan::Surprise &found : plan::surprises(rehearsed, actual, {"/var/log/**"}))
        text += found.subject + ' ' + found.what + '\n';
    return text;
}

} // namespace

TEST_CASE("surprises: the same effect is none, whatever was written to the disk and diffed") {
    Effect rehearsed = effect_of({{"/f", k_file, k_link, ""}}, {{"curl", "7", "8"}});
    Effect actual = rehearsed;
    actual.bytes_written = 9;
    actual.files[0].diff = "-x";
    CHECK(surprise(rehearsed, actual).empty());
}

TEST_CASE("surprises: what differs is said in one line") {
    EntryState mode = k_file;
    mode.info.mode = 0600;
    EntryState owner = k_file;
    owner.info.uid = 5;
    EntryState size = k_file;
    size.info.size = 4;
    EntryState bytes = k_file;
    bytes.sha256 = "cd";
    EntryState label = k_file;
    label.attributes = "security.selinux=00";
    EntryState target = k_link;
    target.target = "/\x1b";
    const auto one = [](const EntryState &rehearsed, const EntryState &actual) {
        return surprise(effect_of({becomes(rehearsed)}), effect_of({becomes(actual)}));
    };
    CHECK(one(k_file, mode) == "/f has the mode 0600, in the rehearsal 0644\n");
    CHECK(one(k_file, owner) == "/f belongs to 5:0, in the rehearsal to 0:0\n");
    CHECK(one(k_file, size) == "/f has 4 bytes, in the rehearsal 3\n");
    CHECK(one(k_file, bytes) == "/f has other bytes than in the rehearsal\n");
    CHECK(one(k_file, label) == "/f has other attributes than in the rehearsal\n");
    CHECK(one(k_file, k_link) == "/f is a link, in the rehearsal it was a file\n");
    CHECK(one(k_link, target) == "/f points to /\\x1b, in the rehearsal to /a\n");
}

TEST_CASE("surprises: what happened on one side only is told, volatile paths excused") {
    const EntryChange added{"/f", std::nullopt, k_file, ""};
    const EntryChange removed{"/f", k_file, std::nullopt, ""};
    CHECK(surprise({}, effect_of({added})) == "/f was added, but not in the rehearsal\n");
    CHECK(surprise(effect_of({removed}), {}) == "/f was removed in the rehearsal only\n");
    CHECK(surprise(effect_of({removed}), effect_of({added})) ==
          "/f was added, in the rehearsal it was removed\n");
    EntryChange log = added;
    log.path = "/var/log/x";
    CHECK(surprise({}, effect_of({log})).empty());
    log.after->info.mode = 04755;
    CHECK(surprise({}, effect_of({log})) == "/var/log/x was added, but not in the rehearsal\n");
}

TEST_CASE("surprises: what is run is compared in volatile paths, too") {
    EntryState program = k_file;
    program.info.mode = 0755;
    EntryState other = program;
    other.sha256 = "cd";
    const auto at = [](const std::optional<EntryState> &before,
                       const std::optional<EntryState> &after) {
        return effect_of({{"/var/log/x", before, after, ""}});
    };
    CHECK(surprise({}, at(std::nullopt, program)) ==
          "/var/log/x was added, but not in the rehearsal\n");
    CHECK(surprise(at(std::nullopt, program), {}) ==
          "/var/log/x was added in the rehearsal only\n");
    CHECK(surprise(at(std::nullopt, program), at(std::nullopt, k_file)) ==
          "/var/log/x has the mode 0644, in the rehearsal 0755\n");
    CHECK(surprise(at(std::nullopt, program), at(std::nullopt, other)) ==
          "/var/log/x has other bytes than in the rehearsal\n");
    CHECK(surprise(at(k_file, std::nullopt), at(program, std::nullopt)).empty());
    CHECK(surprise(at(std::nullopt, k_link), {}) == "/var/log/x was added in the rehearsal only\n");
}

TEST_CASE("surprises: code that is made anew each time is compared but for its bytes") {
    EntryState other = k_file;
    other.sha256 = "cd";
    other.info.size = 4;
    EntryState writable = other;
    writable.info.mode = 0666;
    for (const std::string path : {"/etc/ld.so.cache", "/usr/lib/__pycache__/os.cpython-311.pyc",
                                   "/boot/initrd.img-6.1", "/boot/initramfs-5.14.img"}) {
        const auto made = [&](const EntryState &after) {
            return effect_of({{path, std::nullopt, after, ""}});
        };
        CHECK(surprise(made(k_file), made(other)).empty());
        CHECK(surprise({}, made(other)) == path + " was added, but not in the rehearsal\n");
        CHECK(surprise(made(k_file), {}) == path + " was added in the rehearsal only\n");
        CHECK(surprise(made(k_file), made(writable)) ==
              path + " has the mode 0666, in the rehearsal 0644\n");
        CHECK(surprise(made(k_file), made(k_link)) ==
              path + " is a link, in the rehearsal it was a file\n");
    }
    CHECK(surprise(effect_of({{"/boot/vmlinuz", k_file, k_file, ""}}),
                   effect_of({{"/boot/vmlinuz", k_file, other, ""}})) ==
          "/boot/vmlinuz has 4 bytes, in the rehearsal 3\n");
}

TEST_CASE("surprises: packages are compared by version") {
    const Effect seven = effect_of({}, {{"curl", "6", "7"}});
    const Effect eight = effect_of({}, {{"curl", "6", "8"}});
    const Effect gone = effect_of({}, {{"curl", "6", ""}});
    CHECK(surprise(seven, eight) == "package curl is now at 8, in the rehearsal it was at 7\n");
    CHECK(surprise(seven, gone) == "package curl is now removed, in the rehearsal it was at 7\n");
    CHECK(surprise(seven, {}) == "package curl changed in the rehearsal only\n");
    CHECK(surprise({}, eight) == "package curl is now at 8, but did not change in the rehearsal\n");
}
