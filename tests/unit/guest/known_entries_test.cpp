// What was seen and is not asked again: never another answer than the guest's own.

#include "guest/attended_guest.hpp"
#include "guest/known_entries.hpp"
#include "support/memory_guest.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <random>

using namespace retouch;
using namespace retouch::guest;
using namespace retouch::test;

namespace {

/// A guest in memory that counts what it is asked, and answers many questions at once.
class CountedGuest final : public ServedGuest {
  public:
    mutable MemoryGuest inner;
    mutable int asked = 0;

    [[nodiscard]] const Facts &facts() const override { return inner.facts(); }

    [[nodiscard]] std::optional<FileInfo> lstat(const std::string &path) const override {
        ++asked;
        return inner.lstat(path);
    }

    [[nodiscard]] std::string sha256(const std::string &path) const override {
        ++asked;
        return inner.sha256(path);
    }

    [[nodiscard]] std::vector<std::optional<SeenEntry>>
    look_at(const std::vector<LookWish> &wishes) const override {
        ++asked;
        std::vector<std::optional<SeenEntry>> all;
        for (const LookWish &wish : wishes) {
            SeenEntry seen{inner.lstat(wish.path), {}};
            if (seen.info && seen.info->type == FileInfo::Type::regular &&
                seen.info->size == wish.digest_of_size)
                seen.sha256 = inner.sha256(wish.path);
            all.emplace_back(seen);
        }
        return all;
    }

    [[nodiscard]] std::string read(const std::string &path, std::size_t most) const override {
        return inner.read(path, most);
    }

    [[nodiscard]] std::string read_link(const std::string &path) const override {
        return inner.read_link(path);
    }

    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string &path) const override {
        return inner.list(path);
    }

    [[nodiscard]] std::vector<std::string>
    unchangeable(const std::vector<std::string> &paths) const override {
        return inner.unchangeable(paths);
    }

    [[nodiscard]] std::optional<std::string> label(const std::string &path) const override {
        return inner.label(path);
    }

    [[nodiscard]] CommandResult probe(const GuestCommand &command) const override {
        return inner.probe(command);
    }

    void write(const std::string &path, const FileSource &source, std::uint32_t mode,
               std::uint32_t uid, std::uint32_t gid) override {
        inner.write(path, source, mode, uid, gid);
    }

    void make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) override {
        inner.make_directory(path, mode, uid, gid);
    }

    void make_link(const std::string &target, const std::string &path) override {
        inner.make_link(target, path);
    }

    void set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) override {
        inner.set_attributes(path, mode, uid, gid);
    }

    void remove(const std::string &path) override { inner.remove(path); }

    CommandResult run(const GuestCommand &command) override { return inner.run(command); }

    void mark(const std::vector<std::string> &keep) override { inner.mark(keep); }

    [[nodiscard]] std::vector<EntryChange> changes() override { return inner.changes(); }

    void require_all_told() override {}

    [[nodiscard]] std::vector<UnlabelledEntry> unlabelled() const override { return {}; }

    [[nodiscard]] std::vector<LabelledEntry> labels() const override { return {}; }

    [[nodiscard]] std::vector<FailedLabel>
    set_labels(const std::vector<PathLabel> &labels) override {
        return inner.set_labels(labels);
    }

    void trim() override { inner.trim(); }

    void finish() override { inner.finish(); }

    [[nodiscard]] std::uint64_t bytes_written() const override { return 0; }

    void require_helpers() const override {}

    void require_room() const override {}
};

std::string words_of(const std::optional<FileInfo> &info) {
    return info ? fmt::format("{} {:o} {} {} {}", static_cast<int>(info->type), info->mode,
                              info->uid, info->gid, info->size)
                : "absent";
}

/// What the guest says of a path, or that it cannot.
template<typename Ask>
std::string told(const Ask &ask) {
    try {
        return ask();
    } catch (const Error &error) {
        return error.what();
    }
}

const std::vector<std::string> k_paths = {"/a",     "/b",     "/a/x",   "/a/y",     "/b/x",
                                          "/b/y",   "/a/x/z", "/a/y/z", "/b/x/z",   "/b/y/z",
                                          "/a/x/w", "/b/x/w", "/c",     "/a/x/z/v", "/"};

/// One change, by random; one that cannot be is none.
void change(AttendedGuest &guest, std::minstd_rand &chance) {
    const auto any = [&chance] { return k_paths[chance() % (k_paths.size() - 1)]; };
    const std::string path = any();
    try {
        switch (chance() % 6) {
        case 0:
            return guest.write(path, std::string(chance() % 3, 'x'), 0644, 0, 0);
        case 1:
            return guest.make_directory(path, 0755, 0, 0);
        case 2:
            return guest.make_link(any(), path);
        case 3:
            return guest.set_attributes(path, 0600 + chance() % 8, 0, 0);
        case 4:
            return guest.remove(path);
        default: {
            GuestCommand command;
            command.script = "anything";
            static_cast<void>(guest.run(command));
        }
        }
    } catch (const Error &) {
    }
}

} // namespace

TEST_CASE("known entries: what is remembered is what the guest would say, whatever was done") {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        std::minstd_rand chance(seed);
        auto owned = std::make_unique<CountedGuest>();
        CountedGuest &counted = *owned;
        AttendedGuest guest(std::move(owned));
        counted.inner.script("anything", {{}, [&chance](MemoryGuest &inside) {
                                              inside.remove("/a/x");
                                              inside.put_directory("/a/x/z");
                                              inside.put_file("/b/x",
                                                              std::string(chance() % 3, 'y'));
                                          }});
        for (int step = 0; step < 80; ++step) {
            change(guest, chance);
            if (chance() % 2 == 0) {
                std::vector<LookWish> wishes;
                for (const std::string &path : k_paths)
                    if (chance() % 2 == 0)
                        wishes.push_back({path, chance() % 3});
                static_cast<void>(told([&] { return guest.look_ahead(wishes), ""; }));
            }
            for (const std::string &path : k_paths) {
                CAPTURE(step, path);
                REQUIRE(told([&] { return words_of(guest.lstat(path)); }) ==
                        told([&] { return words_of(counted.inner.lstat(path)); }));
                REQUIRE(told([&] { return guest.sha256(path); }) ==
                        told([&] { return counted.inner.sha256(path); }));
            }
        }
    }
}

TEST_CASE("known entries: what was looked at ahead is not asked again, until it changes") {
    auto owned = std::make_unique<CountedGuest>();
    CountedGuest &counted = *owned;
    AttendedGuest guest(std::move(owned));
    counted.inner.put_file("/opt/tree/one", "1\n");
    counted.inner.put_file("/opt/tree/two", "2\n");
    guest.look_ahead({{"/opt/tree/one", 2}, {"/opt/tree/two", 3}, {"/opt/tree/three", 2}});
    CHECK(counted.asked == 1);
    CHECK(guest.lstat("/opt/tree")->type == FileInfo::Type::directory);
    CHECK(guest.lstat("/opt/tree/one")->size == 2);
    CHECK(guest.lstat("/opt/tree/two")->size == 2);
    CHECK(guest.lstat("/opt/tree/three") == std::nullopt);
    CHECK(guest.sha256("/opt/tree/one") == counted.inner.sha256("/opt/tree/one"));
    CHECK(counted.asked == 1);
    CHECK(guest.sha256("/opt/tree/two") == counted.inner.sha256("/opt/tree/two"));
    CHECK(counted.asked == 2);
    guest.write("/opt/tree/one", std::string("changed\n"), 0644, 0, 0);
    CHECK(guest.lstat("/opt/tree/one")->size == 8);
    CHECK(guest.lstat("/opt/tree/two")->size == 2);
    CHECK(counted.asked == 3);
}

TEST_CASE("known entries: directories above are asked for once, before what is in them") {
    std::vector<std::string> paths;
    for (const LookWish &wish : with_directories_above({{"/a/b/c", 1}, {"/a/b/d", 2}, {"/a", 3}}))
        paths.push_back(wish.path);
    CHECK(paths == std::vector<std::string>{"/", "/a", "/a/b", "/a/b/c", "/a/b/d"});
}
