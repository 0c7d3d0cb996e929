#include "catalog/glance/download.hpp"
#include "catalog/glance/glance_catalog.hpp"
#include "catalog/glance/new_record.hpp"

#include "base/digest.hpp"
#include "base/run_directory.hpp"
#include "support/fake_cloud.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace retouch;
using namespace retouch::test;

namespace {

const std::string k_id = "8d03c548-2604-404f-91a3-fa682e4d8416";
const std::string k_other_id = "11111111-2604-404f-91a3-fa682e4d8416";
const std::string k_path = "/v2/images/" + k_id;

/// A raw disk with a boot sector.
std::string disk_bytes() {
    std::string bytes(std::size_t{1024} * 1024, '\0');
    bytes.replace(510, 2, "\x55\xaa");
    bytes.replace(4096, 5, "hello");
    return bytes;
}

std::string digest(const char *name, const std::string &bytes) {
    base::Digest digest = base::Digest::named(name).value();
    digest.update(bytes);
    return digest.finish();
}

Image raw_image(const std::map<std::string, std::string> &checksums) {
    Image image;
    image.id = k_id;
    image.name = "base";
    image.size = static_cast<std::int64_t>(disk_bytes().size());
    image.checksums = checksums;
    return image;
}

/// A sealed stage that holds `disk_bytes()`.
class SealedStage : public Stage {
  public:
    [[nodiscard]] const std::string &id() const override { return k_id; }

    [[nodiscard]] Disk disk() const override { return {}; }

    void grow(std::int64_t) override {}

    SealedImage seal(const WorkProgress &) override { return {}; }

    [[nodiscard]] std::unique_ptr<ByteReader> reader() const override {
        return std::make_unique<Reader>();
    }

    void publish() override {}

    [[nodiscard]] std::string keep(const std::string &) override { return {}; }

    [[nodiscard]] std::string location() const override { return {}; }

  private:
    class Reader : public ByteReader {
      public:
        [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }

        std::size_t read(std::uint64_t offset, std::span<char> buffer) override {
            return std::string_view(bytes_).substr(offset).copy(buffer.data(), buffer.size());
        }

      private:
        std::string bytes_ = disk_bytes();
    };
};

/// An image service that has one image, and a client.
struct Cloud {
    FakeCloud fake;
    base::RunDirectory directory;
    catalog::Session session{fake.settings(), quick_retries()};
    catalog::ImageApi api{session};

    /// "downloaded", or the error.
    std::string download(const std::map<std::string, std::string> &checksums) {
        fake.on("GET " + k_path + "/file", Reply{.body = disk_bytes()});
        return download_of(raw_image(checksums));
    }

    std::string download_of(const Image &image) {
        try {
            catalog::download_image(api, image, directory.path() / "cache");
            return "downloaded";
        } catch (const Error &error) {
            return error.what();
        }
    }

    [[nodiscard]] catalog::GlanceOptions options() const {
        catalog::GlanceOptions options;
        options.name = "lab";
        options.cloud = fake.settings();
        options.pool = "images";
        options.cache_directory = directory.path() / "cache";
        options.state_directory = directory.path() / "state";
        return options;
    }

    /// The record a service shows after an upload.
    void shows(const std::map<std::string, std::string> &members) {
        Json record = {{"id", k_id}, {"status", "active"}, {"size", disk_bytes().size()}};
        for (const auto &[name, value] : members)
            record[name] = value;
        fake.on("PUT " + k_path + "/file", Reply{.status = 204});
        fake.on("GET " + k_path, json_reply(record));
    }

    /// Notes of an upload, or its error.
    std::string upload() {
        catalog::GlanceCatalog catalog(options());
        SealedStage stage;
        try {
            const std::vector<std::string> notes =
                catalog.attach(raw_image({}), stage, {PublishMethod::upload, ""}, {});
            return notes.empty() ? "no note" : notes.front();
        } catch (const Error &error) {
            CHECK(error.kind() == ErrorKind::failed);
            return error.what();
        }
    }
};

} // namespace

TEST_CASE("glance bytes: a download is compared with the strongest checksum there is") {
    const std::map<std::string, const char *> algorithms = {
        {"sha512", "SHA512"},     {"sha384", "SHA384"},      {"sha256", "SHA256"}, {"sha1", "SHA1"},
        {"sha3_256", "SHA3-256"}, {"blake2b", "BLAKE2b512"}, {"md5", "MD5"}};
    const std::string wrong =
        fmt::format("the bytes downloaded of image {} are not those of its record: another ", k_id);
    for (const auto &[name, openssl] : algorithms) {
        const std::string right = digest(openssl, disk_bytes());
        CHECK(Cloud().download({{name, right}}) == "downloaded");
        CHECK(Cloud().download({{name, digest(openssl, "other")}}) == wrong + name);
    }
    CHECK(Cloud().download({{"md5", digest("MD5", "other")}, {"md4", "00"}}) == wrong + "md5");
    CHECK(Cloud().download({{"md5", digest("MD5", disk_bytes())},
                            {"sha512", digest("SHA512", "other")}}) == wrong + "sha512");
}

TEST_CASE("glance bytes: what cannot be compared is told") {
    Cloud cloud;
    const catalog::GlanceCatalog catalog(cloud.options());
    const auto notes = [&](const std::map<std::string, std::string> &checksums) {
        Image image = raw_image(checksums);
        image.locations = {"http://store/image"};
        return catalog.notes_on(image);
    };
    const std::string cannot =
        fmt::format("the bytes downloaded of image {} cannot be compared: the image service has no "
                    "checksum of it",
                    k_id);
    CHECK(notes({{"sha512", "ab"}}).empty());
    CHECK(notes({{"md5", "ab"}}).empty());
    CHECK(notes({}) == std::vector{cannot});
    CHECK(notes({{"md4", "ab"}}) == std::vector{cannot + " that can be computed here (only: md4)"});
    cloud.fake.accept_token("handed-to-us");
    catalog::GlanceOptions options = cloud.options();
    options.cloud.auth_type = catalog::AuthType::token;
    options.cloud.secret = base::Secret("handed-to-us");
    const std::vector<std::string> both = catalog::GlanceCatalog(options).notes_on(raw_image({}));
    REQUIRE(both.size() == 2);
    CHECK(both.front() == cannot);
    CHECK(both.back().starts_with("the token of cloud 'fake' ends in 59 min, at "));
    CHECK(Cloud().download({}) == "downloaded");
    CHECK(Cloud().download({{"md4", "ab"}}) == "downloaded");
}

TEST_CASE("glance bytes: a download stops where the record ends, and stays nowhere") {
    Cloud cloud;
    cloud.fake.on("GET " + k_path + "/file", Reply{.body = disk_bytes(), .endless = true});
    CHECK(cloud.download_of(raw_image({})) ==
          fmt::format("cannot download image {}: the image service sends more than the 1048576 "
                      "bytes its record promises",
                      k_id));
    CHECK(std::filesystem::is_empty(cloud.directory.path() / "cache"));
}

TEST_CASE("glance bytes: an image without a size or with a strange id is refused in words") {
    Cloud cloud;
    Image image = raw_image({});
    image.size = 0;
    CHECK(cloud.download_of(image) ==
          fmt::format("the image service does not say how large image {} is", k_id));
    image.id = "../../..";
    CHECK(cloud.download_of(image) == "image '../../..' has an id that is not a UUID");
    CHECK(cloud.fake.requests().empty());
}

TEST_CASE("glance bytes: after an upload the service's checksum is compared with what was sent") {
    Cloud cloud;
    const std::string wrong = fmt::format("the new image {} is not complete: the image service has "
                                          "other bytes than were sent: another ",
                                          k_id);
    const auto os_hash = [&](const std::string &name, const std::string &hex) {
        cloud.shows({{"os_hash_algo", name}, {"os_hash_value", hex}});
        return cloud.upload();
    };
    CHECK(os_hash("sha512", digest("SHA512", disk_bytes())) == "no note");
    CHECK(os_hash("sha512", std::string(128, '0')) == wrong + "sha512");
    CHECK(os_hash("sha512", "0") == wrong + "sha512");
    CHECK(os_hash("sha256", digest("SHA256", disk_bytes())) == "no note");
    CHECK(os_hash("sha256", digest("SHA256", "other")) == wrong + "sha256");
    cloud.shows({{"checksum", digest("MD5", disk_bytes())}});
    CHECK(cloud.upload() == "no note");
    cloud.shows({{"checksum", digest("MD5", "other")}});
    CHECK(cloud.upload() == wrong + "md5");
}

TEST_CASE("glance bytes: an upload that cannot be compared is told") {
    Cloud cloud;
    const std::string cannot = fmt::format("the bytes uploaded as image {} could not be compared: "
                                           "the image service has no checksum of it",
                                           k_id);
    cloud.shows({});
    CHECK(cloud.upload() == cannot);
    cloud.shows({{"os_hash_algo", "md4"}, {"os_hash_value", "00"}});
    CHECK(cloud.upload() == cannot + " that can be computed here (only: md4)");
}

TEST_CASE("glance records: one made under another id is removed again, and only that") {
    Cloud cloud;
    Image draft = raw_image({});
    draft.properties["retouch_unfinished"] = "run-1";
    Json made = {{"id", k_other_id},
                 {"name", "base"},
                 {"status", "queued"},
                 {"retouch_unfinished", "run-1"}};
    cloud.fake.on("DELETE /v2/images/" + k_other_id, Reply{.status = 204});
    const auto said = [&] {
        cloud.fake.on("POST /v2/images", json_reply(made, 201));
        cloud.fake.on("GET /v2/images/" + k_other_id, json_reply(made));
        try {
            static_cast<void>(catalog::create_record(cloud.api, draft));
            return std::string("made");
        } catch (const catalog::ApiError &error) {
            CHECK(error.kind() == ErrorKind::unavailable);
            CHECK_FALSE(error.outcome_unknown());
            return std::string(error.what());
        }
    };
    const auto removals = [&] {
        const auto routes = cloud.fake.routes();
        return std::ranges::count(routes, "DELETE /v2/images/" + k_other_id);
    };
    const std::string instead = fmt::format(
        "the image service made the record {} although {} was asked for; ", k_other_id, k_id);
    CHECK(said() == instead + "it was removed again");
    CHECK(removals() == 1);
    SECTION("an image that was there before is left alone") {
        made["status"] = "active";
        CHECK(said() == instead + "it is left alone, because it is not what was asked for");
        made["status"] = "queued";
        made["retouch_unfinished"] = "run-2";
        CHECK(said() == instead + "it is left alone, because it is not what was asked for");
        CHECK(removals() == 1);
    }
    SECTION("one that cannot be removed is named") {
        cloud.fake.on("DELETE /v2/images/" + k_other_id, Reply{.status = 500});
        CHECK(said() == instead +
                            "it may still be there, hidden and without bytes: cannot delete "
                            "image " +
                            k_other_id + ": the service failed (HTTP 500)");
    }
}
